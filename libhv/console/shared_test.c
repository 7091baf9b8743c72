/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of the console that VMs share: their bytes, and its deadlines. */
#include "libhv/console/test_console.h"

#define KEY "\x1d"
#define LOG_KEY "\x1e"
#define LONG_LINE "a line that is longer than what a step moves\n"

/* ---- VMs that share it ----------------------------------------------------------------------- */

static void lines_of_vms_and_log_go_out_by_turns(void **state)
{
    (void)state;
    attach();
    write_vm(0, "hello\n");
    write_vm(1, "tick\n");
    log_line(&c.log, "a=1");
    assert_true(hv_console_has_output(&c, 0));
    test_expect("");
    serve();
    test_expect_line("[linux] hello");
    test_expect_line("[rt] tick");
    test_expect_line("hyp: a=1");
    assert_false(hv_console_has_output(&c, 0));
    assert_int_equal(csr_read(CSR_STIMECMP), timer.deadline);
}

static void vm_without_a_console_has_none(void **state)
{
    (void)state;
    vms[1].console.kind = VM_CONSOLE_NONE;
    attach();
    assert_null(vm[1].console_write);
    assert_false(hv_console_has_output(&c, 1));
    assert_int_equal(c.mux.port_count, 3);
}

static void vm_that_was_not_built_is_no_source(void **state)
{
    (void)state;
    built[0] = NULL;
    attach();
    assert_int_equal(c.mux.port_count, 3); /* The log and the others. */
}

static void input_goes_to_one_vm_and_its_uart_is_updated(void **state)
{
    (void)state;
    attach();
    serve();
    assert_int_equal(vm[0].vdev_count, 1);
    assert_int_equal(vm[0].vdev[0].base, VUART_GPA);
    assert_int_equal(vdev_write(vm[0].vdev[0].ops, vm[0].vdev[0].state, 1, 1, 1), VDEV_OK);
    test_type("ab");
    serve();
    assert_int_equal(ipis, 1);
    assert_int_equal(vcpu[0].pending, VCPU_PENDING_CONSOLE);
    assert_false(vm_irq);
    vm[0].console_update(vm[0].console_ctx);
    assert_true(vm_irq);
    uint64_t value = 0;
    assert_int_equal(vdev_read(vm[0].vdev[0].ops, vm[0].vdev[0].state, 0, 1, &value), VDEV_OK);
    assert_int_equal(value, 'a');
    uint8_t bytes[4];
    test_type(KEY "c");
    serve();
    test_expect_line("hyp: console=rt");
    assert_int_equal(ipis, 1); /* A VM that reads by SBI calls polls. */
    vm[1].console_update(vm[1].console_ctx);
    assert_int_equal(vm[1].console_read(vm[1].console_ctx, bytes, sizeof(bytes)), 1);
    assert_int_equal(bytes[0], 'c');
}

static void keys_are_those_of_the_configuration(void **state)
{
    (void)state;
    config.console_key = 'K';
    config.log_key = 'L';
    attach();
    test_type("K");
    serve();
    test_expect("hyp: console=rt\n");
    test_type("L");
    serve();
    test_expect_line("hyp: vm=linux exits");
}

static void writer_gets_the_room_that_there_is(void **state)
{
    (void)state;
    static uint8_t bytes[2000];
    attach();
    serve();
    assert_int_equal(vm[1].console_write(vm[1].console_ctx, bytes, sizeof(bytes)), 1024);
    assert_int_equal(wakes, 1);
    assert_int_equal(vm[1].console_write(vm[1].console_ctx, bytes, 1), 0);
}

static void output_without_a_console_hart_is_dropped(void **state)
{
    (void)state;
    static uint8_t bytes[2000];
    c.hart = HV_NO_HART;
    attach();
    assert_int_equal(vm[1].console_write(vm[1].console_ctx, bytes, sizeof(bytes)), sizeof(bytes));
    assert_false(hv_console_has_output(&c, 1));
    assert_int_equal(wakes, 0);
}

static void vm_that_gets_no_console_is_an_error(void **state)
{
    (void)state;
    hpa_t pa;
    hv_console_init(&c);
    lacks_line = true;
    assert_int_equal(hv_console_add_vm(&c, &vm[0]), HYP_E_PARAM);
    lacks_line = false;
    const struct vdev other = {.base = VUART_GPA, .size = 8, .ops = &vuart_vdev_ops};
    assert_int_equal(vm_add_vdev(&vm[0], &other), HYP_OK);
    assert_int_equal(hv_console_add_vm(&c, &vm[0]), HYP_E_EXIST);
    while (page_pool_alloc(&memory.pool, 0, &pa) == HYP_OK) {
    }
    c.objects->spare_size =
        sizeof(struct hv_console_vm) + 64; /* Memory for the struct, not for the rings. */
    assert_int_equal(hv_console_add_vm(&c, &vm[1]), HYP_E_NOMEM);
    assert_int_equal(hv_console_add_vm(&c, &vm[1]), HYP_E_NOMEM);
}

