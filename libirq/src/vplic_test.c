/* SPDX-License-Identifier: Apache-2.0 */
/* The PLIC model: what the properties do not say in so many words. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <hyp/irq/plic_regs.h>
#include <hyp/irq/vplic.h>

enum { SOURCES = 1024, CONTEXTS = 4 };

static const uint8_t vcpu_of[CONTEXTS] = {VPLIC_NO_VCPU, 0, VPLIC_NO_VCPU, 1};
static const uint8_t hart_of[2] = {3, 5};

static struct vplic v;
static void *storage;
static bool external[2];
static unsigned changes;

/* Calls of the physical controller, in order: "e3+7 " enable 7 on hart 3, "e3-7 ", "c3:7 ".
 */
static char told[256];

static void tell(char what, uint32_t hart, char sign, uint32_t source)
{
    size_t used = strlen(told);
    (void)snprintf(told + used, sizeof(told) - used, "%c%u%c%u ", what, hart, sign, source);
}

static void complete(void *state, uint32_t hart, uint32_t source)
{
    (void)state;
    tell('c', hart, ':', source);
}

static void set_enable(void *state, uint32_t hart, uint32_t source, bool enable)
{
    (void)state;
    tell('e', hart, enable ? '+' : '-', source);
}

static const struct irqc_ops ops = {.complete = complete, .set_enable = set_enable};
static const struct irqc irqc = {.ops = &ops, .source_count = 1000};

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

static struct vplic_config config_of(void)
{
    return (struct vplic_config){
        .source_count = SOURCES,
        .context_count = CONTEXTS,
        .priority_max = 7,
        .vcpu = vcpu_of,
        .hart = hart_of,
        .irqc = &irqc,
        .set_external = set_external,
        .ctx = external,
    };
}

static int setup(void **state)
{
    (void)state;
    struct vplic_config config = config_of();
    storage = calloc(1, vplic_storage_size(SOURCES, CONTEXTS));
    memset(external, 0, sizeof(external));
    told[0] = 0;
    changes = 0;
    return vplic_init(&v, &config, storage) == HYP_OK ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    assert_true(vplic_is_valid(&v));
    free(storage);
    return 0;
}

static uint32_t get(uint64_t offset)
{
    uint64_t value = 0;
    assert_int_equal(vplic_vdev_ops.read(&v, offset, 4, &value), VDEV_OK);
    return (uint32_t)value;
}

static void put(uint64_t offset, uint32_t value)
{
    assert_int_equal(vdev_write(&vplic_vdev_ops, &v, offset, 4, value), VDEV_OK);
}

static uint64_t enable_at(uint32_t context, uint32_t source)
{
    return PLIC_ENABLE + PLIC_ENABLE_STRIDE * context + source / 32 * 4;
}

static uint64_t claim_at(uint32_t context)
{
    return PLIC_CONTEXT + PLIC_CONTEXT_STRIDE * context + PLIC_CLAIM;
}

static void drive(uint32_t source, bool level)
{
    struct irq_line line = vplic_line(&v, source);
    irq_line_set(&line, level);
}

static void test_init_refuses(void **state)
{
    (void)state;
    static const uint8_t twice[CONTEXTS] = {0, 1, 0, VPLIC_NO_VCPU};
    static const uint8_t beyond[CONTEXTS] = {0, HYP_HART_MAX, 1, VPLIC_NO_VCPU};
    static const uint8_t same_hart[2] = {3, 3};
    static const uint8_t far_hart[2] = {3, HYP_HART_MAX};
    struct vplic_config c = config_of();
    struct vplic other;
#define REFUSED(change) \
    c = config_of();    \
    change;             \
    assert_int_equal(vplic_init(&other, &c, storage), HYP_E_PARAM)
    REFUSED(c.source_count = 1);
    REFUSED(c.source_count = 1025);
    REFUSED(c.context_count = 0);
    REFUSED(c.context_count = VPLIC_CONTEXT_MAX + 1);
    REFUSED(c.priority_max = 0);
    REFUSED(c.priority_max = 32);
    REFUSED(c.vcpu = twice);
    REFUSED(c.vcpu = beyond);
    REFUSED(c.hart = same_hart);
    REFUSED(c.hart = far_hart);
#undef REFUSED
    assert_int_equal(vplic_storage_size(96, 2), 2304);
}

