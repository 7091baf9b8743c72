/* SPDX-License-Identifier: Apache-2.0 */
/* The APLIC model's use of the physical APLIC: sources that the guest owns. */
#include "test_vaplic.h"

static void test_own_refuses(void **state)
{
    (void)state;
    struct vaplic_config c = config_of(VAPLIC_DIRECT);
    assert_int_equal(vaplic_own(&v, 0), HYP_E_RANGE);
    assert_int_equal(vaplic_own(&v, 1024), HYP_E_RANGE);
    assert_int_equal(vaplic_own(&v, 1000), HYP_E_UNSUPPORTED);
    c.hart = NULL;
    assert_int_equal(vaplic_init(&v, &c, storage), HYP_OK);
    assert_int_equal(vaplic_own(&v, 1), HYP_E_UNSUPPORTED);
    c = config_of(VAPLIC_MSI);
    c.route = NULL;
    assert_int_equal(vaplic_init(&v, &c, storage), HYP_OK);
    assert_int_equal(vaplic_own(&v, 1), HYP_E_UNSUPPORTED);
    c = config_of(VAPLIC_DIRECT | VAPLIC_MSI);
    assert_int_equal(vaplic_init(&v, &c, storage), HYP_OK);
    assert_int_equal(vaplic_own(&v, 1), HYP_E_UNSUPPORTED);
    c = config_of(VAPLIC_DIRECT);
    c.phys = NULL;
    assert_int_equal(vaplic_init(&v, &c, storage), HYP_OK);
    assert_int_equal(vaplic_own(&v, 1), HYP_E_UNSUPPORTED);
}

static void test_hardware_level_round(void **state)
{
    (void)state;
    assert_int_equal(vaplic_own(&v, 40), HYP_OK);
    ASSERT_TOLD("m40=0 "); /* Whatever it was before. */
    open_domain();
    put(APLIC_SOURCECFG + 160, 0); /* Unchanged: no physical access. */
    ASSERT_TOLD("");
    open_source(40, APLIC_SM_LEVEL1, 1);
    open_source(41, APLIC_SM_LEVEL1, 1); /* Is not owned. */
    ASSERT_TOLD("m40=6 t40=3 e+40 ");
    machine_inputs = 1u << 8;
    vaplic_handle_phys_irq(&v, 40); /* The driver's claim has turned it off. */
    assert_true(external[0]);
    assert_int_equal(claim(0), 40);
    assert_int_equal(claim(0), 40); /* The device is not served. */
    assert_int_equal(get(APLIC_IN_CLRIP + 4), 1u << 8);
    ASSERT_TOLD("i1 i1 i1 ");
    machine_inputs = 0;
    assert_int_equal(claim(0), 0);
    assert_false(external[0]);
    ASSERT_TOLD("i1 t40=3 e+40 ");
    assert_int_equal(claim(0), 0);
    ASSERT_TOLD("");
}

/* A look at topi, setip or in_clrip ends it, too. */
static void test_held_until_seen_low(void **state)
{
    (void)state;
    static const uint64_t looks[] = {APLIC_SETIP + 4, APLIC_IN_CLRIP + 4, APLIC_IDC + APLIC_TOPI};
    assert_int_equal(vaplic_own(&v, 40), HYP_OK);
    open_domain();
    open_source(40, APLIC_SM_LEVEL1, 1);
    told[0] = 0;
    for (unsigned i = 0; i < 3; i++) {
        vaplic_handle_phys_irq(&v, 40);
        assert_true(external[0]);
        assert_int_equal(get(looks[i]), 0);
        assert_false(external[0]);
        ASSERT_TOLD("i1 t40=3 e+40 ");
    }
}

static void test_guest_changes_while_held(void **state)
{
    (void)state;
    assert_int_equal(vaplic_own(&v, 40), HYP_OK);
    open_domain();
    open_source(40, APLIC_SM_LEVEL1, 1);
    machine_inputs = 1u << 8;
    vaplic_handle_phys_irq(&v, 40);
    told[0] = 0;
    put(APLIC_CLRIENUM, 40);
    assert_false(external[0]);
    put(APLIC_SETIENUM, 40);
    put(APLIC_TARGET + 160, 1u << APLIC_TARGET_HART_SHIFT | 2);
    assert_false(external[0]);
    assert_true(external[1]);
    ASSERT_TOLD("e-40 "); /* It stays off. */
    machine_inputs = 0;
    assert_int_equal(claim(1), 0);
    ASSERT_TOLD("i1 t40=5 e+40 ");
    put(APLIC_TARGET + 160, 7u << APLIC_TARGET_HART_SHIFT | 2); /* Nobody's. */
    ASSERT_TOLD("e-40 ");
    put(APLIC_TARGET + 160, 2);
    ASSERT_TOLD("t40=3 e+40 ");
    vaplic_handle_phys_irq(&v, 40);
    put(APLIC_SOURCECFG + 160, APLIC_SM_LEVEL0); /* The machine finds out whether it is high. */
    assert_false(external[0]);
    ASSERT_TOLD("m40=7 t40=3 e+40 ");
    put(APLIC_SOURCECFG + 160, APLIC_SM_EDGE0);
    assert_int_equal(get(APLIC_SOURCECFG + 160),
                     APLIC_SM_LEVEL1); /* The mode that the physical APLIC kept. */
    ASSERT_TOLD("m40=5 e+40 ");        /* Its target stands. */
    put(APLIC_SOURCECFG + 160, 0);
    vaplic_handle_phys_irq(&v, 40); /* Was on its way. */
    assert_int_equal(get(APLIC_SETIE + 4), 0);
    assert_false(external[0]);
    ASSERT_TOLD("m40=0 e-40 ");
}

