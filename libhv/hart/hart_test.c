/* SPDX-License-Identifier: Apache-2.0 */
/* A hart's struct and stacks, its main function, and its panic. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "libhv/hart/test_harts.h"

/* Harts 0, 1 and 3; the VM has 1 and 3; hart 1 boots its guest. */
static int setup(void **state)
{
    (void)state;
    test_init();
    assert_int_equal(hv_harts_init(&t.harts, 0xb, 0x2), HYP_OK);
    for (uint32_t i = 0; i < TEST_VCPUS; i++) {
        hv_hart_assign(&t.harts, &t.vcpu[i]);
    }
    test_hart(3)->boot_state = HV_HART_ONLINE;
    t.vm.running = 1; /* Hart 3 has stopped. */
    return 0;
}

static void enter(void *ctx)
{
    hart_enter(&((struct hv_hart *)ctx)->hart);
}

static void expect_parks(uint32_t hart)
{
    assert_int_equal(hart_host_run(enter, test_hart(hart)), HART_HOST_PARKED);
}

/* Ends the hart at its n-th wait; an external interrupt comes with the first one. */
static void park_at_second_wait(enum hart_host_wait why)
{
    assert_int_equal(why, HART_HOST_WAIT);
    test_say("wait ");
    if (++t.waits == 2) {
        hart_park();
    }
    csr_write(CSR_SIP, BIT(IRQ_S_EXT) | BIT(IRQ_S_SOFT));
}

static void fail_at_wait(enum hart_host_wait why)
{
    (void)why;
    fail_msg("the hart waits");
}

/* ---- Struct and stacks ----------------------------------------------------------------------- */

static void test_harts_in_use_alone_have_a_struct(void **state)
{
    (void)state;
    assert_null(test_hart(2));
    for (uint32_t i = 0; i < TEST_HARTS; i++) {
        struct hv_hart *h = test_hart(i);
        if (i == 2) {
            continue;
        }
        assert_ptr_equal(h->hart.self, &h->hart);
        assert_ptr_equal(h->hart.owner, h);
        assert_ptr_equal(h->hart.muted, &t.muted);
        assert_ptr_equal(h->harts, &t.harts);
        assert_true(h->hart.entry == hv_hart_main);
        assert_true(h->hart.id == test_ids[i] && h->hart.index == i);
        assert_true(h->hart.satp == hspace_satp(&t.space));
    }
}

static void expect_stack(uint64_t top, uint32_t pages)
{
    struct ptable_leaf leaf;
    uint64_t satp = hspace_satp(&t.space);
    assert_int_equal(top % HYP_PAGE_SIZE, 0);
    assert_int_equal(hspace_walk(&t.arena.map, satp, top, &leaf), HYP_E_ABSENT);
    for (uint32_t i = 1; i <= pages; i++) {
        assert_int_equal(hspace_walk(&t.arena.map, satp, top - i * HYP_PAGE_SIZE, &leaf), HYP_OK);
    }
    uint64_t guard = top - (pages + 1) * HYP_PAGE_SIZE;
    assert_int_equal(hspace_walk(&t.arena.map, satp, guard, &leaf), HYP_E_ABSENT);
}

static void test_each_stack_lies_between_guard_pages(void **state)
{
    (void)state;
    expect_stack(test_hart(0)->hart.stack_top, HV_STACK_PAGES);
    expect_stack(test_hart(0)->hart.fault_stack_top, HV_FAULT_STACK_PAGES);
    expect_stack(test_hart(3)->hart.stack_top, HV_STACK_PAGES);
    expect_stack(test_hart(3)->hart.fault_stack_top, HV_FAULT_STACK_PAGES);
}

static void test_no_timer_is_set_at_first(void **state)
{
    (void)state;
    test_init();
    assert_int_equal(hv_harts_init(&t.harts, 0x3, 0x2), HYP_OK);
    for (uint32_t i = 0; i < 2; i++) {
        const struct hv_timer *timer = &test_hart(i)->timer;
        assert_true(timer->deadline == UINT64_MAX && timer->programmed == UINT64_MAX);
        assert_int_equal(timer->sstc, i == 1);
        assert_null(timer->vcpu);
    }
}

/* For any number of pages: all harts are set up, or the caller gets an error. */
static void test_a_pool_that_ends_is_an_error(void **state)
{
    (void)state;
    unsigned failures = 0;
    enum hyp_status status = HYP_E_NOMEM;
    for (uint64_t pages = 1; status != HYP_OK; pages++) {
        test_init();
        if (!test_init_pool(pages)) {
            continue;
        }
        status = hv_harts_init(&t.harts, 0x1, 0);
        assert_true(status == HYP_OK || status == HYP_E_NOMEM);
        failures += status != HYP_OK;
        assert_int_equal(test_hart(0) != NULL, status == HYP_OK);
    }
    /* A struct, two tables and the pages of two stacks. */
    assert_int_equal(failures, 3 + HV_STACK_PAGES + HV_FAULT_STACK_PAGES);
}

