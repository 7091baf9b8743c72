/* SPDX-License-Identifier: Apache-2.0 */
/* PMU calls of a scripted guest, what the firmware sees of them, and the end of its counters. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "sbi.h"
#include "test_vm.h"

#include <hyp/arch_backend/sbi_call_host.h>

#define A(...) ((const uint64_t[8]){__VA_ARGS__})
#define COUNTERS UINT32_C(0x800000fd) /* All but time, and one far away. */
#define OTHERS UINT64_C(0xe0)         /* U, S, M. */

struct call {
    uint64_t fid, a[5];
};

static struct test_vm t;
static struct call seen[16];
static unsigned count;
static struct sbi_ret answer;

static struct sbi_ret firmware(uint64_t ext, uint64_t fid, uint64_t a0, uint64_t a1, uint64_t a2)
{
    assert_int_equal(ext, SBI_EXT_PMU);
    assert_true(count < ARRAY_COUNT(seen));
    seen[count++] = (struct call){fid, {a0, a1, a2, sbi_host_arg(3), sbi_host_arg(4)}};
    return answer;
}

static int setup(void **state)
{
    (void)state;
    test_vm_init(&t);
    t.vm.grant.counters = COUNTERS;
    count = 0;
    answer = (struct sbi_ret){0, 0};
    sbi_host_set(firmware);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    sbi_host_set(NULL);
    return 0;
}

static void expect(const uint64_t a[8], int64_t error, uint64_t value)
{
    memcpy(&t.vcpu[0].world.gpr[10], a, 8 * sizeof(a[0]));
    assert_true(sbi_handle(&t.vcpu[0]) == VCPU_NEXT_INSN);
    assert_true((int64_t)t.vcpu[0].world.gpr[10] == error);
    assert_true(t.vcpu[0].world.gpr[11] == value);
}

#define PROBE A(SBI_EXT_PMU, [6] = SBI_BASE_PROBE, [7] = SBI_EXT_BASE)
#define PMU(fid, ...) A(__VA_ARGS__, [6] = SBI_PMU_##fid, [7] = SBI_EXT_PMU)

static void test_without_counters_there_is_no_pmu(void **state)
{
    (void)state;
    expect(PROBE, 0, 1);
    t.vm.grant.counters = 0;
    expect(PROBE, 0, 0);
    for (uint64_t fid = 0; fid < 10; fid++) {
        expect(A(0, 0, 0, 1, [6] = fid, [7] = SBI_EXT_PMU), SBI_ERR_NOT_SUPPORTED, 0);
    }
    assert_int_equal(count, 0);
}

static void test_counters_of_the_vm(void **state)
{
    (void)state;
    expect(PMU(NUM_COUNTERS, 0), 0, 32);
    t.vm.grant.counters = 5;
    expect(PMU(NUM_COUNTERS, 0), 0, 3);
    answer.value = 0x3fc02;
    expect(PMU(GET_INFO, 2), 0, 0x3fc02);
    expect(PMU(GET_INFO, 1), SBI_ERR_INVALID_PARAM, 0);
    expect(PMU(GET_INFO, 3), SBI_ERR_INVALID_PARAM, 0);
    expect(PMU(GET_INFO, UINT64_MAX), SBI_ERR_INVALID_PARAM, 0);
    assert_int_equal(count, 1);
}

/* Flags of the guest, and those that the firmware gets. */
static void test_only_the_guest_is_counted(void **state)
{
    static const uint64_t flags[][2] = {{0, OTHERS},
                                        {2 | 4, OTHERS | 2 | 4},
                                        {0x20, OTHERS | 8},
                                        {0x40, OTHERS | 0x10},
                                        {0xff & ~1, OTHERS | 8 | 0x10 | 2 | 4},
                                        {8 | 0x10, OTHERS}};
    (void)state;
    answer.value = 4;
    for (unsigned i = 0; i < ARRAY_COUNT(flags); i++) {
        expect(PMU(CONFIG_MATCHING, 2, 4 | 1, flags[i][0], 2, 77), 0, 4);
        const uint64_t *a = seen[i].a;
        assert_true(a[0] == 0 && a[1] == 0x14 && a[2] == flags[i][1] && a[3] == 2 && a[4] == 0);
    }
    assert_int_equal(t.vcpu[0].counters_used, 0x10);
}

