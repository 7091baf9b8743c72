/* SPDX-License-Identifier: Apache-2.0 */
/* The PLIC driver against the PLIC model: the machine is a vplic on the host's device bus. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <hyp/arch/mmio.h>
#include <hyp/irq/plic.h>
#include <hyp/irq/plic_regs.h>
#include <hyp/irq/vplic.h>

enum { SOURCES = 96, CONTEXTS = 6, BASE = 0xc000000 };

/* QEMU virt with 3 harts; the driver numbers them 0 and 2, and has no context for its hart 1. */
static const uint8_t vcpu_of[CONTEXTS] = {VPLIC_NO_VCPU, 0, VPLIC_NO_VCPU, 1, VPLIC_NO_VCPU, 2};
static const uint8_t hart_of[3] = {0, 1, 2};
static const uint32_t contexts[3] = {5, PLIC_NO_CONTEXT, 1};

static struct model {
    struct vplic v;
    struct vdev dev;
    void *storage;
    bool external[3];
} model;
static struct plic plic;
static struct irqc irqc;
static const mmio_t regs = {.base = BASE};

static void set_external(void *ctx, uint32_t vcpu, bool level)
{
    (void)ctx;
    model.external[vcpu] = level;
}

static int setup(void **state)
{
    (void)state;
    struct vplic_config config = {
        .source_count = SOURCES,
        .context_count = CONTEXTS,
        .priority_max = 7,
        .vcpu = vcpu_of,
        .hart = hart_of,
        .set_external = set_external,
    };
    memset(&model, 0, sizeof(model));
    model.storage = calloc(1, vplic_storage_size(SOURCES, CONTEXTS));
    assert_non_null(model.storage);
    assert_int_equal(vplic_init(&model.v, &config, model.storage), HYP_OK);
    model.dev =
        (struct vdev){.base = BASE, .size = VPLIC_SIZE, .ops = &vplic_vdev_ops, .state = &model.v};
    mmio_host_attach(&model.dev);
    /* State that a boot loader may have left. */
    mmio_write32(regs, PLIC_ENABLE + 5 * PLIC_ENABLE_STRIDE + 8, 0xffffffff);
    mmio_write32(regs, PLIC_CONTEXT + 5 * PLIC_CONTEXT_STRIDE, 7);
    mmio_write32(regs, PLIC_ENABLE + 3 * PLIC_ENABLE_STRIDE, 0x2);
    assert_int_equal(plic_init(&plic, regs, contexts, 3, SOURCES), HYP_OK);
    irqc = plic_irqc(&plic);
    for (uint32_t hart = 0; hart < 3; hart++) {
        irqc.ops->init_hart(irqc.state, hart);
    }
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    assert_true(vplic_is_valid(&model.v));
    mmio_host_reset();
    free(model.storage);
    return 0;
}

static void drive(uint32_t source, bool level)
{
    struct irq_line line = vplic_line(&model.v, source);
    irq_line_set(&line, level);
}

static uint32_t enables(uint32_t context, uint32_t word)
{
    return mmio_read32(regs, PLIC_ENABLE + PLIC_ENABLE_STRIDE * context + 4 * word);
}

static void test_init_silences_given_contexts_only(void **state)
{
    (void)state;
    for (uint32_t w = 0; w < 3; w++) {
        assert_int_equal(enables(5, w), 0);
        assert_int_equal(enables(1, w), 0);
    }
    assert_int_equal(enables(3, 0), 0x2);
    assert_int_equal(mmio_read32(regs, PLIC_CONTEXT + 5 * PLIC_CONTEXT_STRIDE), 0);
    for (uint32_t s = 1; s < SOURCES; s++) {
        assert_int_equal(mmio_read32(regs, 4 * s), 1);
    }
    assert_int_equal(irqc.source_count, SOURCES);
}

