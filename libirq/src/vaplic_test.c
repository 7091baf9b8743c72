/* SPDX-License-Identifier: Apache-2.0 */
/* The APLIC model: what the properties do not say in so many words. */
#include "test_vaplic.h"

static void test_init_refuses(void **state)
{
    (void)state;
    static const uint8_t far_hart[IDCS] = {3, HYP_HART_MAX};
    struct vaplic_config c;
    struct vaplic other;
#define REFUSED(change)           \
    c = config_of(VAPLIC_DIRECT); \
    change;                       \
    assert_int_equal(vaplic_init(&other, &c, storage), HYP_E_PARAM)
    REFUSED(c.source_count = 1);
    REFUSED(c.source_count = 1025);
    REFUSED(c.idc_count = 0);
    REFUSED(c.idc_count = HYP_HART_MAX + 1);
    REFUSED(c.iprio_bits = 0);
    REFUSED(c.iprio_bits = 9);
    REFUSED(c.delivery = 0);
    REFUSED(c.delivery = 4);
    REFUSED(c.hart = far_hart);
#undef REFUSED
    assert_int_equal(vaplic_storage_size(97, 2), 1128);
}

/* Every source pending: each claim gives the best of the rest; the highest number, too. */
static void test_claims_in_order(void **state)
{
    (void)state;
    open_domain();
    for (uint32_t s = 1; s < SOURCES; s++) {
        open_source(s, APLIC_SM_EDGE1, s % 7 + 1);
        drive(s, true);
    }
    assert_int_equal(changes, 1);
    for (uint32_t priority = 1; priority <= 7; priority++) {
        for (uint32_t s = 1; s < SOURCES; s++) {
            if (s % 7 + 1 == priority) {
                assert_int_equal(get(idc_at(0, APLIC_CLAIMI)), s << 16 | priority);
            }
        }
    }
    assert_int_equal(claim(0), 0);
    assert_int_equal(changes, 2);
    assert_false(external[0]);
}

/* A line, level-sensitive, as a virtual UART's: its driver claims until nothing is left. */
static void test_level_line(void **state)
{
    (void)state;
    open_domain();
    open_source(10, APLIC_SM_LEVEL1, 1u << APLIC_TARGET_HART_SHIFT | 1);
    drive(10, true);
    assert_true(external[1]);
    assert_int_equal(claim(1), 10);
    assert_int_equal(claim(1), 10); /* Still high. */
    put(APLIC_CLRIPNUM, 10);
    assert_true(external[1]);
    drive(10, false);
    assert_false(external[1]);
    assert_int_equal(claim(1), 0);
    put(APLIC_SETIPNUM, 10); /* A level is not made pending by hand. */
    assert_int_equal(claim(1), 0);
}

static void test_lines_that_lead_nowhere(void **state)
{
    (void)state;
    assert_int_equal(vaplic_own(&v, 9), HYP_OK);
    open_source(9, APLIC_SM_LEVEL1, 1);
    drive(0, true);
    drive(SOURCES, true);
    drive(9, true);
    assert_int_equal(get(APLIC_SETIP), 0);
}

static void test_msi_line(void **state)
{
    (void)state;
    open_domain();
    open_source(10, APLIC_SM_LEVEL1, 2u << 18 | 3u << 12 | 0x7ff);
    drive(10, true);
    ASSERT_TOLD("msi:2.3.2047 ");
    drive(10, true);
    ASSERT_TOLD("");
    put(APLIC_SETIPNUM_LE, 10); /* The driver's end: it is still high. */
    ASSERT_TOLD("msi:2.3.2047 ");
    drive(10, false);
    put(APLIC_SETIPNUM_LE, 10);
    ASSERT_TOLD("");
    put(APLIC_DOMAINCFG, 0);
    put(APLIC_GENMSI, 1u << 18 | 0x2a); /* IE does not matter. */
    assert_int_equal(get(APLIC_GENMSI), 1u << 18 | 0x2a);
    drive(10, true);
    ASSERT_TOLD("msi:1.0.42 ");
    put(APLIC_DOMAINCFG, APLIC_DOMAINCFG_IE);
    ASSERT_TOLD("msi:2.3.2047 ");
    assert_int_equal(get(idc_at(0, APLIC_IDELIVERY)), 0);
    assert_int_equal(changes, 0);
}

/* A domain with both delivery modes. */
static void test_mode_turns(void **state)
{
    (void)state;
    struct vaplic_config c = config_of(VAPLIC_DIRECT | VAPLIC_MSI);
    assert_int_equal(vaplic_init(&v, &c, storage), HYP_OK);
    open_domain();
    open_source(10, APLIC_SM_LEVEL1, 0x100);
    assert_int_equal(get(APLIC_TARGET + 40), 0x101);
    drive(10, true);
    assert_true(external[0]);
    put(APLIC_DOMAINCFG, APLIC_DOMAINCFG_IE | APLIC_DOMAINCFG_DM);
    assert_false(external[0]);
    ASSERT_TOLD("msi:0.0.257 ");
    put(APLIC_TARGET + 40, 0x200);
    put(APLIC_DOMAINCFG, APLIC_DOMAINCFG_IE);
    assert_true(external[0]);
    assert_int_equal(get(idc_at(0, APLIC_CLAIMI)), 10u << 16 | 1);
    ASSERT_TOLD("");
}

