/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The APLIC driver against the APLIC model: the machine is a vaplic on the host's device bus. And
 * a guest's vaplic above the driver: both ends of a hardware source.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <hyp/arch/mmio.h>
#include <hyp/irq/aplic.h>
#include <hyp/irq/aplic_regs.h>
#include <hyp/irq/vaplic.h>

enum { SOURCES = 97, HARTS = 3, BASE = 0xd000000 };

/* The driver numbers the model's harts 2 and 0 as 0 and 2, and has none for its hart 1. */
static const uint32_t index_of[HARTS] = {2, APLIC_NO_HART, 0};

static struct model {
    struct vaplic v;
    struct vdev dev;
    void *storage;
    bool external[HARTS];
    unsigned sent;
    uint32_t last[3]; /* Hart index, guest index, EIID of the last MSI. */
} model;
static struct aplic aplic;
static struct irqc irqc;
static const mmio_t regs = {.base = BASE};

static void set_external(void *ctx, uint32_t vcpu, bool level)
{
    (void)ctx;
    model.external[vcpu] = level;
}

static void send_msi(void *ctx, uint32_t hart_index, uint32_t guest_index, uint32_t eiid)
{
    (void)ctx;
    model.sent++;
    model.last[0] = hart_index;
    model.last[1] = guest_index;
    model.last[2] = eiid;
}

static uint32_t get(uintptr_t offset)
{
    return mmio_read32(regs, offset);
}

static int start(uint32_t delivery)
{
    struct vaplic_config config = {
        .source_count = SOURCES,
        .idc_count = HARTS,
        .iprio_bits = 3,
        .delivery = delivery,
        .set_external = set_external,
        .send_msi = send_msi,
    };
    memset(&model, 0, sizeof(model));
    model.storage = calloc(1, vaplic_storage_size(SOURCES, HARTS));
    assert_non_null(model.storage);
    assert_int_equal(vaplic_init(&model.v, &config, model.storage), HYP_OK);
    model.dev = (struct vdev){
        .base = BASE, .size = VAPLIC_SIZE, .ops = &vaplic_vdev_ops, .state = &model.v};
    mmio_host_attach(&model.dev);
    /* State that a boot loader may have left. */
    mmio_write32(regs, APLIC_SOURCECFG + 4 * 5, APLIC_SM_LEVEL0);
    mmio_write32(regs, APLIC_SETIENUM, 5);
    mmio_write32(regs, APLIC_IDC + 2 * APLIC_IDC_STRIDE + APLIC_ITHRESHOLD, 1);
    mmio_write32(regs, APLIC_IDC + 2 * APLIC_IDC_STRIDE + APLIC_IFORCE, 1);
    mmio_write32(regs, APLIC_IDC + APLIC_IDC_STRIDE + APLIC_ITHRESHOLD, 5);
    aplic = (struct aplic){
        .regs = regs,
        .hart_index = index_of,
        .hart_count = HARTS,
        .source_count = SOURCES,
        .msi = delivery == VAPLIC_MSI,
    };
    assert_int_equal(aplic_init(&aplic), HYP_OK);
    return 0;
}

static int setup(void **state)
{
    (void)state;
    (void)start(VAPLIC_DIRECT);
    irqc = aplic_irqc(&aplic);
    for (uint32_t hart = 0; hart <= HARTS; hart++) { /* Two of these are none. */
        irqc.ops->init_hart(irqc.state, hart);
    }
    return 0;
}

static int setup_msi(void **state)
{
    (void)state;
    return start(VAPLIC_MSI);
}

static int teardown(void **state)
{
    (void)state;
    assert_true(vaplic_is_valid(&model.v));
    mmio_host_reset();
    free(model.storage);
    return 0;
}

static void drive(uint32_t source, bool level)
{
    struct irq_line line = vaplic_line(&model.v, source);
    irq_line_set(&line, level);
}

static void test_init_silences(void **state)
{
    (void)state;
    assert_int_equal(get(APLIC_DOMAINCFG), 0x80000100);
    for (uint32_t s = 1; s < SOURCES; s++) {
        assert_int_equal(get(4 * s), 0);
    }
    assert_int_equal(get(APLIC_SETIE), 0);
    for (uint32_t i = 0; i < HARTS; i++) {
        uintptr_t idc = APLIC_IDC + i * APLIC_IDC_STRIDE;
        assert_int_equal(get(idc + APLIC_IDELIVERY), i != 1);
        assert_int_equal(get(idc + APLIC_ITHRESHOLD), i == 1 ? 5 : 0);
        assert_int_equal(get(idc + APLIC_IFORCE), 0);
        assert_false(model.external[i]);
    }
    assert_int_equal(irqc.source_count, SOURCES);
}

