/* SPDX-License-Identifier: Apache-2.0 */
/* The console's device, and the log. */
#include "libhv/console/test_console.h"

/* ---- The device ------------------------------------------------------------------------------ */

static void uart_of_the_platform_is_the_console(void **state)
{
    (void)state;
    hv_console_init(&c);
    assert_ptr_equal(c.dev.state, &c.uart);
    assert_int_equal(c.uart_irq, TEST_UART_IRQ);
    test_m.no_console = true;
    log_line(&c.log, "a=1");
    test_expect("hyp: a=1\n");
}

static void expect_firmwares_console(void)
{
    hv_console_init(&c);
    assert_ptr_equal(c.dev.state, &c.sbi_console);
    assert_int_equal(c.uart_irq, 0);
    log_line(&c.log, "a=1");
    test_expect("hyp: a=1\n");
}

static void firmwares_console_is_used_without_a_uart(void **state)
{
    (void)state;
    platform.uart.device = NULL;
    expect_firmwares_console();
    platform.uart.device = "uart1";
    expect_firmwares_console();
}

static void firmwares_console_is_used_where_a_vm_owns_the_uart(void **state)
{
    (void)state;
    device_index[1] = index_of_1;
    expect_firmwares_console();
}

static void firmwares_console_is_used_where_the_uart_is_absent(void **state)
{
    (void)state;
    lacks_device = true;
    expect_firmwares_console();
}

static void firmwares_console_is_used_where_the_uart_cannot_be_mapped(void **state)
{
    (void)state;
    memory.space.device_window.size = 0;
    expect_firmwares_console();
}

static void image_without_a_shared_console_uses_the_firmwares(void **state)
{
    (void)state;
    c.shared = NULL;
    expect_firmwares_console();
}

static void uart_of_a_width_that_no_uart_has_is_no_console(void **state)
{
    (void)state;
    platform.uart.access_width = 2;
    hv_console_init(&c);
    assert_null(c.dev.ops);
    log_line(&c.log, "a=1");
    test_expect("");
    hv_console_attach(&c);
    assert_null(c.log.vc);
    hv_console_step(&c, &timer);
    assert_int_equal(timer.deadline, UINT64_MAX);
}

static void firmware_without_a_console_gets_no_lines(void **state)
{
    (void)state;
    test_m.no_console = true;
    hv_console_init_early(&c);
    log_line(&c.log, "a=1");
    lacks_device = true;
    hv_console_init(&c);
    log_line(&c.log, "a=2");
    test_expect("");
    test_m.no_console = false;
    hv_console_init_early(&c);
    log_line(&c.log, "a=3");
    test_expect("hyp: a=3\n");
}

/* ---- The log without a shared console -------------------------------------------------------- */

static void log_is_written_by_the_check_for_room(void **state)
{
    (void)state;
    c.shared = NULL;
    hv_console_init(&c);
    assert_true(hv_console_log_has_room(&c)); /* The log writes directly. */
    hv_console_attach(&c);
    log_line(&c.log, "a=1");
    test_expect("");
    assert_true(hv_console_log_has_room(&c));
    test_expect("hyp: a=1\n");
    assert_int_equal(hv_console_add_vm(&c, &vm[0]), HYP_OK);
    assert_null(vm[0].console_write);
    assert_false(hv_console_has_output(&c, 0));
    hv_console_clear_vm(&c);
    assert_int_equal(c.hart_vm, 3);
    hv_console_step(&c, &timer);
    log_line(&c.log, "a=2");
    hv_console_drain(&c);
    test_expect("hyp: a=2\n");
}

static void log_that_waits_has_room_for_some_lines(void **state)
{
    (void)state;
    char long_text[151];
    char all[200];
    memset(long_text, 'x', sizeof(long_text) - 1);
    long_text[sizeof(long_text) - 1] = 0;
    snprintf(all, sizeof(all), "hyp: line=1\nhyp: line=2\nhyp: %s\n", long_text);
    c.shared = NULL;
    log_waits = true;
    hv_console_init(&c);
    hv_console_attach(&c);
    log_line(&c.log, "line=1");
    log_line(&c.log, "line=2");
    assert_true(hv_console_log_has_room(&c));
    log_line(&c.log, "%s", long_text); /* Longer than what is written at once. */
    assert_false(hv_console_log_has_room(&c));
    test_expect("");
    log_waits = false;
    assert_true(hv_console_log_has_room(&c));
    test_expect(all);
}

static void log_wakes_the_console_hart_once_there_is_one(void **state)
{
    (void)state;
    c.hart = HV_NO_HART;
    attach();
    serve(); /* The mux sleeps now. */
    log_line(&c.log, "a=1");
    assert_int_equal(wakes, 0);
    serve();
    hv_console_set_hart(&c, 2);
    assert_int_equal(c.hart, 2);
    log_line(&c.log, "a=2");
    assert_int_equal(wakes, 1);
    assert_true(hv_console_wakeup_pending(&c));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(uart_of_the_platform_is_the_console, test_setup),
        cmocka_unit_test_setup(firmwares_console_is_used_without_a_uart, test_setup),
        cmocka_unit_test_setup(firmwares_console_is_used_where_a_vm_owns_the_uart, test_setup),
        cmocka_unit_test_setup(firmwares_console_is_used_where_the_uart_is_absent, test_setup),
        cmocka_unit_test_setup(firmwares_console_is_used_where_the_uart_cannot_be_mapped,
                               test_setup),
        cmocka_unit_test_setup(image_without_a_shared_console_uses_the_firmwares, test_setup),
        cmocka_unit_test_setup(uart_of_a_width_that_no_uart_has_is_no_console, test_setup),
        cmocka_unit_test_setup(firmware_without_a_console_gets_no_lines, test_setup),
        cmocka_unit_test_setup(log_is_written_by_the_check_for_room, test_setup),
        cmocka_unit_test_setup(log_that_waits_has_room_for_some_lines, test_setup),
        cmocka_unit_test_setup(log_wakes_the_console_hart_once_there_is_one, test_setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