/* Firmware does this to the context of a hart that it starts, after the controller was set up. */
static void test_init_hart_opens_a_masked_context(void **state)
{
    (void)state;
    irqc.ops->set_enable(irqc.state, 2, 7, true);
    mmio_write32(regs, PLIC_ENABLE + 5 * PLIC_ENABLE_STRIDE, 0x4);
    mmio_write32(regs, PLIC_CONTEXT + 5 * PLIC_CONTEXT_STRIDE, 7);
    irqc.ops->init_hart(irqc.state, 0);
    assert_int_equal(enables(5, 0), 0);
    assert_int_equal(mmio_read32(regs, PLIC_CONTEXT + 5 * PLIC_CONTEXT_STRIDE), 0);
    assert_int_equal(enables(1, 0), 1u << 7);
    irqc.ops->init_hart(irqc.state, 1); /* Has no context. */
    irqc.ops->init_hart(irqc.state, 3); /* Is no hart. */
    assert_int_equal(enables(1, 0), 1u << 7);
}

/* Earlier software has claimed, and was reset before its completion. */
static void test_init_completes_what_was_claimed(void **state)
{
    (void)state;
    irqc.ops->set_enable(irqc.state, 2, 9, true);
    drive(9, true);
    assert_int_equal(irqc.ops->claim(irqc.state, 2).n, 9);
    irqc.ops->set_enable(irqc.state, 2, 9, false);
    assert_int_equal(plic_init(&plic, regs, contexts, 3, SOURCES), HYP_OK);
    for (uint32_t hart = 0; hart < 3; hart++) {
        irqc.ops->init_hart(irqc.state, hart);
        assert_false(model.external[hart]);
    }
    irqc.ops->set_enable(irqc.state, 0, 9, true);
    assert_int_equal(irqc.ops->claim(irqc.state, 0).n, 9);
}

static void test_init_refuses(void **state)
{
    (void)state;
    static const uint32_t beyond[1] = {PLIC_CONTEXT_MAX};
    struct plic p;
    assert_int_equal(plic_init(&p, regs, contexts, 3, 1), HYP_E_PARAM);
    assert_int_equal(plic_init(&p, regs, contexts, 3, 1025), HYP_E_PARAM);
    assert_int_equal(plic_init(&p, regs, contexts, HYP_HART_MAX + 1, 2), HYP_E_PARAM);
    assert_int_equal(plic_init(&p, regs, beyond, 1, 2), HYP_E_PARAM);
}

static void test_enable_is_of_one_source_and_hart(void **state)
{
    (void)state;
    irqc.ops->set_enable(irqc.state, 0, 10, true);
    irqc.ops->set_enable(irqc.state, 0, 95, true);
    irqc.ops->set_enable(irqc.state, 2, 33, true);
    assert_int_equal(enables(5, 0), 1u << 10);
    assert_int_equal(enables(5, 2), 1u << 31);
    assert_int_equal(enables(1, 1), 1u << 1);
    irqc.ops->set_enable(irqc.state, 0, 11, true);
    assert_int_equal(enables(5, 0), 1u << 10 | 1u << 11);
    irqc.ops->set_enable(irqc.state, 0, 10, false);
    assert_int_equal(enables(5, 0), 1u << 11);
    /* No such source, hart or context. */
    irqc.ops->set_enable(irqc.state, 0, 0, true);
    irqc.ops->set_enable(irqc.state, 0, SOURCES, true);
    irqc.ops->set_enable(irqc.state, 1, 10, true);
    irqc.ops->set_enable(irqc.state, 3, 10, true);
    assert_int_equal(enables(5, 0), 1u << 11);
    assert_int_equal(enables(5, 1), 0);
    assert_int_equal(enables(3, 0), 0x2);
}