/* A firmware sets the filter of a counter that it matches, not of one that it is told. */
static void test_a_fixed_counter_is_matched(void **state)
{
    (void)state;
    answer.value = 2;
    expect(PMU(CONFIG_MATCHING, 0, 0xfc, 1 | 2, 2, 0), 0, 2);
    assert_true(seen[0].a[1] == 4 && seen[0].a[2] == (OTHERS | 2));
    answer.value = 3;
    expect(PMU(CONFIG_MATCHING, 0, 0xf8, 1 | 2, 2, 0), 0, 3);
    assert_true(seen[1].a[1] == 8 && seen[1].a[2] == (OTHERS | 1 | 2));
}

/* A counter that the VM lacks counts the hypervisor, too. */
static void test_the_firmware_takes_another_counter(void **state)
{
    (void)state;
    t.vm.grant.counters = 0xf8;
    answer.value = 0;
    expect(PMU(CONFIG_MATCHING, 0, 0xf8, 0, 1, 0), SBI_ERR_NOT_SUPPORTED, 0);
    answer.value = 40;
    expect(PMU(CONFIG_MATCHING, 0, 0xf8, 0, 1, 0), SBI_ERR_NOT_SUPPORTED, 0);
    assert_int_equal(t.vcpu[0].counters_used, 0);
}

static void test_raw_events(void **state)
{
    (void)state;
    answer.value = 5;
    expect(PMU(CONFIG_MATCHING, 5, 1, 0, 0x20000, UINT64_MAX), 0, 5);
    assert_true(seen[0].a[4] == BIT(48) - 1);
    expect(PMU(CONFIG_MATCHING, 5, 1, 0, 0x20001, 0), SBI_ERR_NOT_SUPPORTED, 0);
    expect(PMU(CONFIG_MATCHING, 5, 1, 0, 0xf0005, 0), SBI_ERR_NOT_SUPPORTED, 0);
    expect(PMU(CONFIG_MATCHING, 5, 1, 0, BIT(32) | 1, 0), SBI_ERR_NOT_SUPPORTED, 0);
    assert_int_equal(count, 1);
}

static void test_wrong_sets(void **state)
{
    static const uint64_t sets[][2] = {{1, 1},  {0, 3},          {32, 1},
                                       {31, 3}, {UINT64_MAX, 2}, {0, UINT64_MAX},
                                       {64, 1}, {8, 1},          {2, BIT(63) | 1}};
    (void)state;
    for (unsigned i = 0; i < ARRAY_COUNT(sets); i++) {
        expect(PMU(CONFIG_MATCHING, sets[i][0], sets[i][1], 0, 1, 0), SBI_ERR_INVALID_PARAM, 0);
        expect(PMU(START, sets[i][0], sets[i][1], 0, 0), SBI_ERR_INVALID_PARAM, 0);
        expect(PMU(STOP, sets[i][0], sets[i][1], 0), SBI_ERR_INVALID_PARAM, 0);
    }
    expect(PMU(CONFIG_MATCHING, UINT64_MAX, 0, 0, 1, 0), SBI_ERR_NOT_SUPPORTED, 0);
    expect(PMU(START, 99, 0, 0, 0), 0, 0);
    expect(PMU(STOP, 99, 0, 0), 0, 0);
    assert_int_equal(count, 0);
    expect(PMU(STOP, 31, 1, 1), 0, 0);
    assert_true(seen[0].a[1] == BIT(31) && seen[0].a[2] == 1);
}