static void test_an_assigned_hart_has_its_vms_timer(void **state)
{
    (void)state;
    test_init();
    assert_int_equal(hv_harts_init(&t.harts, 0xa, 0xa), HYP_OK);
    t.vm.grant.sstc = false; /* The VM's other hart has no Sstc. */
    hv_hart_assign(&t.harts, &t.vcpu[1]);
    assert_ptr_equal(test_hart(3)->vcpu, &t.vcpu[1]);
    assert_ptr_equal(test_hart(3)->timer.vcpu, &t.vcpu[1]);
    assert_false(test_hart(3)->timer.sstc);
    assert_null(test_hart(1)->vcpu);
    assert_true(test_hart(1)->timer.sstc);
}

/* ---- The main function ----------------------------------------------------------------------- */

static void test_a_hart_runs_its_guest_and_parks(void **state)
{
    (void)state;
    expect_parks(1);
    assert_string_equal(t.said, "irqc1 vcpu0 guest:guest ipi3 left0 takes1 ");
    assert_int_equal(test_hart(1)->boot_state, HV_HART_ONLINE);
    assert_int_equal(t.vm.stop_reason, VM_STOP_SHUTDOWN);
    assert_null(test_hart(1)->vcpu);
    assert_null(test_hart(1)->timer.vcpu);
    assert_null(test_hart(1)->hart.vm_name);
}

static bool lacks_h(unsigned number)
{
    return number == CSR_HSTATUS;
}

/* init_irqc() is not called: the hart may have no interrupt controller, either. */
static void test_a_hart_that_lacks_an_extension_stops_its_vm(void **state)
{
    (void)state;
    csr_host_set_absent(lacks_h);
    expect_parks(1);
    assert_string_equal(t.said, "ipi3 ended0 takes1 ");
    assert_int_equal(test_hart(1)->boot_state, HV_HART_FAILED);
    assert_int_equal(t.vm.stop_reason, VM_STOP_HART);
    assert_int_equal(t.vm.stop_known, VM_STOP_KNOWS_HART);
    assert_int_equal(t.vm.stop_place.hart_index, 1);
    assert_int_equal(t.vm.running, 0);
}

static void test_its_vm_ends_with_the_last_of_its_harts(void **state)
{
    (void)state;
    t.vm.running = 2;
    csr_host_set_absent(lacks_h);
    expect_parks(1);
    assert_string_equal(t.said, "ipi3 takes1 ");
    assert_int_equal(t.vm.running, 1);
}

static void test_a_vcpu_that_cannot_start_stops_its_vm(void **state)
{
    (void)state;
    t.start_status = HYP_E_RANGE;
    expect_parks(1);
    assert_string_equal(t.said, "irqc1 vcpu0 ipi3 left0 takes1 ");
    assert_int_equal(t.vm.stop_reason, VM_STOP_HART);
    assert_int_equal(t.vm.stop_place.hart_index, 1);
}

/* Its VM has stopped without it. */
static void test_a_hart_that_starts_late_parks(void **state)
{
    (void)state;
    hv_hart_set_failed(test_hart(1));
    t.said[0] = 0;
    expect_parks(1);
    assert_string_equal(t.said, "irqc1 vcpu0 ");
    assert_int_equal(test_hart(1)->boot_state, HV_HART_FAILED);
}

/* ---- The console hart ------------------------------------------------------------------------ */

static void test_a_console_hart_without_vm_serves(void **state)
{
    (void)state;
    t.console = 0;
    hart_host_on_wait(park_at_second_wait);
    expect_parks(0);
    assert_string_equal(t.said, "irqc0 serve0 free serve0 wait external0 serve0 wait ");
    assert_true(csr_read(CSR_SIE) == (BIT(IRQ_S_SOFT) | BIT(IRQ_S_EXT) | BIT(IRQ_S_TIMER)));
    assert_true(csr_read(CSR_SIP) == BIT(IRQ_S_EXT)); /* The software interrupt is cleared. */
    const struct fence_log *fences = fence_host_log();
    assert_true(fences->count != 0);
    assert_int_equal(fences->record[fences->count - 1].kind, FENCE_IO);
}

static void wake_by_ipi(enum hart_host_wait why)
{
    (void)why;
    if (++t.waits == 2) {
        hart_park();
    }
    csr_write(CSR_SIP, BIT(IRQ_S_SOFT));
}

static void test_an_ipi_wakes_it_without_a_claim(void **state)
{
    (void)state;
    t.console = 0;
    hart_host_on_wait(wake_by_ipi);
    expect_parks(0);
    assert_string_equal(t.said, "irqc0 serve0 free serve0 serve0 ");
    assert_true(csr_read(CSR_SIP) == 0);
}