static void test_interrupt_goes_round(void **state)
{
    (void)state;
    irqc.ops->set_enable(irqc.state, 0, 10, true);
    irqc.ops->set_enable(irqc.state, 2, 10, true);
    assert_int_equal(irqc.ops->claim(irqc.state, 0).n, 0);
    drive(10, true);
    assert_true(model.external[2]);
    assert_true(model.external[0]);
    assert_false(model.external[1]);
    assert_int_equal(irqc.ops->claim(irqc.state, 0).n, 10);
    assert_int_equal(irqc.ops->claim(irqc.state, 2).n, 0);
    assert_false(model.external[2]);
    /* From any hart, in the context of the one that claimed. The level still stands. */
    irqc.ops->complete(irqc.state, 0, 10);
    assert_true(model.external[0]);
    assert_int_equal(irqc.ops->claim(irqc.state, 2).n, 10);
    drive(10, false);
    irqc.ops->complete(irqc.state, 2, 10);
    assert_false(model.external[0]);
    assert_false(spinlock_is_held(&plic.lock[0]));
}

/* Stands before the model: what completes a source that the context has not enabled is dropped. */
static enum vdev_result strict_write(void *state, uint64_t offset, unsigned size, uint64_t value)
{
    uint64_t context = (offset - PLIC_CONTEXT) / PLIC_CONTEXT_STRIDE;
    bool completion =
        offset >= PLIC_CONTEXT && (offset - PLIC_CONTEXT) % PLIC_CONTEXT_STRIDE == PLIC_CLAIM;
    uint64_t at = PLIC_ENABLE + PLIC_ENABLE_STRIDE * context + value / 32 * 4;
    uint64_t word = 0;
    if (completion) {
        assert_int_equal(vplic_vdev_ops.read(state, at, 4, &word), VDEV_OK);
    }
    bool dropped = completion && (word >> value % 32 & 1) == 0;
    return dropped ? VDEV_OK : vplic_vdev_ops.write(state, offset, size, value);
}

/* Another hart has disabled it since its claim; and nobody has. */
static void test_refused_is_completed_and_off(void **state)
{
    (void)state;
    static struct vdev_ops strict;
    strict = vplic_vdev_ops;
    strict.write = strict_write;
    model.dev.ops = &strict;
    for (unsigned i = 0; i < 2; i++) {
        irqc.ops->set_enable(irqc.state, 0, 10, true);
        drive(10, true);
        assert_int_equal(irqc.ops->claim(irqc.state, 0).n, 10);
        irqc.ops->set_enable(irqc.state, 0, 10, i == 0);
        irqc.ops->refuse(irqc.state, 0, 10);
        assert_int_equal(enables(5, 0), 0);
        assert_false(model.external[2]);
        irqc.ops->set_enable(irqc.state, 2, 10, true);
        assert_int_equal(irqc.ops->claim(irqc.state, 2).n, 10);
        irqc.ops->refuse(irqc.state, 2, 10);
        assert_false(model.external[0]);
    }
}

/* Another controller may interrupt such a hart: there is nothing to claim here. */
static void test_claim_without_context(void **state)
{
    (void)state;
    drive(11, true);
    irqc.ops->set_enable(irqc.state, 1, 11, true);
    assert_int_equal(irqc.ops->claim(irqc.state, 1).n, 0);
    assert_int_equal(irqc.ops->claim(irqc.state, 3).n, 0);
    assert_false(model.external[0] || model.external[1] || model.external[2]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_init_silences_given_contexts_only, setup, teardown),
        cmocka_unit_test_setup_teardown(test_init_hart_opens_a_masked_context, setup, teardown),
        cmocka_unit_test_setup_teardown(test_init_completes_what_was_claimed, setup, teardown),
        cmocka_unit_test_setup_teardown(test_init_refuses, setup, teardown),
        cmocka_unit_test_setup_teardown(test_enable_is_of_one_source_and_hart, setup, teardown),
        cmocka_unit_test_setup_teardown(test_interrupt_goes_round, setup, teardown),
        cmocka_unit_test_setup_teardown(test_refused_is_completed_and_off, setup, teardown),
        cmocka_unit_test_setup_teardown(test_claim_without_context, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
