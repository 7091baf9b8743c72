/* SPDX-License-Identifier: Apache-2.0 */
/* The APLIC model: what the properties do not say in so many words. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <hyp/irq/aplic_regs.h>
#include <hyp/irq/vaplic.h>

enum { SOURCES = 1024, IDCS = 2 };

static const uint8_t hart_of[IDCS] = {3, 5};

static struct vaplic v;
static void *storage;
static bool external[IDCS];
static unsigned changes;
static uint32_t machine_inputs, machine_pending; /* Sources 32 … 63. */

/* Calls of the physical APLIC and of the interrupt files, in order; see the functions below. */
static char told[256];

static void tell(const char *format, uint32_t a, uint32_t b, uint32_t c)
{
    size_t used = strlen(told);
    (void)snprintf(told + used, sizeof(told) - used, format, a, b, c);
}

static uint32_t set_mode(void *state, uint32_t source, uint32_t sm)
{
    (void)state;
    tell("m%u=%u ", source, sm, 0);
    return sm == APLIC_SM_EDGE0 ? APLIC_SM_LEVEL1 : sm; /* WARL: it has no such mode. */
}

static void set_target(void *state, uint32_t source, uint32_t hart)
{
    (void)state;
    tell("t%u=%u ", source, hart, 0);
}

static void set_enable(void *state, uint32_t source, bool enable)
{
    (void)state;
    tell(enable ? "e+%u " : "e-%u ", source, 0, 0);
}

static void set_pending(void *state, uint32_t word, uint32_t bits, bool pending)
{
    (void)state;
    for (uint32_t b = 0; b < 32; b++) {
        if ((bits >> b & 1) != 0) {
            tell(pending ? "p+%u " : "p-%u ", word * 32 + b, 0, 0);
        }
    }
}

static uint32_t pending(void *state, uint32_t word)
{
    (void)state;
    return word == 1 ? machine_pending : 0;
}

static uint32_t inputs(void *state, uint32_t word)
{
    (void)state;
    tell("i%u ", word, 0, 0);
    return word == 1 ? machine_inputs : 0;
}

static const struct aplic_phys_ops ops = {
    .set_mode = set_mode,
    .set_target = set_target,
    .set_enable = set_enable,
    .set_pending = set_pending,
    .pending = pending,
    .rectified = inputs,
};
static const struct aplic_phys phys = {.ops = &ops, .source_count = 1000};

#define ASSERT_TOLD(text)                \
    do {                                 \
        assert_string_equal(told, text); \
        told[0] = 0;                     \
    } while (0)

static void set_external(void *ctx, uint32_t vcpu, bool level)
{
    assert_ptr_equal(ctx, external);
    assert_int_not_equal(external[vcpu], level);
    external[vcpu] = level;
    changes++;
}

static void send_msi(void *ctx, uint32_t hart_index, uint32_t guest_index, uint32_t eiid)
{
    assert_ptr_equal(ctx, external);
    tell("msi:%u.%u.%u ", hart_index, guest_index, eiid);
}

static bool route(void *ctx, uint32_t source, uint32_t hart_index, uint32_t eiid)
{
    assert_ptr_equal(ctx, external);
    tell("r%u:%u.%u ", source, hart_index, eiid);
    return eiid != 0;
}

static struct vaplic_config config_of(uint32_t delivery)
{
    return (struct vaplic_config){
        .source_count = SOURCES,
        .idc_count = IDCS,
        .iprio_bits = 3,
        .delivery = delivery,
        .hart = hart_of,
        .phys = &phys,
        .set_external = set_external,
        .send_msi = send_msi,
        .route = route,
        .ctx = external,
    };
}

static int start(uint32_t delivery)
{
    struct vaplic_config config = config_of(delivery);
    storage = calloc(1, vaplic_storage_size(SOURCES, IDCS));
    memset(external, 0, sizeof(external));
    told[0] = 0;
    changes = 0;
    machine_inputs = 0;
    machine_pending = 0;
    return vaplic_init(&v, &config, storage) == HYP_OK ? 0 : -1;
}