static void console_that_is_shared_already_is_not_shared_again(void **state)
{
    (void)state;
    attach();
    assert_false(c.shared->share(&c)); /* The log is in a mux. */
    c.log_vc.bell = NULL;
    assert_true(c.shared->share(&c)); /* So are the VMs. */
    assert_int_equal(c.mux.port_count, 1);
    c.dev.ops = NULL;
    assert_false(c.shared->share(&c));
}

/* ---- Pace and time --------------------------------------------------------------------------- */

static void ports_are_paced_if_the_console_hart_has_a_vm(void **state)
{
    (void)state;
    c.hart_vm = 1;
    attach();
    uint8_t rt = c.vm[1]->vc.port;
    assert_int_equal(c.mux.paced, (BIT(c.mux.port_count) - 1) & ~BIT(rt));
    hv_console_clear_vm(&c);
    assert_int_equal(c.mux.paced, 0);
}

static void few_steps(void)
{
    for (unsigned i = 0; i < 10; i++) {
        hv_console_step(&c, &timer);
    }
}

static uint64_t ticks_to_next_step(void)
{
    hv_console_step(&c, &timer);
    return timer.deadline == UINT64_MAX ? 0 : timer.deadline - (csr_read(CSR_TIME) - 1);
}

static void console_that_is_interrupted_needs_no_timer(void **state)
{
    (void)state;
    c.uart_wakes = true;
    attach();
    serve();
    assert_int_equal(ticks_to_next_step(), 0);
    test_m.uart_room = 0;
    write_vm(1, LONG_LINE);
    few_steps();
    assert_int_equal(ticks_to_next_step(), 0); /* The UART interrupts when it has room. */
}

static void uart_that_cannot_interrupt_is_polled(void **state)
{
    (void)state;
    attach();
    serve();
    assert_int_equal(ticks_to_next_step(), 5000); /* For input, */
    test_m.uart_room = 0;
    write_vm(1, LONG_LINE);
    few_steps();
    assert_int_equal(ticks_to_next_step(), 1000); /* for room. */
}

static void firmwares_console_is_polled_for_input(void **state)
{
    (void)state;
    lacks_device = true;
    attach();
    serve();
    assert_int_equal(ticks_to_next_step(), 5000);
    write_vm(1, LONG_LINE);
    assert_int_equal(ticks_to_next_step(), 50); /* A step has moved some bytes. */
}

static void vm_that_sends_no_ipi_is_polled(void **state)
{
    (void)state;
    c.uart_wakes = true;
    vms[1].real_time = true;
    attach();
    serve();
    assert_int_equal(ticks_to_next_step(), 10000);
    write_vm(1, "tick\n");
    assert_int_equal(wakes, 0);
    serve();
    test_expect("[rt] tick\n");
}

static void real_time_vm_with_a_budget_is_looked_for(void **state)
{
    (void)state;
    c.uart_wakes = true;
    vms[1].real_time = true;
    vms[1].console.kind = VM_CONSOLE_NONE;
    vms[1].exits_after_boot = (struct vm_exit_budget){.max_exits = 1, .grace_s = 1};
    attach();
    serve();
    assert_int_equal(ticks_to_next_step(), 10000);
}

static void open_line_is_waited_for(void **state)
{
    (void)state;
    c.uart_wakes = true;
    attach();
    serve();
    write_vm(1, "open");
    few_steps();
    write_vm(2, "other\n"); /* Until the line has been silent for 10 ms. */
    few_steps();
    assert_in_range(ticks_to_next_step(), 1, 10000);
}

/* ---- Exits, and the end ---------------------------------------------------------------------- */

static void log_key_shows_the_exits_of_vms(void **state)
{
    (void)state;
    built[1] = NULL;
    attach();
    vcpu[0].world.exits[CAUSE_ECALL_VS] = 12;
    vcpu[0].world.exits[WORLD_EXIT_IRQ + IRQ_S_TIMER] = 3;
    test_type(LOG_KEY);
    serve();
    test_expect("hyp: vm=linux exits ecall_vs=12 s_timer=3\nhyp: vm=boot exits\n");
}