static void test_hardware_edge_round(void **state)
{
    (void)state;
    assert_int_equal(vaplic_own(&v, 40), HYP_OK);
    open_domain();
    open_source(40, APLIC_SM_EDGE1, 1);
    told[0] = 0;
    vaplic_handle_phys_irq(&v, 40);
    ASSERT_TOLD("e+40 ");
    assert_int_equal(claim(0), 40);
    assert_false(external[0]);
    ASSERT_TOLD("");
    put(APLIC_CLRIENUM, 40);
    vaplic_handle_phys_irq(&v, 40); /* Claimed before that. */
    machine_pending = 1u << 9;
    assert_int_equal(get(APLIC_SETIP + 4), 1u << 8); /* 41 is not owned. */
    machine_pending = 1u << 8;
    put(APLIC_CLRIPNUM, 40);
    assert_int_equal(get(APLIC_SETIP + 4), 1u << 8);
    put(APLIC_SETIPNUM, 40);
    ASSERT_TOLD("e-40 i1 p-40 i1 p+40 ");
}

static void test_not_owned_is_turned_off(void **state)
{
    (void)state;
    vaplic_handle_phys_irq(&v, 7);
    ASSERT_TOLD("e-7 ");
    struct vaplic_config c = config_of(VAPLIC_DIRECT);
    c.source_count = 4;
    memset(storage, 0, vaplic_storage_size(SOURCES, IDCS));
    assert_int_equal(vaplic_init(&v, &c, storage), HYP_OK);
    vaplic_handle_phys_irq(&v, 7);
    ASSERT_TOLD("e-7 ");
}

static void test_stop(void **state)
{
    (void)state;
    assert_int_equal(vaplic_own(&v, 40), HYP_OK);
    assert_int_equal(vaplic_own(&v, 41), HYP_OK);
    assert_int_equal(vaplic_own(&v, 42), HYP_OK);
    open_domain();
    put(APLIC_SOURCECFG + 168, APLIC_SM_LEVEL1);
    open_source(40, APLIC_SM_LEVEL1, 1);
    open_source(2, APLIC_SM_LEVEL1, 1);
    drive(2, true);
    vaplic_handle_phys_irq(&v, 40);
    put(idc_at(1, APLIC_ITHRESHOLD), 3);
    told[0] = 0;
    unsigned before = changes;
    vaplic_stop(&v);
    vaplic_stop(&v);
    assert_int_equal(changes, before);
    ASSERT_TOLD("m40=0 m42=0 "); /* 41 is inactive, 42 not enabled. */
    open_source(41, APLIC_SM_LEVEL1, 1);
    put(APLIC_SETIPNUM_LE, 40);
    put(APLIC_CLRIENUM, 40);
    put(APLIC_SETIENUM, 40);
    assert_int_equal(get(APLIC_SETIP + 4), 1u << 8);
    assert_int_equal(get(APLIC_IN_CLRIP + 4), 0);
    assert_int_equal(claim(0), 2);
    ASSERT_TOLD("");
    vaplic_handle_phys_irq(&v, 41); /* Was claimed before it was turned off. */
    ASSERT_TOLD("e-41 ");
    assert_true(vaplic_is_valid(&v));
}

/* The machine sends into a guest interrupt file: nothing but the guest's end is seen here. */
static void test_msi_hardware(void **state)
{
    (void)state;
    assert_int_equal(vaplic_own(&v, 40), HYP_OK);
    ASSERT_TOLD("m40=0 ");
    open_source(40, APLIC_SM_LEVEL1, 1u << 18 | 9);
    ASSERT_TOLD("m40=6 "); /* Not before IE. */
    put(APLIC_DOMAINCFG, APLIC_DOMAINCFG_IE);
    ASSERT_TOLD("r40:1.9 e+40 ");
    put(APLIC_SETIPNUM_LE, 40);
    ASSERT_TOLD("p+40 ");
    put(APLIC_TARGET + 160, 9);
    ASSERT_TOLD("r40:0.9 ");               /* It is on. */
    put(APLIC_TARGET + 160, 1u << 12 | 9); /* No such file, */
    ASSERT_TOLD("e-40 ");
    put(APLIC_TARGET + 160, 2u << 18 | 9); /* no such hart, */
    ASSERT_TOLD("");
    put(APLIC_TARGET + 160, 0); /* and one that the caller refuses. */
    ASSERT_TOLD("r40:0.0 ");
    put(APLIC_TARGET + 160, 9);
    put(APLIC_DOMAINCFG, 0);
    ASSERT_TOLD("r40:0.9 e+40 e-40 ");
}

