/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of the calls between rooms: the console hart, IPIs, timers, ends of VMs. */
#include "libhv/test_boot.h"

/* All VMs are built; the test runs on hart 0, which has vCPU 0 of the linux VM. */
static int setup(void **state)
{
    (void)test_boot_setup(state);
    test_boot();
    test_m.out_count = 0;
    test_m.out[0] = 0;
    for (uint32_t i = 0; i < 4; i++) {
        hv.harts.hart[i]->hart.index = i;
    }
    hart_host_set(&hv.harts.hart[0]->hart);
    return 0;
}

static struct vcpu *vcpu_of(uint32_t hart)
{
    return hv.harts.hart[hart]->vcpu;
}

static void be_hart(uint32_t i)
{
    hart_host_set(&hv.harts.hart[i]->hart);
}

/* The console hart has served, and sleeps. */
static void let_console_sleep(void)
{
    for (unsigned i = 0; i < 100; i++) {
        *csr_host(CSR_TIME) += 1000;
        hv_console_step(&hv.console, &hv.harts.hart[3]->timer);
    }
}

static void write_vm(uint32_t hart, const char *text)
{
    struct vm *vm = vcpu_of(hart)->vm;
    uint32_t size = (uint32_t)strlen(text);
    assert_int_equal(vm->console_write(vm->console_ctx, (const uint8_t *)text, size), size);
}

/* ---- IPIs ------------------------------------------------------------------------------------ */

static void ipis_go_by_the_machines_own_way(void **state)
{
    (void)state;
    hv.host.send_ipi(&hv.host, 2);
    assert_int_equal(test_irqc.sent, BIT(2));
    hv.host.send_ipis(&hv.host, BIT(1) | BIT(3));
    assert_int_equal(test_irqc.sent, 14);
    assert_int_equal(test_m.ipis, 0);
}

static void ipis_go_by_the_firmware_where_there_is_no_other_way(void **state)
{
    (void)test_boot_setup(state);
    test_irqc.no_ipi_path = true;
    test_boot();
    hv.host.send_ipi(&hv.host, 2);
    assert_int_equal(test_m.ipis, BIT(2));
    hv.host.send_ipis(&hv.host, BIT(1) | BIT(3));
    assert_int_equal(test_m.ipis, 14);
    assert_int_equal(test_irqc.sent, 0);
}

/* ---- The console hart ------------------------------------------------------------------------ */

static void bytes_of_a_vm_wake_the_console_hart(void **state)
{
    (void)state;
    let_console_sleep();
    write_vm(0, "hello\n");
    assert_int_equal(test_irqc.sent, BIT(3));
    assert_int_equal(csr_read(CSR_SIP), 0);
}

static void console_hart_wakes_itself_without_an_ipi(void **state)
{
    (void)state;
    let_console_sleep();
    be_hart(3);
    write_vm(0, "hello\n");
    assert_int_equal(test_irqc.sent, 0);
    assert_int_equal(csr_read(CSR_SIP), BIT(IRQ_S_SOFT));
}

static void end_of_a_vm_interrupts_the_console_hart_only_from_another(void **state)
{
    (void)state;
    hv.host.vm_ended(&hv.host, vcpu_of(0)->vm);
    assert_int_equal(test_irqc.sent, BIT(3));
    test_irqc.sent = 0;
    be_hart(3);
    hv.harts.ops->vm_ended(&hv, vcpu_of(2)->vm);
    assert_int_equal(test_irqc.sent, 0);
    hv.console.hart = HV_NO_HART;
    be_hart(0);
    hv.events.ops->notify_console(&hv);
    hv.events.ops->wake_console(&hv);
    assert_int_equal(test_irqc.sent, 0);
}

static void ipi_to_a_console_hart_with_a_guest_serves_both(void **state)
{
    (void)state;
    hv.console.hart = 0;
    let_console_sleep();
    write_vm(2, "tick\n");
    write_vm(0, "hello\n");
    hv.host.ipi_work(&hv.host, vcpu_of(0));
    assert_int_equal(test_irqc.vm_ipis, 1);
    assert_string_not_equal(test_m.out, "");
}

static void ipi_of_the_guests_own_moves_no_bytes(void **state)
{
    (void)state;
    hv.console.hart = 0;
    let_console_sleep();
    hv.host.budget_exceeded(&hv.host, vcpu_of(2)->vm);
    uint64_t stimecmp = csr_read(CSR_STIMECMP);
    hv.host.ipi_work(&hv.host, vcpu_of(0)); /* But events are logged. */
    assert_int_equal(csr_read(CSR_STIMECMP), stimecmp);
    let_console_sleep();
    test_expect("hyp: vm=rt event=exits_after_boot max_exits=0\n");
}