static void test_own_refuses(void **state)
{
    (void)state;
    assert_int_equal(vplic_own(&v, 0), HYP_E_RANGE);
    assert_int_equal(vplic_own(&v, 1024), HYP_E_RANGE);
    assert_int_equal(vplic_own(&v, 1000), HYP_E_UNSUPPORTED);
    struct vplic_config c = config_of();
    c.irqc = NULL;
    assert_int_equal(vplic_init(&v, &c, storage), HYP_OK);
    assert_int_equal(vplic_own(&v, 1), HYP_E_UNSUPPORTED);
}

/* Every source pending: each claim gives the best of the rest; the highest number, too. */
static void test_claims_in_order(void **state)
{
    (void)state;
    for (uint32_t s = 1; s < SOURCES; s++) {
        put(4u * s, s % 7 + 1);
        put(enable_at(1, s), 0xffffffff);
        drive(s, true);
    }
    assert_int_equal(changes, 1);
    for (uint32_t priority = 7; priority > 0; priority--) {
        for (uint32_t s = 1; s < SOURCES; s++) {
            if (s % 7 + 1 == priority) {
                assert_int_equal(get(claim_at(1)), s);
                drive(s, false);
            }
        }
    }
    assert_int_equal(get(claim_at(1)), 0);
    assert_int_equal(changes, 2);
    assert_false(external[0]);
}

static void test_lines_that_lead_nowhere(void **state)
{
    (void)state;
    assert_int_equal(vplic_own(&v, 9), HYP_OK);
    drive(0, true);
    drive(SOURCES, true);
    drive(9, true);
    assert_int_equal(get(PLIC_PENDING), 0);
}

static void test_hardware_round(void **state)
{
    (void)state;
    assert_int_equal(vplic_own(&v, 40), HYP_OK);
    put(160, 1);
    put(enable_at(0, 40), 1u << 8); /* Nobody's context: the machine is not touched. */
    ASSERT_TOLD("");
    put(enable_at(1, 40), 3u << 8); /* 41 is not owned. */
    ASSERT_TOLD("e3+40 ");
    vplic_handle_phys_irq(&v, 40, 3);
    vplic_handle_phys_irq(&v, 40, 3); /* No PLIC does this; the first claim stays. */
    assert_true(external[0]);
    assert_int_equal(get(PLIC_PENDING + 4), 1u << 8);
    assert_int_equal(get(claim_at(1)), 40);
    ASSERT_TOLD("");
    put(claim_at(3), 40); /* Another context's completion ends it, on the hart that claimed. */
    ASSERT_TOLD("c3:40 ");
    put(claim_at(1), 40);
    put(claim_at(1), 0);
    put(claim_at(1), SOURCES);
    ASSERT_TOLD("");
}

static void test_disabled_while_claimed(void **state)
{
    (void)state;
    assert_int_equal(vplic_own(&v, 40), HYP_OK);
    put(160, 1);
    put(enable_at(1, 40), 1u << 8);
    put(enable_at(3, 40), 1u << 8);
    vplic_handle_phys_irq(&v, 40, 3);
    assert_int_equal(get(claim_at(1)), 40);
    ASSERT_TOLD("e3+40 e5+40 ");
    put(enable_at(3, 40), 0);
    put(enable_at(1, 40), 0);
    ASSERT_TOLD("e5-40 ");
    put(enable_at(1, 40), 1u << 8);
    put(enable_at(1, 40), 0);
    ASSERT_TOLD("");
    put(claim_at(1), 40);
    ASSERT_TOLD("c3:40 e3-40 ");
}

static void test_disabled_before_delivery(void **state)
{
    (void)state;
    assert_int_equal(vplic_own(&v, 40), HYP_OK);
    vplic_handle_phys_irq(&v, 40, 3);
    ASSERT_TOLD("e3+40 ");
    put(160, 1);
    put(enable_at(0, 40), 1u << 8);
    assert_int_equal(get(claim_at(0)), 40);
    put(claim_at(0), 40);
    ASSERT_TOLD("c3:40 e3-40 ");
    vplic_handle_phys_irq(&v, 40, 7); /* A hart that runs none of this VM's vCPUs. */
    ASSERT_TOLD("e7+40 ");
    vplic_stop(&v);
    ASSERT_TOLD("c7:40 e7-40 ");
}

