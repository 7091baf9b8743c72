/* SPDX-License-Identifier: Apache-2.0 */
/* The start of harts by firmware, failed harts, the wait for them; and the hand-over of boot. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "libhv/hart/test_harts.h"

#define TEST_FDT UINT64_C(0x82200000)

/* Harts 0, 1 and 3; the VM has 1 and 3; hart 0 boots. */
static int setup(void **state)
{
    (void)state;
    test_init();
    assert_int_equal(hv_harts_init(&t.harts, 0xb, 0), HYP_OK);
    for (uint32_t i = 0; i < TEST_VCPUS; i++) {
        hv_hart_assign(&t.harts, &t.vcpu[i]);
    }
    return 0;
}

static void start_as(void *ctx)
{
    hv_harts_start(&t.harts, *(const uint32_t *)ctx);
}

static void expect_start(uint32_t me)
{
    assert_int_equal(hart_host_run(start_as, &me), HART_HOST_PARKED);
}

static void expect_hsm_start(unsigned call, uint64_t id, uint64_t address, uint64_t opaque)
{
    const struct test_call *c = &t.call[call];
    assert_true(c->ext == SBI_EXT_HSM && c->fid == SBI_HSM_START);
    assert_true(c->a0 == id && c->a1 == address && c->a2 == opaque);
}

static uint64_t pa_of_hart(uint32_t index)
{
    return ARENA_PA + (uint64_t)((uint8_t *)test_hart(index) - test_memory);
}

/* ---- The start ------------------------------------------------------------------------------- */

static void test_the_others_in_use_are_started(void **state)
{
    (void)state;
    expect_start(0);
    assert_int_equal(t.call_count, 2);
    expect_hsm_start(0, 5, TEST_LOAD + HART_HOST_START, pa_of_hart(1));
    expect_hsm_start(1, 9, TEST_LOAD + HART_HOST_START, pa_of_hart(3));
    /* This hart goes on as hart 0, which has neither VM nor console. */
    assert_string_equal(t.said, "irqc0 ");
    assert_ptr_equal(hart_self(), &test_hart(0)->hart);
    assert_int_equal(test_hart(1)->boot_state, HV_HART_STARTING);
}

static void test_a_hart_without_use_starts_the_others_and_parks(void **state)
{
    (void)state;
    expect_start(2);
    assert_int_equal(t.call_count, 3);
    assert_string_equal(t.said, "");
    assert_ptr_equal(hart_self(), &t.boot);
    assert_int_equal(t.boot.index, 2);
}

static void test_a_refused_start_stops_the_vm(void **state)
{
    (void)state;
    t.refused_id = 9;
    expect_start(0);
    assert_int_equal(t.call_count, 2);
    assert_string_equal(t.said, "failed9:-3 ipis:10 irqc0 ");
    assert_int_equal(test_hart(3)->boot_state, HV_HART_FAILED);
    assert_int_equal(test_hart(1)->boot_state, HV_HART_STARTING);
    assert_int_equal(t.vm.stop_reason, VM_STOP_HART);
    assert_int_equal(t.vm.stop_place.hart_index, 3);
    assert_int_equal(t.vm.running, 1); /* Hart 1 stops by itself. */
}

static void test_a_refused_start_of_a_hart_without_vm_stops_no_vm(void **state)
{
    (void)state;
    t.refused_id = 2;
    expect_start(2);
    assert_string_equal(t.said, "failed2:-3 ");
    assert_int_equal(test_hart(0)->boot_state, HV_HART_FAILED);
    assert_int_equal(t.vm.stop_reason, VM_RUNNING);
}

/* ---- Failed harts ---------------------------------------------------------------------------- */

static void test_a_vm_that_loses_all_harts_ends_once(void **state)
{
    (void)state;
    hv_hart_set_failed(test_hart(1));
    assert_string_equal(t.said, "ipis:10 ");
    hv_hart_set_failed(test_hart(3));
    assert_string_equal(t.said, "ipis:10 ended0 ");
    hv_hart_set_failed(test_hart(3));
    assert_string_equal(t.said, "ipis:10 ended0 ");
    assert_int_equal(t.vm.running, 0);
}

static void test_an_online_hart_cannot_fail(void **state)
{
    (void)state;
    assert_true(hv_hart_set_boot_state(test_hart(1), HV_HART_ONLINE));
    hv_hart_set_failed(test_hart(1));
    assert_int_equal(test_hart(1)->boot_state, HV_HART_ONLINE);
    assert_int_equal(t.vm.stop_reason, VM_RUNNING);
    assert_int_equal(t.vm.running, 2);
    assert_false(hv_hart_set_boot_state(test_hart(1), HV_HART_FAILED));
}

/* ---- The wait -------------------------------------------------------------------------------- */

/* Both come online, the second before the first. */
static void come(enum hart_host_wait why)
{
    assert_int_equal(why, HART_HOST_RELAX);
    t.waits++;
    if (t.waits == 2) {
        assert_true(hv_hart_set_boot_state(test_hart(3), HV_HART_ONLINE));
    } else if (t.waits == 5) {
        assert_true(hv_hart_set_boot_state(test_hart(1), HV_HART_ONLINE));
    }
}