static void end_of_a_vm_closes_its_console(void **state)
{
    (void)state;
    let_console_sleep();
    assert_int_equal(vcpu_of(0)->vm->index, 0);
    hv.host.vm_ended(&hv.host, vcpu_of(0)->vm);
    hv.harts.ops->vm_ended(&hv, vcpu_of(2)->vm);
    assert_true(hv_console_wakeup_pending(&hv.console));
    assert_true(hv.console.vm[0]->vc.closed);
    assert_true(hv.console.vm[1]->vc.closed);
}

static void ipi_to_another_hart_is_its_guests(void **state)
{
    (void)state;
    let_console_sleep();
    write_vm(0, "hello\n");
    hv.host.ipi_work(&hv.host, vcpu_of(0));
    test_expect("");
    assert_int_equal(test_irqc.vm_ipis, 1);
    vcpu_of(0)->vm->virqc = NULL;
    hv.host.ipi_work(&hv.host, vcpu_of(0));
    static const struct virqc_ops no_ipi;
    vcpu_of(0)->vm->virqc = &no_ipi;
    hv.host.ipi_work(&hv.host, vcpu_of(0));
    assert_int_equal(test_irqc.vm_ipis, 1);
}

static void budget_that_is_exceeded_is_said_by_the_console_hart(void **state)
{
    (void)state;
    test_vms[0].exits_after_boot.max_exits = 5;
    test_selection.vms[0].exits_after_boot.max_exits = 5;
    hv.host.budget_exceeded(&hv.host, vcpu_of(0)->vm);
    assert_int_equal(test_irqc.sent, BIT(3));
    be_hart(3);
    hv.harts.ops->serve(&hv, hv.harts.hart[3]);
    let_console_sleep();
    test_expect("hyp: vm=linux event=exits_after_boot max_exits=5\n");
}

/* Real-time VMs own all harts: after the last one ends, its hart logs the rest. */
static void last_vms_hart_takes_the_console_that_had_no_hart(void **state)
{
    (void)test_boot_setup(state);
    test_m.tree.harts = 3;
    test_vms[0].real_time = true;
    test_config.console_hart = 0;
    test_write_tree();
    test_boot();
    test_expect_line("hyp: console_hart=none reason=real-time-vms-own-all-harts "
                     "vms_output=dropped");
    assert_false(hv.harts.ops->has_console(&hv, 0));
    hv.harts.ops->vm_ended(&hv, vcpu_of(0)->vm);
    assert_false(hv.harts.ops->takes_console(&hv, 0));
    hv.harts.ops->vm_ended(&hv, vcpu_of(2)->vm);
    assert_true(hv.harts.ops->takes_console(&hv, 2));
    assert_true(hv.harts.ops->has_console(&hv, 2));
    assert_false(hv.harts.ops->takes_console(&hv, 0));
    hv.console.hart = HV_NO_HART; /* Another hart still reads the old value. */
    assert_false(hv.harts.ops->takes_console(&hv, 0));
}

static void console_of_real_time_vms_says_their_end(void **state)
{
    (void)test_boot_setup(state);
    const char *text = "dropped\n";
    test_m.tree.harts = 3;
    test_vms[0].real_time = true;
    test_config.console_hart = 0;
    test_write_tree();
    test_boot();
    test_m.out_count = 0;
    world_host_set(test_guest, &text);
    assert_int_equal(test_run_hart(0), HART_HOST_PARKED);
    assert_int_equal(test_run_hart(1), HART_HOST_PARKED);
    assert_int_equal(test_m.resets, 0);
    assert_int_equal(test_run_hart(2), HART_HOST_PARKED);
    test_expect("vm linux stopped: shutdown\nvm rt stopped: shutdown\n");
    assert_int_equal(test_m.resets, 1);
    assert_int_equal(hv.console.hart_vm, 2); /* No VM's. */
}

/* ---- Interrupts ------------------------------------------------------------------------------ */

static void uarts_interrupt_is_the_console_harts(void **state)
{
    (void)state;
    hv.harts.ops->init_irqc(&hv, 0);
    assert_int_equal(test_irqc.enabled, 0);
    assert_false(hv.console.uart_wakes);
    hv.harts.ops->init_irqc(&hv, 3);
    assert_int_equal(test_irqc.enabled, BIT(3));
    assert_true(hv.console.uart_wakes);
    assert_int_equal(test_irqc.init_harts, BIT(0) | BIT(3));
}

static void uarts_interrupt_serves_the_console(void **state)
{
    (void)state;
    let_console_sleep();
    write_vm(2, "tick\n");
    be_hart(3);
    test_irqc.pends = TEST_UART_IRQ;
    hv.harts.ops->external(&hv, 3);
    assert_int_equal(test_irqc.completed, 1);
    assert_string_not_equal(test_m.out, "");
}

static void devices_interrupt_is_its_vms(void **state)
{
    (void)state;
    hv.irqc.owner[5] = 1;
    test_irqc.pends = 5;
    hv.host.handle_external_irq(&hv.host, vcpu_of(0));
    assert_int_equal(test_irqc.vm_irqs, 1);
    assert_int_equal(test_irqc.completed, 0);
}