static void test_not_owned_is_refused(void **state)
{
    (void)state;
    vplic_handle_phys_irq(&v, 7, 3);
    ASSERT_TOLD("e3+7 c3:7 e3-7 ");
    vplic_handle_phys_irq(&v, 5000, 3);
    ASSERT_TOLD("e3+5000 c3:5000 e3-5000 ");
}

static void test_stop(void **state)
{
    (void)state;
    assert_int_equal(vplic_own(&v, 7), HYP_OK);
    assert_int_equal(vplic_own(&v, 8), HYP_OK);
    put(28, 5);
    put(8, 5);
    put(enable_at(1, 7), 0x182);
    put(enable_at(3, 7), 0x80);
    drive(1, true);
    drive(2, true);
    vplic_handle_phys_irq(&v, 7, 5);
    assert_true(external[0]);
    ASSERT_TOLD("e3+7 e3+8 e5+7 ");
    unsigned before = changes;
    vplic_stop(&v);
    vplic_stop(&v);
    assert_int_equal(changes, before);
    ASSERT_TOLD("c5:7 e3-7 e5-7 e3-8 ");
    put(enable_at(3, 7), 0x180);
    ASSERT_TOLD("");
    vplic_handle_phys_irq(&v, 8, 3); /* Was claimed before it was disabled. */
    ASSERT_TOLD("e3+8 c3:8 e3-8 ");
}

/* A word of enables is written at once; at the machine a few sources in each call. */
static void test_enables_in_parts(void **state)
{
    (void)state;
    for (uint32_t s = 1; s < 16; s++) {
        assert_int_equal(vplic_own(&v, s), HYP_OK);
        put(4 * s, 1);
    }
    put(4 * 65, 1);
    drive(65, true);
    assert_int_equal(vplic_vdev_ops.write(&v, enable_at(1, 1), 4, 0xfffe), VDEV_MORE);
    ASSERT_TOLD("e3+1 e3+2 e3+3 e3+4 ");
    assert_int_equal(get(enable_at(1, 1)), 0xfffe);
    assert_true(vplic_is_valid(&v));
    assert_int_equal(vplic_vdev_ops.write(&v, enable_at(1, 65), 4, 0x2), VDEV_MORE);
    ASSERT_TOLD("e3+5 e3+6 e3+7 e3+8 ");
    vplic_handle_phys_irq(&v, 13, 5); /* Not enabled on hart 5, nor yet on 3. */
    ASSERT_TOLD("e5+13 ");
    assert_int_equal(get(claim_at(1)), 13);
    /* From 10 on no longer, before their turn. */
    assert_int_equal(vplic_vdev_ops.write(&v, enable_at(1, 1), 4, 0x3fe), VDEV_MORE);
    ASSERT_TOLD("e3+9 ");
    assert_int_equal(vplic_vdev_ops.write(&v, enable_at(3, 1), 4, 0x10), VDEV_MORE);
    ASSERT_TOLD("");
    assert_true(external[0]); /* 65 */
    assert_int_equal(vplic_vdev_ops.more(&v), VDEV_OK);
    ASSERT_TOLD("e5+4 ");
    assert_true(vplic_is_valid(&v));
    put(claim_at(1), 13);
    ASSERT_TOLD("c5:13 e5-13 ");
    assert_int_equal(vplic_vdev_ops.write(&v, enable_at(1, 1), 4, 0x3e), VDEV_OK);
    ASSERT_TOLD("e3-6 e3-7 e3-8 e3-9 ");
    /* 8 bytes: what both registers leave is done in parts, too. */
    assert_int_equal(vplic_vdev_ops.write(&v, enable_at(1, 32), 8, UINT64_MAX), VDEV_MORE);
    assert_int_equal(get(enable_at(1, 32)), UINT32_MAX);
    assert_int_equal(get(enable_at(1, 64)), UINT32_MAX);
    assert_int_equal(vplic_vdev_ops.more(&v), VDEV_MORE);
    assert_int_equal(vplic_vdev_ops.more(&v), VDEV_MORE);
    assert_int_equal(vplic_vdev_ops.more(&v), VDEV_OK);
    assert_int_equal(vplic_vdev_ops.write(&v, enable_at(1, 1), 4, 0xfffe), VDEV_MORE);
    vplic_stop(&v);
    ASSERT_TOLD("e3+6 e3+7 e3+8 e3+9 e3-1 e3-2 e3-3 e3-4 e5-4 e3-5 e3-6 e3-7 e3-8 e3-9 ");
    assert_int_equal(vplic_vdev_ops.more(&v), VDEV_OK);
    ASSERT_TOLD("");
}