static void test_no_shared_memory(void **state)
{
    (void)state;
    expect(PMU(START, 0, 1, 2, 0), SBI_ERR_NO_SHMEM, 0);
    expect(PMU(STOP, 0, 1, 3), SBI_ERR_NO_SHMEM, 0);
    expect(PMU(START, 0, 1, 4, 0), SBI_ERR_INVALID_PARAM, 0);
    expect(PMU(FW_READ, 0), SBI_ERR_INVALID_PARAM, 0);
    expect(PMU(FW_READ_HI, 0), SBI_ERR_INVALID_PARAM, 0);
    expect(A(TEST_RAM, [6] = 7, [7] = SBI_EXT_PMU), SBI_ERR_NOT_SUPPORTED, 0);
    assert_int_equal(count, 0);
}

static void test_errors_of_the_firmware(void **state)
{
    (void)state;
    answer = (struct sbi_ret){SBI_ERR_ALREADY_STARTED, 5};
    expect(PMU(START, 5, 1, 1, 1234), SBI_ERR_ALREADY_STARTED, 0);
    assert_true(seen[0].a[1] == 0x20 && seen[0].a[2] == 1 && seen[0].a[3] == 1234);
    answer = (struct sbi_ret){SBI_ERR_NOT_SUPPORTED, 5};
    expect(PMU(CONFIG_MATCHING, 0, 0xfd, 0, 7, 0), SBI_ERR_NOT_SUPPORTED, 0);
}

/* Stopped, 0, without an event; the counters of cycle and instret count the next guest from 0. */
static void expect_reset(void)
{
    static const struct call want[] = {{SBI_PMU_CONFIG_MATCHING, {0, 4, OTHERS | 2 | 4, 2, 0}},
                                       {SBI_PMU_STOP, {0, 0x20, 0, 0, 0}},
                                       {SBI_PMU_START, {0, 0x20, 1, 0, 0}},
                                       {SBI_PMU_STOP, {0, 0x20, 1, 0, 0}}};
    assert_int_equal(count, 1 + ARRAY_COUNT(want));
    assert_memory_equal(&seen[1], want, sizeof(want));
    assert_int_equal(t.vcpu[0].counters_used, 0);
}

static const uint64_t used[8] = {2, 9, [6] = SBI_PMU_STOP, [7] = SBI_EXT_PMU};

static void test_the_end_of_a_vm(void **state)
{
    (void)state;
    test_ecall(&t, used);
    test_run(&t);
    expect_reset();
}

static void test_a_hart_that_stops(void **state)
{
    (void)state;
    t.vcpu[1].hsm_state = SBI_HSM_STARTED;
    expect(used, 0, 0);
    t.vcpu[0].world.gpr[16] = SBI_HSM_STOP;
    t.vcpu[0].world.gpr[17] = SBI_EXT_HSM;
    assert_true(sbi_handle(&t.vcpu[0]) == VCPU_WAIT);
    expect_reset();
}

/* A VM that has not used a counter makes no call of the firmware. */
static void test_the_end_of_another_vm(void **state)
{
    (void)state;
    test_run(&t);
    assert_int_equal(count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_without_counters_there_is_no_pmu, setup, teardown),
        cmocka_unit_test_setup_teardown(test_counters_of_the_vm, setup, teardown),
        cmocka_unit_test_setup_teardown(test_only_the_guest_is_counted, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_fixed_counter_is_matched, setup, teardown),
        cmocka_unit_test_setup_teardown(test_the_firmware_takes_another_counter, setup, teardown),
        cmocka_unit_test_setup_teardown(test_raw_events, setup, teardown),
        cmocka_unit_test_setup_teardown(test_wrong_sets, setup, teardown),
        cmocka_unit_test_setup_teardown(test_no_shared_memory, setup, teardown),
        cmocka_unit_test_setup_teardown(test_errors_of_the_firmware, setup, teardown),
        cmocka_unit_test_setup_teardown(test_the_end_of_a_vm, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_hart_that_stops, setup, teardown),
        cmocka_unit_test_setup_teardown(test_the_end_of_another_vm, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