/* The machine sends to the hypervisor: what is raised here goes on as the guest's target says. */
static void test_msi_hardware_raised(void **state)
{
    (void)state;
    assert_int_equal(vaplic_own(&v, 40), HYP_OK);
    put(APLIC_DOMAINCFG, APLIC_DOMAINCFG_IE);
    open_source(40, APLIC_SM_LEVEL1, 9);
    told[0] = 0;
    vaplic_handle_phys_irq(&v, 40);
    ASSERT_TOLD("e+40 msi:0.0.9 ");
    put(APLIC_CLRIENUM, 40);
    vaplic_handle_phys_irq(&v, 40);
    ASSERT_TOLD("e-40 ");
    put(APLIC_SETIENUM, 40);
    ASSERT_TOLD("msi:0.0.9 r40:0.9 e+40 ");
}

/* A word of 32 sources changes the registers at once, and all else four sources at a time. */
static void test_words_in_parts(void **state)
{
    (void)state;
    open_domain();
    for (uint32_t s = 32; s < 42; s++) {
        assert_int_equal(vaplic_own(&v, s), HYP_OK);
        open_source(s, APLIC_SM_EDGE1, 1);
    }
    put(APLIC_CLRIE + 4, 0xffffffff);
    told[0] = 0;
    assert_int_equal(write_once(APLIC_SETIE + 4, 0xffffffff), VDEV_MORE);
    assert_int_equal(get(APLIC_SETIE + 4), 0x3ff);
    ASSERT_TOLD("t32=3 e+32 t33=3 e+33 t34=3 e+34 t35=3 e+35 t36=3 e+36 t37=3 e+37 t38=3 e+38 "
                "t39=3 e+39 t40=3 e+40 t41=3 e+41 "); /* The read has gone on with it. */
    assert_int_equal(write_once(APLIC_CLRIE + 4, 0xff), VDEV_MORE);
    ASSERT_TOLD("e-32 e-33 e-34 e-35 ");
    assert_int_equal(more(), VDEV_OK);
    ASSERT_TOLD("e-36 e-37 e-38 e-39 ");
}

/* Requests that have fallen at the machine go one in each call, until there is one that has not. */
static void test_claims_what_has_not_fallen(void **state)
{
    (void)state;
    uint64_t value = 0;
    open_domain();
    for (uint32_t s = 40; s < 43; s++) {
        assert_int_equal(vaplic_own(&v, s), HYP_OK);
        open_source(s, APLIC_SM_LEVEL1, 1);
        vaplic_handle_phys_irq(&v, s);
    }
    open_source(50, APLIC_SM_EDGE1, 1);
    drive(50, true);
    told[0] = 0;
    for (uint32_t i = 0; i < 2; i++) {
        uint64_t claimi = idc_at(0, APLIC_CLAIMI);
        assert_int_equal(vaplic_vdev_ops.read(&v, claimi, 4, &value), VDEV_AGAIN);
        assert_true(vaplic_is_valid(&v));
    }
    ASSERT_TOLD("i1 t40=3 e+40 i1 i1 t41=3 e+41 i1 ");
    assert_int_equal(vaplic_vdev_ops.read(&v, idc_at(0, APLIC_CLAIMI), 4, &value), VDEV_OK);
    assert_int_equal(value >> APLIC_TOPI_ID_SHIFT, 50);
    ASSERT_TOLD("i1 t42=3 e+42 ");
    for (uint32_t s = 40; s < 43; s++) {
        vaplic_handle_phys_irq(&v, s);
    }
    told[0] = 0;
    assert_int_equal(vaplic_vdev_ops.read(&v, APLIC_SETIP + 4, 4, &value), VDEV_MORE);
    assert_int_equal(value, 0);
    assert_int_equal(more(), VDEV_OK);
    ASSERT_TOLD("i1 t40=3 e+40 t41=3 e+41 t42=3 e+42 ");
    assert_false(external[0]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_own_refuses, setup, teardown),
        cmocka_unit_test_setup_teardown(test_hardware_level_round, setup, teardown),
        cmocka_unit_test_setup_teardown(test_held_until_seen_low, setup, teardown),
        cmocka_unit_test_setup_teardown(test_guest_changes_while_held, setup, teardown),
        cmocka_unit_test_setup_teardown(test_hardware_edge_round, setup, teardown),
        cmocka_unit_test_setup_teardown(test_not_owned_is_turned_off, setup, teardown),
        cmocka_unit_test_setup_teardown(test_stop, setup, teardown),
        cmocka_unit_test_setup_teardown(test_msi_hardware, setup_msi, teardown),
        cmocka_unit_test_setup_teardown(test_msi_hardware_raised, setup_msi, teardown),
        cmocka_unit_test_setup_teardown(test_words_in_parts, setup, teardown),
        cmocka_unit_test_setup_teardown(test_claims_what_has_not_fallen, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