/* vplic_is_valid() sees each of its clauses broken. */
static void test_is_valid_sees(void **state)
{
    (void)state;
    put(4, 2);
    put(enable_at(1, 1), 0x2);
    drive(1, true);
    assert_true(v.lone_pending == 1);
    assert_true(vplic_is_valid(&v));
#define SEEN(lvalue, wrong)                 \
    do {                                    \
        __typeof__(lvalue) old_ = (lvalue); \
        (lvalue) = (wrong);                 \
        assert_false(vplic_is_valid(&v));   \
        (lvalue) = old_;                    \
        assert_true(vplic_is_valid(&v));    \
    } while (0)
    SEEN(v.lone_pending, 0);
    SEEN(v.lone_pending, 2);
    SEEN(v.lone_pending, SOURCES);
    SEEN(v.pending_in_rows, 1);
    drive(3, true);
    assert_true(v.lone_pending == 0);
    SEEN(v.lone_pending, 1);
    SEEN(v.pending_in_rows, 1);
    SEEN(v.contexts[1].priorities, 0);
    SEEN(v.contexts[0].priorities, 1ull << 40);
    SEEN(v.contexts[1].words[2], 2);
    SEEN(v.contexts[1].words[3], 1);
    SEEN(v.rows[2 * v.word_count], 0);
    SEEN(v.rows[3 * v.word_count], 0x4);
    SEEN(v.contexts[1].deferred[0], 4);
    SEEN(v.external, 0);
    SEEN(v.sources[0].state, 1);
    SEEN(v.sources[0].priority, 1);
    SEEN(v.sources[1].state, 3 | 8);  /* Pending and claimed. */
    SEEN(v.sources[1].state, 1 | 4);  /* Held, not owned. */
    SEEN(v.sources[2].state, 4 | 16); /* Held, idle. */
    SEEN(v.sources[2].state, 8);      /* Level, idle. */
    SEEN(v.sources[2].priority, 8);
    SEEN(v.sources[1].priority, 3);
    SEEN(v.sources[1].targets, 0);
    SEEN(v.contexts[0].threshold, 8);
#undef SEEN
}

static void finish(void)
{
    while (vplic_vdev_ops.more(&v) == VDEV_MORE) {
    }
}

/* One hart's write takes back just what another's has left for later. */
static void test_what_is_late_is_taken_back(void **state)
{
    (void)state;
    const uint64_t word = enable_at(1, 1);
    const uint32_t many = 0x03fffffe; /* More than one call does. */
    for (uint32_t source = 1; source <= 25; source++) {
        put(PLIC_PRIORITY + 4 * source, 1);
    }
    struct irq_line line = vplic_line(&v, 25);
    irq_line_set(&line, true);
    for (unsigned on = 0; on < 2; on++) {
        put(word, on != 0 ? 0 : many);
        assert_int_equal(external[0], on == 0);
        (void)vplic_vdev_ops.write(&v, word, 4, on != 0 ? many : 0);
        (void)vplic_vdev_ops.write(&v, word, 4, on != 0 ? many & ~(1u << 25) : 1u << 25);
        finish();
        assert_int_equal(external[0], on == 0);
        assert_true(vplic_is_valid(&v));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_init_refuses, setup, teardown),
        cmocka_unit_test_setup_teardown(test_own_refuses, setup, teardown),
        cmocka_unit_test_setup_teardown(test_claims_in_order, setup, teardown),
        cmocka_unit_test_setup_teardown(test_lines_that_lead_nowhere, setup, teardown),
        cmocka_unit_test_setup_teardown(test_hardware_round, setup, teardown),
        cmocka_unit_test_setup_teardown(test_disabled_while_claimed, setup, teardown),
        cmocka_unit_test_setup_teardown(test_disabled_before_delivery, setup, teardown),
        cmocka_unit_test_setup_teardown(test_not_owned_is_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(test_stop, setup, teardown),
        cmocka_unit_test_setup_teardown(test_enables_in_parts, setup, teardown),
        cmocka_unit_test_setup_teardown(test_what_is_late_is_taken_back, setup, teardown),
        cmocka_unit_test_setup_teardown(test_is_valid_sees, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