static void test_init_refuses(void **state)
{
    (void)state;
    static const uint32_t beyond[1] = {APLIC_HART_MAX};
    struct aplic a;
#define REFUSED(change, status) \
    a = aplic;                  \
    change;                     \
    assert_int_equal(aplic_init(&a), status)
    REFUSED(a.source_count = 1, HYP_E_PARAM);
    REFUSED(a.source_count = 1025, HYP_E_PARAM);
    REFUSED(a.hart_count = HYP_HART_MAX + 1, HYP_E_PARAM);
    REFUSED((a.hart_index = beyond, a.hart_count = 1), HYP_E_PARAM);
    assert_int_equal(get(APLIC_DOMAINCFG), 0x80000100);
    REFUSED(a.msi = true, HYP_E_UNSUPPORTED);
    assert_int_equal(get(APLIC_DOMAINCFG), 0x80000000);
#undef REFUSED
}

static void test_level_goes_round(void **state)
{
    (void)state;
    assert_int_equal(aplic_set_mode(&aplic, 10, APLIC_SM_LEVEL1), APLIC_SM_LEVEL1);
    irqc.ops->set_enable(irqc.state, 0, 10, true);
    assert_int_equal(get(APLIC_TARGET + 40), 2u << APLIC_TARGET_HART_SHIFT | 1);
    assert_int_equal(irqc.ops->claim(irqc.state, 0).n, 0);
    drive(10, true);
    assert_true(model.external[2]);
    assert_int_equal(irqc.ops->claim(irqc.state, 0).n, 10);
    assert_false(model.external[2]);       /* Although it is still high. */
    irqc.ops->complete(irqc.state, 2, 10); /* From any hart. */
    assert_true(model.external[2]);
    assert_int_equal(irqc.ops->claim(irqc.state, 0).n, 10);
    drive(10, false);
    irqc.ops->complete(irqc.state, 0, 10);
    assert_false(model.external[2]);
    assert_int_equal(get(APLIC_SETIE), 1u << 10);
}

static void test_edge_goes_round(void **state)
{
    (void)state;
    (void)aplic_set_mode(&aplic, 96, APLIC_SM_EDGE1);
    irqc.ops->set_enable(irqc.state, 2, 96, true);
    drive(96, true);
    assert_int_equal(irqc.ops->claim(irqc.state, 2).n, 96);
    drive(96, false);
    drive(96, true); /* The next one comes while the first is worked on. */
    assert_true(model.external[0]);
    assert_int_equal(irqc.ops->claim(irqc.state, 2).n, 96);
    irqc.ops->set_enable(irqc.state, 2, 96, false);
    irqc.ops->complete(irqc.state, 2, 96);
    assert_int_equal(get(APLIC_SETIE + 12), 0);
}

/* Off for this hart; another one that it has gone to since the claim keeps it. */
static void test_refused_is_off(void **state)
{
    (void)state;
    struct aplic_phys phys = aplic_phys(&aplic);
    (void)aplic_set_mode(&aplic, 10, APLIC_SM_LEVEL1);
    irqc.ops->set_enable(irqc.state, 0, 10, true);
    drive(10, true);
    assert_int_equal(irqc.ops->claim(irqc.state, 0).n, 10);
    irqc.ops->refuse(irqc.state, 0, 10);
    assert_false(model.external[2]);
    assert_int_equal(get(APLIC_SETIE), 0);
    irqc.ops->set_enable(irqc.state, 0, 10, true);
    assert_int_equal(irqc.ops->claim(irqc.state, 0).n, 10);
    phys.ops->set_target(phys.state, 10, 2);
    irqc.ops->refuse(irqc.state, 0, 10);
    assert_false(model.external[2]);
    assert_true(model.external[0]);
}

static void test_fallen_level_is_forgotten(void **state)
{
    (void)state;
    (void)aplic_set_mode(&aplic, 33, APLIC_SM_LEVEL0);
    (void)aplic_set_mode(&aplic, 33, APLIC_SM_LEVEL1); /* The model leaves it pending, as QEMU. */
    assert_int_equal(get(APLIC_SETIP + 4), 2);
    irqc.ops->set_enable(irqc.state, 2, 33, true);
    assert_false(model.external[0]);
    assert_int_equal(get(APLIC_SETIP + 4), 0);
    assert_int_equal(get(APLIC_TARGET + 4 * 33), 1);
    drive(33, true);
    assert_int_equal(irqc.ops->claim(irqc.state, 2).n, 33);
}

