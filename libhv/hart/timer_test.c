/* SPDX-License-Identifier: Apache-2.0 */
/* A hart's timer: which time is earlier, and the value that is programmed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include <hyp/arch_backend/sbi_call_host.h>

#include <hyp/arch/csr.h>

#include "libhv/hart/timer.h"

#define NEVER UINT64_MAX

static struct vcpu vcpu;
static struct hv_timer timer;
static uint64_t set_to;
static unsigned calls;

static struct sbi_ret firmware(uint64_t ext, uint64_t fid, uint64_t a0, uint64_t a1, uint64_t a2)
{
    assert_true(ext == SBI_EXT_TIME && fid == 0 && a1 == 0 && a2 == 0);
    set_to = a0;
    calls++;
    return (struct sbi_ret){.error = SBI_SUCCESS};
}

static int setup(void **state)
{
    (void)state;
    csr_host_reset();
    sbi_host_set(firmware);
    calls = 0;
    vcpu = (struct vcpu){.timer = NEVER};
    timer = (struct hv_timer){.vcpu = &vcpu, .deadline = NEVER, .programmed = NEVER};
    return 0;
}

static void expect_set(unsigned count, uint64_t when)
{
    hv_timer_program(&timer);
    assert_int_equal(calls, count);
    assert_true(count == 0 || set_to == when);
}

static void test_with_sstc_only_the_deadline_counts(void **state)
{
    (void)state;
    timer.sstc = true;
    timer.deadline = 1000;
    vcpu.timer = 10; /* vstimecmp has this one. */
    hv_timer_program(&timer);
    assert_true(csr_read(CSR_STIMECMP) == 1000);
    assert_int_equal(calls, 0);
}

static void test_the_first_of_both_is_the_firmwares(void **state)
{
    (void)state;
    expect_set(0, 0); /* It is UINT64_MAX at first. */
    timer.deadline = 1000;
    expect_set(1, 1000);
    vcpu.timer = 500;
    expect_set(2, 500);
    vcpu.timer = 1500;
    expect_set(3, 1000);
    timer.deadline = NEVER;
    expect_set(4, 1500);
    vcpu.timer = NEVER;
    expect_set(5, NEVER);
    assert_true(csr_read(CSR_STIMECMP) == 0);
}

static void test_the_firmware_is_called_for_changes_only(void **state)
{
    (void)state;
    timer.deadline = 1000;
    vcpu.timer = 500;
    expect_set(1, 500);
    expect_set(1, 500);
    timer.deadline = 600;
    expect_set(1, 500);
}

static void test_a_hart_without_vcpu_has_its_deadline(void **state)
{
    (void)state;
    timer.vcpu = NULL;
    vcpu.timer = 1;
    timer.deadline = 1000;
    expect_set(1, 1000);
}

static void test_a_deadline_expires_once(void **state)
{
    (void)state;
    timer.deadline = 1000;
    assert_false(hv_timer_expire(&timer, 999));
    assert_true(timer.deadline == 1000);
    assert_true(hv_timer_expire(&timer, 1000));
    assert_true(timer.deadline == NEVER);
    assert_false(hv_timer_expire(&timer, 2000));
}

/* After it has expired for the guest, it must be programmed for the later deadline again. */
static void test_behind_an_expiry_it_is_set_again(void **state)
{
    (void)state;
    timer.deadline = 1000;
    expect_set(1, 1000);
    assert_false(hv_timer_expire(&timer, 900));
    expect_set(2, 1000);
}

#define TEST(f) cmocka_unit_test_setup(f, setup)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_with_sstc_only_the_deadline_counts),
        TEST(test_the_first_of_both_is_the_firmwares),
        TEST(test_the_firmware_is_called_for_changes_only),
        TEST(test_a_hart_without_vcpu_has_its_deadline),
        TEST(test_a_deadline_expires_once),
        TEST(test_behind_an_expiry_it_is_set_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