static void exits_without_room_are_shown_later(void **state)
{
    (void)state;
    attach();
    for (uint32_t i = 0; i < 3; i++) {
        for (uint32_t cause = 20; cause < 24; cause++) {
            vcpu[i].world.exits[cause] = 1000000000;
        }
    }
    test_type(LOG_KEY);
    hv_console_step(&c, &timer);
    assert_int_equal(c.exits_to_print, 3); /* The log's ring has room for one line. */
    assert_int_not_equal(c.exits_cause, 0);
    serve();
    assert_int_equal(c.exits_to_print, 0);
    test_expect_line("hyp: vm=boot exits store_guest_page_fault=1000000000");
}

/* Every cause is shown once, however many lines it takes; only the last one ends without dots. */
static void exits_take_as_many_lines_as_they_need(void **state)
{
    (void)state;
    attach();
    built[0] = built[2] = NULL;
    for (uint32_t cause = 20; cause < 24; cause++) {
        vcpu[1].world.exits[cause] = UINT64_MAX;
    }
    vcpu[1].world.exits[17] = 1;
    vcpu[1].world.exits[WORLD_EXIT_COUNT - 1] = 2;
    test_type(LOG_KEY);
    serve();
    test_expect("hyp: vm=rt exits other=1 instruction_guest_page_fault=18446744073709551615 "
                "load_guest_page_fault=18446744073709551615 ...\n"
                "hyp: vm=rt exits virtual_instruction=18446744073709551615 "
                "store_guest_page_fault=18446744073709551615 other=2\n");
}

/* A second press of the key begins again. */
static void log_key_begins_with_the_first_vm(void **state)
{
    (void)state;
    attach();
    built[1] = built[2] = NULL;
    for (uint32_t cause = 0; cause < 8; cause++) {
        vcpu[0].world.exits[cause] = UINT64_MAX;
    }
    test_type(LOG_KEY);
    hv_console_step(&c, &timer);
    assert_int_not_equal(c.exits_cause, 0);
    test_type(LOG_KEY);
    serve();
    static const char first[] = "hyp: vm=linux exits other=";
    const char *at = strstr(test_m.out, first);
    assert_non_null(at);
    assert_non_null(strstr(at + 1, first));
}

static void drain_sends_everything(void **state)
{
    (void)state;
    c.hart_vm = 1;
    attach();
    for (unsigned i = 0; i < 10; i++) {
        write_vm(0, "a line of some length\n");
    }
    log_line(&c.log, "a=1");
    hv_console_drain(&c);
    assert_false(hv_console_has_output(&c, 0));
    test_expect_line("hyp: a=1");
}

static void drain_of_the_firmwares_console_ends_at_once(void **state)
{
    (void)state;
    lacks_device = true;
    attach();
    write_vm(0, "last words\n");
    hv_console_drain(&c);
    test_expect("[linux] last words\n");
    c.dev.ops = NULL;
    hv_console_drain(&c);
    test_expect("");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(lines_of_vms_and_log_go_out_by_turns, test_setup),
        cmocka_unit_test_setup(vm_without_a_console_has_none, test_setup),
        cmocka_unit_test_setup(vm_that_was_not_built_is_no_source, test_setup),
        cmocka_unit_test_setup(input_goes_to_one_vm_and_its_uart_is_updated, test_setup),
        cmocka_unit_test_setup(keys_are_those_of_the_configuration, test_setup),
        cmocka_unit_test_setup(writer_gets_the_room_that_there_is, test_setup),
        cmocka_unit_test_setup(output_without_a_console_hart_is_dropped, test_setup),
        cmocka_unit_test_setup(vm_that_gets_no_console_is_an_error, test_setup),
        cmocka_unit_test_setup(console_that_is_shared_already_is_not_shared_again, test_setup),
        cmocka_unit_test_setup(ports_are_paced_if_the_console_hart_has_a_vm, test_setup),
        cmocka_unit_test_setup(console_that_is_interrupted_needs_no_timer, test_setup),
        cmocka_unit_test_setup(uart_that_cannot_interrupt_is_polled, test_setup),
        cmocka_unit_test_setup(firmwares_console_is_polled_for_input, test_setup),
        cmocka_unit_test_setup(vm_that_sends_no_ipi_is_polled, test_setup),
        cmocka_unit_test_setup(real_time_vm_with_a_budget_is_looked_for, test_setup),
        cmocka_unit_test_setup(open_line_is_waited_for, test_setup),
        cmocka_unit_test_setup(log_key_shows_the_exits_of_vms, test_setup),
        cmocka_unit_test_setup(exits_without_room_are_shown_later, test_setup),
        cmocka_unit_test_setup(exits_take_as_many_lines_as_they_need, test_setup),
        cmocka_unit_test_setup(log_key_begins_with_the_first_vm, test_setup),
        cmocka_unit_test_setup(drain_sends_everything, test_setup),
        cmocka_unit_test_setup(drain_of_the_firmwares_console_ends_at_once, test_setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