static void test_enable_is_of_one_hart(void **state)
{
    (void)state;
    struct aplic_phys phys = aplic_phys(&aplic);
    (void)aplic_set_mode(&aplic, 10, APLIC_SM_LEVEL1);
    drive(10, true);
    irqc.ops->set_enable(irqc.state, 0, 10, true);
    irqc.ops->set_enable(irqc.state, 2, 10, true);
    assert_true(model.external[0]);
    assert_false(model.external[2]);
    irqc.ops->set_enable(irqc.state, 0, 10, false); /* It is the other's. */
    assert_true(model.external[0]);
    irqc.ops->set_enable(irqc.state, 2, 10, false);
    assert_false(model.external[0]);
    /* No such source, or hart. */
    irqc.ops->set_enable(irqc.state, 0, 0, true);
    irqc.ops->set_enable(irqc.state, 0, SOURCES, true);
    irqc.ops->set_enable(irqc.state, 1, 10, true);
    irqc.ops->set_enable(irqc.state, HARTS, 10, true);
    assert_int_equal(irqc.ops->claim(irqc.state, 1).n, 0);
    assert_int_equal(irqc.ops->claim(irqc.state, HARTS).n, 0);
    irqc.ops->complete(irqc.state, 0, 0);
    assert_int_equal(get(APLIC_SETIE), 0);
    assert_int_equal(aplic_set_mode(&aplic, 0, APLIC_SM_LEVEL1), 0);
    assert_int_equal(aplic_set_mode(&aplic, SOURCES, APLIC_SM_LEVEL1), 0);
    aplic_set_pending(&aplic, SOURCES, true);
    aplic_set_enable(&aplic, 0, true);
    phys.ops->set_target(phys.state, 0, 0);
    assert_int_equal(get(APLIC_GENMSI), 0);
    assert_int_equal(phys.ops->pending(phys.state, 4), 0);
    assert_int_equal(phys.ops->rectified(phys.state, 4), 0);
}

static void test_msi(void **state)
{
    (void)state;
    assert_int_equal(get(APLIC_DOMAINCFG), 0x80000104);
    (void)aplic_set_mode(&aplic, 40, APLIC_SM_LEVEL1);
    aplic_route(&aplic, 40, 0, 5, 0x123);
    aplic_set_enable(&aplic, 40, true);
    drive(40, true);
    assert_int_equal(model.sent, 1);
    assert_int_equal(model.last[0], 2);
    assert_int_equal(model.last[1], 5);
    assert_int_equal(model.last[2], 0x123);
    assert_int_equal(get(APLIC_IN_CLRIP + 4), 1u << 8);
    assert_int_equal(get(APLIC_SETIP + 4), 0);
    aplic_set_pending(&aplic, 40, true); /* Still high: once more. */
    assert_int_equal(model.sent, 2);
    drive(40, false);
    aplic_set_pending(&aplic, 40, true);
    assert_int_equal(model.sent, 2);
    aplic_set_enable(&aplic, 40, false);
    drive(40, true);
    assert_int_equal(get(APLIC_SETIP + 4), 1u << 8);
    aplic_set_pending(&aplic, 40, false);
    assert_int_equal(get(APLIC_SETIP + 4), 0);
    assert_int_equal(model.sent, 2);
}

/* ---- A guest above it: its hart index 0 runs on the driver's hart 2 -------------------------- */

static const uint8_t guest_hart[1] = {2};
static bool guest_external;
static unsigned guest_sent;

static void set_guest_external(void *ctx, uint32_t vcpu, bool level)
{
    (void)ctx;
    assert_int_equal(vcpu, 0);
    guest_external = level;
}

static void send_guest_msi(void *ctx, uint32_t hart_index, uint32_t guest_index, uint32_t eiid)
{
    (void)ctx;
    (void)hart_index;
    (void)guest_index;
    (void)eiid;
    guest_sent++;
}

static bool route(void *ctx, uint32_t source, uint32_t hart_index, uint32_t eiid)
{
    (void)ctx;
    aplic_route(&aplic, source, guest_hart[hart_index], 1, eiid);
    return true;
}

static void guest_put(struct vaplic *guest, uint64_t offset, uint32_t value)
{
    assert_int_equal(vdev_write(&vaplic_vdev_ops, guest, offset, 4, value), VDEV_OK);
}

