/* SPDX-License-Identifier: Apache-2.0 */
/* Which controller is found, and who gets a claim: drivers, chip and VMs are the test's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <hyp/arch/csr.h>
#include <hyp/arch/hart.h>

#include "libhv/irqc/irqc.h"

enum { HART = 1, NO_CONTEXT_HART = 2, SOURCE = 10, UART = 11, NOBODYS = 12, ASKED_MAX = 8 };

/* What the dispatcher asks for, in order. */
enum ask { COMPLETE, DISABLE, RAISE, CONSOLE };

static struct fake {
    struct irqc_claim next; /* The chip's answer. */
    enum ask asked[ASKED_MAX];
    uint32_t count;
    struct hv_irqc irqc;
    struct machine machine;
    struct vm vm;
} fake;

static void note(enum ask ask)
{
    assert_true(fake.count < ASKED_MAX);
    fake.asked[fake.count++] = ask;
}

/* ---- The chip, the VM's model and the console ------------------------------------------------ */

static struct irqc_claim claim(void *state, uint32_t hart)
{
    assert_ptr_equal(state, &fake);
    assert_in_range(hart, HART, NO_CONTEXT_HART);
    return fake.next;
}

static void complete(void *state, uint32_t hart, uint32_t source)
{
    assert_ptr_equal(state, &fake);
    assert_int_equal(hart, HART);
    assert_int_equal(source, fake.next.n);
    note(COMPLETE);
}

static void set_enable(void *state, uint32_t hart, uint32_t source, bool enable)
{
    assert_ptr_equal(state, &fake);
    assert_int_equal(hart, HART);
    assert_int_equal(source, fake.next.n);
    assert_false(enable);
    note(DISABLE);
}

static void handle_phys_irq(void *state, uint32_t source, uint32_t hart)
{
    assert_ptr_equal(state, &fake.vm);
    assert_int_equal(source, SOURCE);
    assert_int_equal(hart, HART);
    assert_true(spinlock_is_held(&fake.vm.lock));
    note(RAISE);
}

static void console(void *ctx, uint32_t hart)
{
    assert_ptr_equal(ctx, &fake);
    assert_int_equal(hart, HART);
    note(CONSOLE);
}

static const struct irqc_ops chip_ops = {
    .claim = claim, .complete = complete, .set_enable = set_enable};
static const struct virqc_ops model_ops = {.handle_phys_irq = handle_phys_irq};
static const struct hv_irqc_ops ops = {.console = console};

static int setup(void **state)
{
    (void)state;
    memset(&fake, 0, sizeof(fake));
    csr_host_reset();
    csr_write(CSR_SIE, BIT(IRQ_S_SOFT) | BIT(IRQ_S_EXT));
    fake.vm.virqc = &model_ops;
    fake.vm.virqc_state = &fake.vm;
    fake.machine.irqc_index[NO_CONTEXT_HART] = MACHINE_NO_INDEX;
    fake.irqc.machine = &fake.machine;
    fake.irqc.chip = (struct irqc){.ops = &chip_ops, .state = &fake};
    fake.irqc.ops = &ops;
    fake.irqc.ctx = &fake;
    fake.irqc.vm[0] = &fake.vm;
    fake.irqc.owner[SOURCE] = 1;
    fake.irqc.owner[UART] = HV_OWNER_CONSOLE;
    return 0;
}

static void handle(uint32_t hart, uint32_t kind, uint32_t n)
{
    fake.next = (struct irqc_claim){kind, n};
    hv_irqc_handle(&fake.irqc, hart);
    assert_false(spinlock_is_held(&fake.vm.lock));
}

static bool soft_pends(void)
{
    return (csr_read(CSR_SIP) & BIT(IRQ_S_SOFT)) != 0;
}

static bool external_is_enabled(void)
{
    return (csr_read(CSR_SIE) & BIT(IRQ_S_EXT)) != 0;
}

/* ---- Claims ---------------------------------------------------------------------------------- */

static void source_of_a_vm(void **state)
{
    (void)state;
    handle(HART, IRQC_CLAIM_SOURCE, SOURCE);
    assert_int_equal(fake.count, 1); /* Its model completes it. */
    assert_int_equal(fake.asked[0], RAISE);
    assert_false(soft_pends());
}

static void fail_at_wait(enum hart_host_wait why)
{
    (void)why;
    fail_msg("waits for a lock that nobody gives back");
}

/* A hart that has panicked may hold the VM's lock for good. */
static void source_of_a_stopped_vm(void **state)
{
    (void)state;
    fake.vm.stop_reason = VM_STOP_PANIC;
    spinlock_lock(&fake.vm.lock);
    hart_host_on_wait(fail_at_wait);
    fake.next = (struct irqc_claim){IRQC_CLAIM_SOURCE, SOURCE};
    hv_irqc_handle(&fake.irqc, HART);
    hart_host_on_wait(0);
    spinlock_unlock(&fake.vm.lock);
    assert_int_equal(fake.count, 2);
    assert_int_equal(fake.asked[0], COMPLETE);
    assert_int_equal(fake.asked[1], DISABLE);
}

