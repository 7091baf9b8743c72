/* SPDX-License-Identifier: Apache-2.0 */
/* Both drivers against both models: an APLIC whose messages are stores to three harts' IMSICs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include <hyp/irq/aplic_imsic.h>
#include <hyp/irq/aplic_regs.h>
#include <hyp/irq/vaplic.h>

#include "test_imsic.h"

enum { SOURCES = 97, BASE = 0xd000000, LEVEL = 10, EDGE = 96, ID_BASE = 2 };

/* The driver numbers the model's harts 2 and 0 as 0 and 2, and has none for its hart 1. */
static const uint32_t index_of[TEST_HARTS] = {2, APLIC_NO_HART, 0};

static struct vaplic model;
static struct vdev dev;
static void *storage;
static struct aplic_imsic both;
static struct irqc irqc;

static void send_msi(void *ctx, uint32_t hart_index, uint32_t guest_index, uint32_t eiid)
{
    (void)ctx;
    assert_true(hart_index < TEST_HARTS && guest_index == 0);
    vimsic_send(&test_hart[hart_index].imsic, 0, eiid);
}

static void set_external(void *ctx, uint32_t vcpu, bool level)
{
    (void)ctx, (void)vcpu, (void)level;
    fail();
}

/* The calling hart is `hart` of the driver. */
static void be(uint32_t hart)
{
    test_be(index_of[hart]);
}

static bool is_called(uint32_t hart)
{
    return test_hart[index_of[hart]].pends[0];
}

static int setup(void **state)
{
    (void)state;
    struct vaplic_config config = {
        .source_count = SOURCES,
        .idc_count = TEST_HARTS,
        .iprio_bits = 3,
        .delivery = VAPLIC_MSI,
        .set_external = set_external,
        .send_msi = send_msi,
    };
    test_machine();
    storage = calloc(1, vaplic_storage_size(SOURCES, TEST_HARTS));
    assert_non_null(storage);
    assert_int_equal(vaplic_init(&model, &config, storage), HYP_OK);
    dev =
        (struct vdev){.base = BASE, .size = VAPLIC_SIZE, .ops = &vaplic_vdev_ops, .state = &model};
    mmio_host_attach(&dev);
    both = (struct aplic_imsic){
        .aplic = {.regs = {.base = BASE},
                  .hart_index = index_of,
                  .hart_count = TEST_HARTS,
                  .source_count = SOURCES,
                  .msi = true},
        .id_max = TEST_ID_MAX,
        .id_base = ID_BASE,
    };
    assert_int_equal(aplic_init(&both.aplic), HYP_OK);
    assert_int_equal(aplic_set_mode(&both.aplic, LEVEL, APLIC_SM_LEVEL1), APLIC_SM_LEVEL1);
    assert_int_equal(aplic_set_mode(&both.aplic, EDGE, APLIC_SM_EDGE1), APLIC_SM_EDGE1);
    irqc = aplic_imsic_irqc(&both);
    for (uint32_t hart = 0; hart <= TEST_HARTS; hart++) { /* Two of these are none. */
        if (hart == 0 || hart == 2) {
            be(hart);
        }
        irqc.ops->init_hart(irqc.state, hart);
    }
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    assert_true(vaplic_is_valid(&model));
    test_machine_end();
    free(storage);
    return 0;
}

static void drive(uint32_t source, bool level)
{
    struct irq_line line = vaplic_line(&model, source);
    irq_line_set(&line, level);
}

static void test_a_source_comes_to_its_hart(void **state)
{
    (void)state;
    drive(EDGE, true); /* Not enabled yet: it pends. */
    assert_false(is_called(0) || is_called(2));
    irqc.ops->set_enable(irqc.state, 2, EDGE, true);
    assert_true(is_called(2));
    assert_false(is_called(0));
    be(2);
    assert_int_equal(irqc.ops->claim(irqc.state, 2).n, EDGE);
    assert_int_equal(irqc.ops->claim(irqc.state, 2).n, 0);
    irqc.ops->complete(irqc.state, 2, EDGE);
    assert_false(is_called(2)); /* An edge is not made up. */
    drive(EDGE, false);
    drive(EDGE, true);
    assert_true(is_called(2));
}