static void test_a_vm_waits_for_all_its_harts(void **state)
{
    (void)state;
    csr_write(CSR_TIME, 77);
    hart_host_on_wait(come);
    hv_hart_wait_online(&t.harts, &t.vm);
    assert_int_equal(t.waits, 5);
    assert_int_equal(t.vm.stop_reason, VM_RUNNING);
}

static uint64_t lost_at[TEST_HARTS];

/* A tick passes; hart 3 does not start. */
static void tick(enum hart_host_wait why)
{
    (void)why;
    for (uint32_t i = 0; i < TEST_HARTS; i++) {
        if (test_hart(i) != NULL && test_hart(i)->boot_state == HV_HART_FAILED && lost_at[i] == 0) {
            lost_at[i] = csr_read(CSR_TIME);
        }
    }
    csr_write(CSR_TIME, csr_read(CSR_TIME) + 1);
}

static void test_it_waits_ten_seconds(void **state)
{
    (void)state;
    memset(lost_at, 0, sizeof(lost_at));
    csr_write(CSR_TIME, 77);
    test_hart(1)->boot_state = HV_HART_ONLINE;
    hart_host_on_wait(tick);
    hv_hart_wait_online(&t.harts, &t.vm);
    assert_int_equal(lost_at[3], 77 + 10 * TEST_HZ + 1);
    assert_int_equal(test_hart(1)->boot_state, HV_HART_ONLINE);
    assert_int_equal(t.vm.stop_reason, VM_STOP_HART);
    assert_int_equal(t.vm.running, 1);
}

/* The wait does not include a failed hart. */
static void test_a_failed_hart_ends_the_wait(void **state)
{
    (void)state;
    hv_hart_set_failed(test_hart(1));
    hv_hart_set_failed(test_hart(3));
    hart_host_on_wait(come);
    hv_hart_wait_online(&t.harts, &t.vm);
    assert_int_equal(t.waits, 0);
}

/* ---- The hand-over --------------------------------------------------------------------------- */

static uint64_t can;
static uint32_t giver;

static void hand_over(void *ctx)
{
    (void)ctx;
    hv_hart_hand_over(&t.harts, giver, can, TEST_FDT);
}

static void test_boot_is_handed_to_the_next_hart(void **state)
{
    (void)state;
    giver = 0;
    can = 0xf;
    assert_int_equal(hart_host_run(hand_over, NULL), HART_HOST_PARKED);
    assert_int_equal(t.call_count, 1);
    expect_hsm_start(0, 5, TEST_LOAD, TEST_FDT);
    assert_true(boot_tried == 0x1);
    assert_true(boot_lottery == ~UINT64_C(2)); /* The next one waits until this one has stopped. */
}

static void test_a_hart_that_was_tried_is_not_started_again(void **state)
{
    (void)state;
    giver = 1;
    can = 0xf;
    boot_tried = 0x5;
    t.boot.id = 5;
    assert_int_equal(hart_host_run(hand_over, NULL), HART_HOST_PARKED);
    expect_hsm_start(0, 9, TEST_LOAD, TEST_FDT);
    assert_true(boot_tried == 0x7);
    assert_true(boot_lottery == ~UINT64_C(5));
}

static void test_a_hart_that_firmware_refuses_is_passed_over(void **state)
{
    (void)state;
    giver = 0;
    can = 0xe;
    t.refused_id = 5;
    assert_int_equal(hart_host_run(hand_over, NULL), HART_HOST_PARKED);
    assert_int_equal(t.call_count, 2);
    expect_hsm_start(0, 5, TEST_LOAD, TEST_FDT);
    expect_hsm_start(1, 6, TEST_LOAD, TEST_FDT);
}

/* A hart of the tree without H has no index. */
static void test_it_returns_if_none_is_left(void **state)
{
    (void)state;
    giver = UINT32_MAX;
    can = 0x2;
    t.refused_id = 5;
    assert_int_equal(hart_host_run(hand_over, NULL), HART_HOST_RETURNED);
    assert_int_equal(t.call_count, 1);
    assert_true(boot_tried == 0);
}

#define TEST(f) cmocka_unit_test_setup(f, setup)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_the_others_in_use_are_started),
        TEST(test_a_hart_without_use_starts_the_others_and_parks),
        TEST(test_a_refused_start_stops_the_vm),
        TEST(test_a_refused_start_of_a_hart_without_vm_stops_no_vm),
        TEST(test_a_vm_that_loses_all_harts_ends_once),
        TEST(test_an_online_hart_cannot_fail),
        TEST(test_a_vm_waits_for_all_its_harts),
        TEST(test_it_waits_ten_seconds),
        TEST(test_a_failed_hart_ends_the_wait),
        TEST(test_boot_is_handed_to_the_next_hart),
        TEST(test_a_hart_that_was_tried_is_not_started_again),
        TEST(test_a_hart_that_firmware_refuses_is_passed_over),
        TEST(test_it_returns_if_none_is_left),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