static void source_of_nobody(void **state)
{
    (void)state;
    static const uint32_t sources[] = {NOBODYS, HV_SOURCE_MAX, UINT32_MAX};
    for (uint32_t i = 0; i < ARRAY_COUNT(sources); i++) {
        fake.count = 0;
        handle(HART, IRQC_CLAIM_SOURCE, sources[i]);
        assert_int_equal(fake.count, 2);
        assert_int_equal(fake.asked[0], COMPLETE);
        assert_int_equal(fake.asked[1], DISABLE);
    }
}

static void source_of_the_console(void **state)
{
    (void)state;
    handle(HART, IRQC_CLAIM_SOURCE, UART);
    assert_int_equal(fake.count, 2);
    assert_int_equal(fake.asked[0], CONSOLE);
    assert_int_equal(fake.asked[1], COMPLETE);
}

/* Its number may be a source's, too. */
static void ipi(void **state)
{
    (void)state;
    handle(HART, IRQC_CLAIM_IPI, SOURCE);
    assert_int_equal(fake.count, 0);
    assert_true(soft_pends());
    assert_true(external_is_enabled());
}

static void nothing(void **state)
{
    (void)state;
    handle(HART, IRQC_CLAIM_NONE, 0);
    assert_true(external_is_enabled()); /* Another hart was faster. */
    handle(NO_CONTEXT_HART, IRQC_CLAIM_NONE, 0);
    assert_false(external_is_enabled());
    assert_int_equal(fake.count, 0);
    assert_false(soft_pends());
}

static void no_chip(void **state)
{
    (void)state;
    fake.irqc.chip.ops = 0;
    handle(HART, IRQC_CLAIM_SOURCE, SOURCE);
    assert_false(external_is_enabled());
    assert_int_equal(fake.count, 0);
}

/* ---- Modules --------------------------------------------------------------------------------- */

struct row {
    bool is_there;
    uint32_t asked;
};

static const char tree[1];

static bool discover(void *state, struct hv_irqc *irqc, const void *fdt, size_t size)
{
    struct row *row = state;
    assert_ptr_equal(irqc, &fake.irqc);
    assert_ptr_equal(fdt, tree);
    assert_int_equal(size, sizeof(tree));
    row->asked++;
    return row->is_there;
}

static void discover_ipi(void *state, const struct hv_irqc *irqc, const void *fdt, size_t size)
{
    struct row *row = state;
    (void)irqc, (void)fdt, (void)size;
    row->asked++;
}

static const struct irqc_driver driver = {.name = "fake", .discover = discover};
static const struct ipi_driver ipi_driver = {.name = "fake", .discover = discover_ipi};
static const struct ipi_driver ipi_silent = {.name = "silent"};

/* The first that the machine has; who stands behind it could take its place. */
static void first_module_found(void **state)
{
    (void)state;
    for (uint32_t there = 0; there <= 3; there++) {
        struct row row[3], by_ipi = {.asked = 0};
        const struct irqc_module modules[] = {{&driver, &row[0], HYP_IRQC_PLIC, 0},
                                              {&driver, &row[1], HYP_IRQC_APLIC, 0},
                                              {&driver, &row[2], HYP_IRQC_IMSIC, 0}};
        const struct ipi_module ipis[] = {{&ipi_silent, 0}, {&ipi_driver, &by_ipi}};
        fake.irqc.modules = modules;
        fake.irqc.module_count = ARRAY_COUNT(modules);
        fake.irqc.ipis = ipis;
        fake.irqc.ipi_count = ARRAY_COUNT(ipis);
        fake.irqc.found = 0;
        for (uint32_t i = 0; i < 3; i++) {
            row[i] = (struct row){.is_there = i >= there};
        }
        hv_irqc_discover(&fake.irqc, tree, sizeof(tree));
        assert_ptr_equal(fake.irqc.found, there < 3 ? &modules[there] : 0);
        uint64_t model = there < 3 ? BIT(modules[there].model) : 0;
        assert_int_equal(fake.irqc.models, BIT(HYP_IRQC_PLIC) | model);
        for (uint32_t i = 0; i < 3; i++) {
            assert_int_equal(row[i].asked, i <= there ? 1 : 0);
        }
        assert_int_equal(by_ipi.asked, 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(source_of_a_vm, setup),
        cmocka_unit_test_setup(source_of_a_stopped_vm, setup),
        cmocka_unit_test_setup(source_of_nobody, setup),
        cmocka_unit_test_setup(source_of_the_console, setup),
        cmocka_unit_test_setup(ipi, setup),
        cmocka_unit_test_setup(nothing, setup),
        cmocka_unit_test_setup(no_chip, setup),
        cmocka_unit_test_setup(first_module_found, setup),
    };
    return cmocka_run_group_tests(tests, 0, 0);
}