/* A source that waits for its turn is still a request of the hart that it was for. */
static void test_late_source_moves(void **state)
{
    (void)state;
    open_domain();
    for (uint32_t s = 1; s < 20; s++) {
        open_source(s, APLIC_SM_EDGE1, 1);
        drive(s, true);
    }
    assert_int_equal(write_once(APLIC_CLRIE, 0xffffffff), VDEV_MORE);
    assert_true(external[0]);
    assert_int_equal(write_once(APLIC_TARGET + 4 * 18, 1u << 18 | 1), VDEV_MORE);
    assert_int_equal(write_once(APLIC_SETIENUM, 17), VDEV_MORE);
    assert_int_equal(write_once(APLIC_SETIENUM, 18), VDEV_MORE);
    assert_int_equal(more(), VDEV_OK);
    assert_int_equal(claim(0), 17);
    assert_int_equal(claim(0), 0);
    assert_int_equal(claim(1), 18);
    assert_int_equal(claim(1), 0);
}

/* Messages that waited for IE are sent four at a time. */
static void test_messages_in_parts(void **state)
{
    (void)state;
    for (uint32_t s = 100; s < 106; s++) {
        open_source(s, APLIC_SM_EDGE1, s);
        drive(s, true);
    }
    assert_int_equal(write_once(APLIC_DOMAINCFG, APLIC_DOMAINCFG_IE), VDEV_MORE);
    ASSERT_TOLD("msi:0.0.100 msi:0.0.101 msi:0.0.102 msi:0.0.103 ");
    assert_int_equal(write_once(APLIC_DOMAINCFG, 0),
                     VDEV_OK); /* Another hart's, before the rest. */
    ASSERT_TOLD("");
    assert_int_equal(write_once(APLIC_DOMAINCFG, APLIC_DOMAINCFG_IE), VDEV_OK);
    ASSERT_TOLD("msi:0.0.104 msi:0.0.105 ");
}

/* vaplic_is_valid() sees each of its clauses broken. */
static void test_is_valid_sees(void **state)
{
    (void)state;
    assert_int_equal(vaplic_own(&v, 9), HYP_OK);
    open_domain();
    open_source(1, APLIC_SM_LEVEL1, 2);
    open_source(9, APLIC_SM_EDGE1, 2);
    drive(1, true);
    assert_true(vaplic_is_valid(&v));
#define SEEN(lvalue, wrong)                 \
    do {                                    \
        __typeof__(lvalue) old_ = (lvalue); \
        (lvalue) = (wrong);                 \
        assert_false(vaplic_is_valid(&v));  \
        (lvalue) = old_;                    \
        assert_true(vaplic_is_valid(&v));   \
    } while (0)
    SEEN(v.msi, true);
    SEEN(v.ie, false);
    SEEN(v.vm_stopped, true); /* And armed. */
    SEEN(v.pending[0], 0);
    SEEN(v.pending[0], 3);
    SEEN(v.pending[0], 6); /* Its source is inactive. */
    SEEN(v.enabled[0], 0);
    SEEN(v.rectified[0], 0);
    SEEN(v.owned[0], 1);
    SEEN(v.sources[1].mode, 8);
    SEEN(v.sources[1].mode, 0);
    SEEN(v.sources[1].wire, false);
    SEEN(v.sources[1].target, 0);
    SEEN(v.sources[1].target, 8);
    SEEN(v.sources[1].target, 3);
    SEEN(v.sources[1].target, 1u << 18 | 2);
    SEEN(v.sources[1].phys_enabled, true);
    SEEN(v.idcs[0].requests[0], 0);
    SEEN(v.idcs[0].requests[0], 3);
    SEEN(v.idcs[0].best[0], VAPLIC_NONE);
    SEEN(v.idcs[0].best[1], 1u << 10 | 64);
    SEEN(v.active[0], 2);
    SEEN(v.level_sensitive[0], 0x202);
    SEEN(v.iprio[0], 2);
    SEEN(v.deferred[0], 2);
    SEEN(v.deferred_words, 1);
    SEEN(v.idcs[0].top_key, VAPLIC_NONE);
    SEEN(v.idcs[0].threshold_key, 0);
    SEEN(v.idcs[0].threshold_key, 4u << 10 | 1);
    SEEN(v.idcs[0].threshold_key, 8u << 10);
    SEEN(v.idcs[0].external, false);
#undef SEEN
}

static void test_is_valid_sees_msi(void **state)
{
    (void)state;
    open_domain();
    open_source(1, APLIC_SM_EDGE1, 2);
    assert_true(vaplic_is_valid(&v));
    v.pending[0] = 2;
    assert_false(vaplic_is_valid(&v));
    v.pending[0] = 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_init_refuses, setup, teardown),
        cmocka_unit_test_setup_teardown(test_claims_in_order, setup, teardown),
        cmocka_unit_test_setup_teardown(test_level_line, setup, teardown),
        cmocka_unit_test_setup_teardown(test_lines_that_lead_nowhere, setup, teardown),
        cmocka_unit_test_setup_teardown(test_msi_line, setup_msi, teardown),
        cmocka_unit_test_setup_teardown(test_mode_turns, setup, teardown),
        cmocka_unit_test_setup_teardown(test_late_source_moves, setup, teardown),
        cmocka_unit_test_setup_teardown(test_messages_in_parts, setup_msi, teardown),
        cmocka_unit_test_setup_teardown(test_is_valid_sees, setup, teardown),
        cmocka_unit_test_setup_teardown(test_is_valid_sees_msi, setup_msi, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