static void test_a_level_comes_again_while_it_is_high(void **state)
{
    (void)state;
    irqc.ops->set_enable(irqc.state, 0, LEVEL, true);
    drive(LEVEL, true);
    be(0);
    for (unsigned i = 0; i < 3; i++) {
        assert_true(is_called(0));
        assert_int_equal(irqc.ops->claim(irqc.state, 0).n, LEVEL);
        assert_false(is_called(0)); /* Claimed: not again before the completion. */
        if (i == 2) {
            drive(LEVEL, false);
        }
        irqc.ops->complete(irqc.state, 0, LEVEL);
    }
    assert_false(is_called(0));
}

static void test_enables_move_a_source(void **state)
{
    (void)state;
    irqc.ops->set_enable(irqc.state, 0, LEVEL, true);
    irqc.ops->set_enable(irqc.state, 2, LEVEL, true);
    irqc.ops->set_enable(irqc.state, 0, LEVEL, false); /* Not its target any more. */
    drive(LEVEL, true);
    assert_true(is_called(2));
    be(2);
    assert_int_equal(irqc.ops->claim(irqc.state, 2).n, LEVEL);
    irqc.ops->set_enable(irqc.state, 2, LEVEL, false);
    irqc.ops->complete(irqc.state, 2, LEVEL);
    assert_false(is_called(2));
    irqc.ops->set_enable(irqc.state, 2, LEVEL, true);
    assert_true(is_called(2)); /* It pended while it was off. */
}

/* The completion of a level that is high sends once more, and then it is off. */
static void test_refused_comes_once_more_at_most(void **state)
{
    (void)state;
    irqc.ops->set_enable(irqc.state, 2, LEVEL, true);
    drive(LEVEL, true);
    be(2);
    for (unsigned i = 0; i < 2; i++) {
        assert_int_equal(irqc.ops->claim(irqc.state, 2).n, LEVEL);
        irqc.ops->refuse(irqc.state, 2, LEVEL);
        assert_true(is_called(2) == (i == 0));
    }
}

static void test_what_is_not_there_is_ignored(void **state)
{
    (void)state;
    irqc.ops->set_enable(irqc.state, 1, LEVEL, true); /* A hart without a number. */
    irqc.ops->set_enable(irqc.state, TEST_HARTS, LEVEL, true);
    irqc.ops->set_enable(irqc.state, 0, 0, true);
    irqc.ops->set_enable(irqc.state, 0, SOURCES, true);
    irqc.ops->complete(irqc.state, 0, 0);
    irqc.ops->complete(irqc.state, 0, SOURCES);
    drive(LEVEL, true);
    assert_false(is_called(0) || is_called(2));
    assert_int_equal(irqc.source_count, SOURCES);
}

static void assert_claim(uint32_t kind, uint32_t n)
{
    struct irqc_claim claim = irqc.ops->claim(irqc.state, 0);
    assert_int_equal(claim.kind, kind);
    assert_int_equal(claim.n, n);
}

/* Identities below the sources' are IPIs', and come before them. */
static void test_identities_of_others_come_first(void **state)
{
    (void)state;
    be(0);
    irqc.ops->set_enable(irqc.state, 0, LEVEL, true);
    imsic_enable(1, true);
    imsic_enable(ID_BASE, true);
    drive(LEVEL, true);
    vimsic_send(&test_hart[index_of[0]].imsic, 0, ID_BASE);
    vimsic_send(&test_hart[index_of[0]].imsic, 0, 1);
    assert_claim(IRQC_CLAIM_IPI, 1);
    assert_claim(IRQC_CLAIM_IPI, ID_BASE);
    assert_claim(IRQC_CLAIM_SOURCE, LEVEL);
    assert_claim(IRQC_CLAIM_NONE, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_a_source_comes_to_its_hart, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_level_comes_again_while_it_is_high, setup, teardown),
        cmocka_unit_test_setup_teardown(test_enables_move_a_source, setup, teardown),
        cmocka_unit_test_setup_teardown(test_refused_comes_once_more_at_most, setup, teardown),
        cmocka_unit_test_setup_teardown(test_what_is_not_there_is_ignored, setup, teardown),
        cmocka_unit_test_setup_teardown(test_identities_of_others_come_first, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