static int setup(void **state)
{
    (void)state;
    return start(VAPLIC_DIRECT);
}

static int setup_msi(void **state)
{
    (void)state;
    return start(VAPLIC_MSI);
}

static int teardown(void **state)
{
    (void)state;
    assert_true(vaplic_is_valid(&v));
    free(storage);
    return 0;
}

static uint32_t get(uint64_t offset)
{
    uint64_t value = 0;
    assert_int_equal(vdev_read(&vaplic_vdev_ops, &v, offset, 4, &value), VDEV_OK);
    return (uint32_t)value;
}

static void put(uint64_t offset, uint32_t value)
{
    assert_int_equal(vdev_write(&vaplic_vdev_ops, &v, offset, 4, value), VDEV_OK);
}

static uint64_t idc_at(uint32_t idc, uint64_t reg)
{
    return APLIC_IDC + APLIC_IDC_STRIDE * idc + reg;
}

static uint32_t claim(uint32_t idc)
{
    return get(idc_at(idc, APLIC_CLAIMI)) >> APLIC_TOPI_ID_SHIFT;
}

static void drive(uint32_t source, bool level)
{
    struct irq_line line = vaplic_line(&v, source);
    irq_line_set(&line, level);
}

/* Linux does this. */
static void open_domain(void)
{
    put(APLIC_DOMAINCFG, APLIC_DOMAINCFG_IE);
    for (uint32_t i = 0; i < IDCS; i++) {
        put(idc_at(i, APLIC_IDELIVERY), 1);
    }
}

static void open_source(uint32_t source, uint32_t mode, uint32_t target)
{
    put(APLIC_SOURCECFG + 4 * source, mode);
    put(APLIC_TARGET + 4 * source, target);
    put(APLIC_SETIENUM, source);
}

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

/* Answers of one call each, and what the model has left then. */
static enum vdev_result write_once(uint64_t offset, uint32_t value)
{
    enum vdev_result result = vaplic_vdev_ops.write(&v, offset, 4, value);
    assert_true(vaplic_is_valid(&v));
    return result;
}

static enum vdev_result more(void)
{
    enum vdev_result result = vaplic_vdev_ops.more(&v);
    assert_true(vaplic_is_valid(&v));
    return result;
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
        cmocka_unit_test_setup_teardown(test_own_refuses, setup, teardown),
        cmocka_unit_test_setup_teardown(test_claims_in_order, setup, teardown),
        cmocka_unit_test_setup_teardown(test_level_line, setup, teardown),
        cmocka_unit_test_setup_teardown(test_lines_that_lead_nowhere, setup, teardown),
        cmocka_unit_test_setup_teardown(test_hardware_level_round, setup, teardown),
        cmocka_unit_test_setup_teardown(test_held_until_seen_low, setup, teardown),
        cmocka_unit_test_setup_teardown(test_guest_changes_while_held, setup, teardown),
        cmocka_unit_test_setup_teardown(test_hardware_edge_round, setup, teardown),
        cmocka_unit_test_setup_teardown(test_not_owned_is_turned_off, setup, teardown),
        cmocka_unit_test_setup_teardown(test_stop, setup, teardown),
        cmocka_unit_test_setup_teardown(test_msi_line, setup_msi, teardown),
        cmocka_unit_test_setup_teardown(test_msi_hardware, setup_msi, teardown),
        cmocka_unit_test_setup_teardown(test_msi_hardware_raised, setup_msi, teardown),
        cmocka_unit_test_setup_teardown(test_mode_turns, setup, teardown),
        cmocka_unit_test_setup_teardown(test_words_in_parts, setup, teardown),
        cmocka_unit_test_setup_teardown(test_late_source_moves, setup, teardown),
        cmocka_unit_test_setup_teardown(test_claims_what_has_not_fallen, setup, teardown),
        cmocka_unit_test_setup_teardown(test_messages_in_parts, setup_msi, teardown),
        cmocka_unit_test_setup_teardown(test_is_valid_sees, setup, teardown),
        cmocka_unit_test_setup_teardown(test_is_valid_sees_msi, setup_msi, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