static void test_a_console_hart_serves_before_and_behind_its_guest(void **state)
{
    (void)state;
    t.console = 1;
    hart_host_on_wait(park_at_second_wait);
    expect_parks(1);
    assert_string_equal(t.said, "irqc1 vcpu0 serve1 guest:guest ipi3 left0 free serve1 wait "
                                "external1 serve1 wait ");
}

static void test_a_console_hart_that_cannot_run_its_guest_serves(void **state)
{
    (void)state;
    t.console = 1;
    csr_host_set_absent(lacks_h);
    hart_host_on_wait(park_at_second_wait);
    expect_parks(1);
    assert_string_equal(t.said, "ipi3 ended0 serve1 free serve1 wait external1 serve1 wait ");
}

static void test_the_last_vms_hart_takes_the_console(void **state)
{
    (void)state;
    t.takes = true;
    hart_host_on_wait(park_at_second_wait);
    expect_parks(1);
    assert_string_equal(t.said, "irqc1 vcpu0 guest:guest ipi3 left0 takes1 irqc1 free serve1 wait "
                                "external1 serve1 wait ");
}

static void test_a_hart_with_neither_parks(void **state)
{
    (void)state;
    expect_parks(0);
    assert_string_equal(t.said, "irqc0 ");
    assert_int_equal(test_hart(0)->boot_state, HV_HART_ONLINE);
}

/* ---- A panic --------------------------------------------------------------------------------- */

/* The lock that it may hold is not taken. */
static void test_a_panic_stops_the_vm_and_waits_for_nothing(void **state)
{
    (void)state;
    test_be(1);
    t.vm.running = 2;
    spinlock_lock(&t.vm.lock);
    hart_host_on_wait(fail_at_wait);
    const struct hart_fault_frame fault = {.sepc = 0x1234, .scause = CAUSE_LOAD_PAGE, .stval = 77};
    test_hart(1)->hart.panicked(&test_hart(1)->hart, &fault);
    assert_string_equal(t.said, "panicked:vm ipi3 ended0 ");
    assert_int_equal(t.vm.stop_reason, VM_STOP_PANIC);
    assert_int_equal(t.vm.stop_known, VM_STOP_KNOWS_TRAP);
    const struct vm_stop_place *place = &t.vm.stop_place;
    assert_true(place->hart_index == 1 && place->pc == 0x1234 && place->value == 77);
    assert_true(place->cause == CAUSE_LOAD_PAGE);
    assert_true((t.vcpu[1].pending & VCPU_PENDING_STOP) != 0);
    assert_int_equal(t.vm.running, 2); /* It never reaches 0. */
}

static void test_a_panic_without_vm_is_reported(void **state)
{
    (void)state;
    test_be(0);
    hart_host_on_wait(fail_at_wait);
    test_hart(0)->hart.panicked(&test_hart(0)->hart, NULL);
    assert_string_equal(t.said, "panicked ");
    assert_int_equal(t.vm.stop_reason, VM_RUNNING);
}

static void test_a_failed_assertion_has_a_hart_alone(void **state)
{
    (void)state;
    test_be(1);
    test_hart(1)->hart.panicked(&test_hart(1)->hart, NULL);
    assert_int_equal(t.vm.stop_reason, VM_STOP_PANIC);
    assert_int_equal(t.vm.stop_known, VM_STOP_KNOWS_HART);
    assert_int_equal(t.vm.stop_place.hart_index, 1);
}

#define TEST(f) cmocka_unit_test_setup(f, setup)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_harts_in_use_alone_have_a_struct),
        TEST(test_each_stack_lies_between_guard_pages),
        TEST(test_no_timer_is_set_at_first),
        TEST(test_a_pool_that_ends_is_an_error),
        TEST(test_an_assigned_hart_has_its_vms_timer),
        TEST(test_a_hart_runs_its_guest_and_parks),
        TEST(test_a_hart_that_lacks_an_extension_stops_its_vm),
        TEST(test_its_vm_ends_with_the_last_of_its_harts),
        TEST(test_a_vcpu_that_cannot_start_stops_its_vm),
        TEST(test_a_hart_that_starts_late_parks),
        TEST(test_a_console_hart_without_vm_serves),
        TEST(test_an_ipi_wakes_it_without_a_claim),
        TEST(test_a_console_hart_serves_before_and_behind_its_guest),
        TEST(test_a_console_hart_that_cannot_run_its_guest_serves),
        TEST(test_the_last_vms_hart_takes_the_console),
        TEST(test_a_hart_with_neither_parks),
        TEST(test_a_panic_stops_the_vm_and_waits_for_nothing),
        TEST(test_a_panic_without_vm_is_reported),
        TEST(test_a_failed_assertion_has_a_hart_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