static uint32_t guest_get(struct vaplic *guest, uint64_t offset)
{
    uint64_t value = 0;
    assert_int_equal(vdev_read(&vaplic_vdev_ops, guest, offset, 4, &value), VDEV_OK);
    return (uint32_t)value;
}

static void guest_start(struct vaplic *guest, uint32_t delivery, void *storage)
{
    static struct aplic_phys phys;
    phys = aplic_phys(&aplic);
    struct vaplic_config config = {
        .source_count = SOURCES,
        .idc_count = 1,
        .iprio_bits = 3,
        .delivery = delivery,
        .hart = guest_hart,
        .phys = &phys,
        .set_external = set_guest_external,
        .send_msi = send_guest_msi,
        .route = route,
    };
    guest_external = false;
    guest_sent = 0;
    assert_int_equal(vaplic_init(guest, &config, storage), HYP_OK);
    assert_int_equal(vaplic_own(guest, 10), HYP_OK);
    guest_put(guest, APLIC_DOMAINCFG, APLIC_DOMAINCFG_IE);
    guest_put(guest, APLIC_IDC + APLIC_IDELIVERY, 1);
    guest_put(guest, APLIC_SOURCECFG + 40, APLIC_SM_LEVEL1);
    guest_put(guest, APLIC_TARGET + 40, 3);
    guest_put(guest, APLIC_SETIENUM, 10);
}

static void test_guest_level(void **state)
{
    (void)state;
    struct vaplic guest;
    uint64_t storage[160] = {0};
    assert_true(sizeof(storage) >= vaplic_storage_size(SOURCES, 1));
    guest_start(&guest, VAPLIC_DIRECT, storage);
    drive(10, true);
    assert_true(model.external[0]);
    assert_int_equal(irqc.ops->claim(irqc.state, 2).n, 10);
    vaplic_handle_phys_irq(&guest, 10);
    assert_false(model.external[0]); /* One interrupt of the hypervisor's. */
    assert_true(guest_external);
    assert_int_equal(guest_get(&guest, APLIC_IDC + APLIC_CLAIMI), 10u << 16 | 3);
    assert_int_equal(guest_get(&guest, APLIC_IN_CLRIP), 1u << 10);
    assert_int_equal(guest_get(&guest, APLIC_SETIP), 1u << 10);
    drive(10, false);
    assert_int_equal(guest_get(&guest, APLIC_IDC + APLIC_CLAIMI), 0);
    assert_false(guest_external);
    drive(10, true); /* It is on again. */
    assert_true(model.external[0]);
    vaplic_stop(&guest);
    assert_false(model.external[0]);
    assert_int_equal(get(40), 0);
    assert_true(vaplic_is_valid(&guest));
}

static void test_guest_msi(void **state)
{
    (void)state;
    struct vaplic guest;
    uint64_t storage[160] = {0};
    guest_start(&guest, VAPLIC_MSI, storage);
    drive(10, true);
    assert_int_equal(model.sent, 1);
    assert_int_equal(model.last[1], 1);
    assert_int_equal(model.last[2], 3);
    guest_put(&guest, APLIC_SETIPNUM_LE, 10); /* The one exit of an interrupt. */
    assert_int_equal(model.sent, 2);
    drive(10, false);
    guest_put(&guest, APLIC_SETIPNUM_LE, 10);
    assert_int_equal(model.sent, 2);
    assert_int_equal(guest_sent, 0);
    guest_put(&guest, APLIC_CLRIENUM, 10);
    drive(10, true);
    assert_int_equal(guest_get(&guest, APLIC_SETIP), 1u << 10);
    guest_put(&guest, APLIC_CLRIPNUM, 10);
    assert_int_equal(guest_get(&guest, APLIC_SETIP), 0);
    assert_true(vaplic_is_valid(&guest));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_init_silences, setup, teardown),
        cmocka_unit_test_setup_teardown(test_init_refuses, setup, teardown),
        cmocka_unit_test_setup_teardown(test_level_goes_round, setup, teardown),
        cmocka_unit_test_setup_teardown(test_edge_goes_round, setup, teardown),
        cmocka_unit_test_setup_teardown(test_refused_is_off, setup, teardown),
        cmocka_unit_test_setup_teardown(test_fallen_level_is_forgotten, setup, teardown),
        cmocka_unit_test_setup_teardown(test_enable_is_of_one_hart, setup, teardown),
        cmocka_unit_test_setup_teardown(test_msi, setup_msi, teardown),
        cmocka_unit_test_setup_teardown(test_guest_level, setup, teardown),
        cmocka_unit_test_setup_teardown(test_guest_msi, setup_msi, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
