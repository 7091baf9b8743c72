/* SPDX-License-Identifier: Apache-2.0 */
/* Claims and their owners. The test's controller returns the claim that a test has set. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <hyp/arch/csr.h>

#include "libhv/irqc/irqc.h"

enum { CONSOLE_SOURCE = 3, VM_SOURCE = 7, HART = 2, VM_INDEX = 4 };

static struct machine machine;
static struct hv_irqc irqc;
static struct vm vm;
static struct irqc_claim next;
static char said[128];

static void say(const char *what, uint32_t source, uint32_t hart)
{
    size_t used = strlen(said);
    (void)snprintf(said + used, sizeof(said) - used, "%s%u@%u ", what, source, hart);
}

static struct irqc_claim claim(void *state, uint32_t hart)
{
    (void)state;
    say("claim", next.n, hart);
    return next;
}

static void complete(void *state, uint32_t hart, uint32_t source)
{
    (void)state;
    say("complete", source, hart);
}

static void refuse(void *state, uint32_t hart, uint32_t source)
{
    (void)state;
    say("refuse", source, hart);
}

static const struct irqc_ops chip_ops = {.claim = claim, .complete = complete, .refuse = refuse};

static void console(void *ctx, uint32_t hart)
{
    assert_ptr_equal(ctx, &machine);
    say("console", 0, hart);
}

static const struct hv_irqc_ops ops = {.console = console};

static void handle_phys_irq(void *state, uint32_t source, uint32_t hart)
{
    assert_ptr_equal(state, said);
    assert_true(spinlock_is_held(&vm.lock));
    say("vm", source, hart);
}

static const struct virqc_ops virqc = {.handle_phys_irq = handle_phys_irq};

static int setup(void **state)
{
    (void)state;
    csr_host_reset();
    csr_write(CSR_SIE, BIT(IRQ_S_EXT) | BIT(IRQ_S_SOFT));
    said[0] = 0;
    vm = (struct vm){.index = VM_INDEX, .virqc = &virqc, .virqc_state = said};
    machine.irqc_index[HART] = 9;
    irqc = (struct hv_irqc){
        .machine = &machine, .ops = &ops, .ctx = &machine, .phys = {.ops = &chip_ops}};
    irqc.owner[CONSOLE_SOURCE] = HV_OWNER_CONSOLE;
    hv_virq_set_owner(&irqc, &vm, VM_SOURCE);
    irqc.vm[VM_INDEX] = &vm;
    return 0;
}

static void handle(enum irqc_claim_kind kind, uint32_t n, const char *expected)
{
    next = (struct irqc_claim){kind, n};
    hv_irqc_handle(&irqc, HART);
    assert_string_equal(said, expected);
    assert_false(spinlock_is_held(&vm.lock));
}

static bool is_open(void)
{
    return (csr_read(CSR_SIE) & BIT(IRQ_S_EXT)) != 0;
}

static void test_a_vms_source_is_its_controllers(void **state)
{
    (void)state;
    handle(IRQC_CLAIM_SOURCE, VM_SOURCE, "claim7@2 vm7@2 ");
    assert_true(is_open());
}

static void test_the_consoles_source_is_completed_behind_its_step(void **state)
{
    (void)state;
    handle(IRQC_CLAIM_SOURCE, CONSOLE_SOURCE, "claim3@2 console0@2 complete3@2 ");
}

static void test_an_ipi_goes_on_as_a_software_interrupt(void **state)
{
    (void)state;
    handle(IRQC_CLAIM_IPI, 1, "claim1@2 ");
    assert_true(csr_read(CSR_SIP) == BIT(IRQ_S_SOFT));
    assert_true(is_open());
}

static void test_a_claim_of_nothing_changes_nothing(void **state)
{
    (void)state;
    handle(IRQC_CLAIM_NONE, 0, "claim0@2 ");
    assert_true(csr_read(CSR_SIP) == 0);
    assert_true(is_open());
}

static void test_a_source_of_nobody_is_refused(void **state)
{
    (void)state;
    handle(IRQC_CLAIM_SOURCE, 5, "claim5@2 refuse5@2 ");
}

static void test_a_source_of_a_vm_without_controller_is_refused(void **state)
{
    (void)state;
    irqc.vm[VM_INDEX] = NULL;
    handle(IRQC_CLAIM_SOURCE, VM_SOURCE, "claim7@2 refuse7@2 ");
}

/* Nobody waits for its lock: a hart that has panicked holds it. */
static void test_a_source_of_a_stopped_vm_is_refused(void **state)
{
    (void)state;
    vm.stop_reason = VM_STOP_PANIC;
    spinlock_lock(&vm.lock);
    next = (struct irqc_claim){IRQC_CLAIM_SOURCE, VM_SOURCE};
    hv_irqc_handle(&irqc, HART);
    assert_string_equal(said, "claim7@2 refuse7@2 ");
    assert_true(spinlock_is_held(&vm.lock));
}

static void test_sources_behind_the_last_are_nobodys(void **state)
{
    (void)state;
    handle(IRQC_CLAIM_SOURCE, HV_SOURCE_MAX, "claim1024@2 refuse1024@2 ");
    said[0] = 0;
    irqc.owner[HV_SOURCE_MAX - 1] = HV_OWNER_CONSOLE;
    handle(IRQC_CLAIM_SOURCE, HV_SOURCE_MAX - 1, "claim1023@2 console0@2 complete1023@2 ");
}

/* Whatever drives its interrupt: it would come for ever. */
static void test_a_hart_without_context_is_closed(void **state)
{
    (void)state;
    machine.irqc_index[HART] = MACHINE_NO_INDEX;
    handle(IRQC_CLAIM_NONE, 0, "claim0@2 ");
    assert_false(is_open());
    assert_true(csr_read(CSR_SIE) == BIT(IRQ_S_SOFT));
}

static void test_without_controller_a_hart_is_closed(void **state)
{
    (void)state;
    irqc.phys.ops = NULL;
    handle(IRQC_CLAIM_NONE, 0, "");
    assert_true(csr_read(CSR_SIE) == BIT(IRQ_S_SOFT));
}

#define TEST(f) cmocka_unit_test_setup(f, setup)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_a_vms_source_is_its_controllers),
        TEST(test_the_consoles_source_is_completed_behind_its_step),
        TEST(test_an_ipi_goes_on_as_a_software_interrupt),
        TEST(test_a_claim_of_nothing_changes_nothing),
        TEST(test_a_source_of_nobody_is_refused),
        TEST(test_a_source_of_a_vm_without_controller_is_refused),
        TEST(test_a_source_of_a_stopped_vm_is_refused),
        TEST(test_sources_behind_the_last_are_nobodys),
        TEST(test_a_hart_without_context_is_closed),
        TEST(test_without_controller_a_hart_is_closed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