/* ---- Timers ---------------------------------------------------------------------------------- */

static void deadline_of_the_console_serves_it(void **state)
{
    (void)state;
    hv.console.hart = 0;
    let_console_sleep();
    write_vm(2, "tick\n");
    hv.harts.hart[0]->timer.deadline = csr_read(CSR_TIME) + 100;
    hv.host.timer_expired(&hv.host, vcpu_of(0)); /* The guest's timer. */
    test_expect("");
    *csr_host(CSR_TIME) += 1000;
    hv.host.timer_expired(&hv.host, vcpu_of(0));
    assert_string_not_equal(test_m.out, "");
    assert_int_equal(csr_read(CSR_STIMECMP), hv.harts.hart[0]->timer.deadline);
}

static void guests_timer_programs_its_harts(void **state)
{
    (void)state;
    hv.harts.hart[0]->timer.sstc = false;
    vcpu_of(0)->timer = 12345;
    hv.host.timer_changed(&hv.host, vcpu_of(0));
    assert_int_equal(test_m.timer, 12345);
}

/* ---- Ends ------------------------------------------------------------------------------------ */

static void hart_that_panics_stops_its_vm(void **state)
{
    (void)state;
    struct hart *h = &hv.harts.hart[2]->hart;
    be_hart(2);
    h->panicked(h, NULL);
    assert_int_equal(test_irqc.sent, BIT(3));
    let_console_sleep();
    be_hart(3);
    hv.harts.ops->serve(&hv, hv.harts.hart[3]);
    let_console_sleep();
    test_expect("vm rt stopped: panic hart=102\n");
    h = &hv.harts.hart[3]->hart; /* This hart has no VM. */
    h->panicked(h, NULL);
}

static void hart_that_lacks_what_the_model_needs_stops_its_vm(void **state)
{
    (void)state;
    const char *text = "";
    test_irqc.start_status = HYP_E_UNSUPPORTED;
    world_host_set(test_guest, &text);
    assert_int_equal(test_run_hart(2), HART_HOST_PARKED);
    assert_int_equal(hv.events.vm[1]->stop_reason, VM_STOP_HART);
}

static void log_without_a_shared_console_goes_out_at_the_end(void **state)
{
    (void)test_boot_setup(state);
    test_config.log_waits = true;
    test_build.console = NULL;
    test_boot();
    assert_true(hv.events.log_waits);
    test_m.out_count = 0;
    const char *text = "nobody hears it";
    world_host_set(test_guest, &text);
    for (uint32_t i = 0; i < 3; i++) {
        assert_int_equal(test_run_hart(i), HART_HOST_PARKED);
    }
    assert_false(hv.events.log_waits);
    assert_int_equal(test_m.out_count, 0);
    assert_int_equal(test_run_hart(3), HART_HOST_PARKED);
    test_expect("vm linux stopped: shutdown\nvm rt stopped: shutdown\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(ipis_go_by_the_machines_own_way, setup),
        cmocka_unit_test(ipis_go_by_the_firmware_where_there_is_no_other_way),
        cmocka_unit_test_setup(bytes_of_a_vm_wake_the_console_hart, setup),
        cmocka_unit_test_setup(console_hart_wakes_itself_without_an_ipi, setup),
        cmocka_unit_test_setup(end_of_a_vm_interrupts_the_console_hart_only_from_another, setup),
        cmocka_unit_test_setup(ipi_to_a_console_hart_with_a_guest_serves_both, setup),
        cmocka_unit_test_setup(ipi_of_the_guests_own_moves_no_bytes, setup),
        cmocka_unit_test_setup(end_of_a_vm_closes_its_console, setup),
        cmocka_unit_test_setup(ipi_to_another_hart_is_its_guests, setup),
        cmocka_unit_test_setup(budget_that_is_exceeded_is_said_by_the_console_hart, setup),
        cmocka_unit_test(last_vms_hart_takes_the_console_that_had_no_hart),
        cmocka_unit_test(console_of_real_time_vms_says_their_end),
        cmocka_unit_test_setup(uarts_interrupt_is_the_console_harts, setup),
        cmocka_unit_test_setup(uarts_interrupt_serves_the_console, setup),
        cmocka_unit_test_setup(devices_interrupt_is_its_vms, setup),
        cmocka_unit_test_setup(deadline_of_the_console_serves_it, setup),
        cmocka_unit_test_setup(guests_timer_programs_its_harts, setup),
        cmocka_unit_test_setup(hart_that_panics_stops_its_vm, setup),
        cmocka_unit_test_setup(hart_that_lacks_what_the_model_needs_stops_its_vm, setup),
        cmocka_unit_test(log_without_a_shared_console_goes_out_at_the_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
