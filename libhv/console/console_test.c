/* SPDX-License-Identifier: Apache-2.0 */
/* The console's device, the log's way to it, and what VMs that share it get of it. */
#include "libhv/console/console.h"

#include "libhv/test_hv.h"

#define KEY "\x1d"
#define LOG_KEY "\x1e"
#define LONG_LINE "a line that is longer than what a step moves\n"
#define VUART_GPA UINT64_C(0x10000000)

static struct vm_config vms[3];
static struct hyp_config config;
static struct hyp_device devices[2];
static struct vm_device own_device;
static struct hyp_platform platform;
static const uint8_t index_of_0[1], index_of_1[1] = {1};
static const uint8_t *device_index[3];
static struct hv_build build;
static struct hv_memory memory;
static struct vm_env env;
static struct vm vm[3];
static struct vcpu vcpu[3];
static struct vcpu *vcpus[3][1];
static struct vm *built[3];
static bool log_waits;
static struct hv_console c;
static struct hv_timer timer;

/* What the room has asked of others, and what they answer. */
static unsigned kicks, ipis;
static bool lacks_line, lacks_device, vm_irq;

static void kick(void *ctx)
{
    assert_ptr_equal(ctx, &c);
    kicks++;
}

static void set_irq(void *controller, uint32_t source, bool level)
{
    (void)controller;
    assert_int_equal(source, 7);
    vm_irq = level;
}

static enum hyp_status line(void *ctx, struct vm *v, uint32_t source, struct irq_line *wire)
{
    (void)v;
    assert_ptr_equal(ctx, &c);
    *wire = (struct irq_line){.set = set_irq, .source = source};
    return lacks_line ? HYP_E_ABSENT : HYP_OK;
}

static bool has_device(void *ctx, uint64_t hpa)
{
    assert_ptr_equal(ctx, &c);
    assert_int_equal(hpa, TEST_UART);
    return !lacks_device;
}

static const struct hv_console_ops ops = {.kick = kick, .line = line, .has_device = has_device};

static void send_ipi(struct vm_env *to, uint32_t hart)
{
    assert_ptr_equal(to, &env);
    ipis += hart == 1;
}

static void init_config(void)
{
    static const char *const names[] = {"linux", "rt", "boot"};
    for (uint32_t i = 0; i < 3; i++) {
        vms[i] = (struct vm_config){.name = names[i], .console = {.kind = VM_CONSOLE_SBI}};
        device_index[i] = index_of_0;
        vcpus[i][0] = &vcpu[i];
        vcpu[i] = (struct vcpu){.vm = &vm[i], .hart_index = i + 1};
        vm[i] = (struct vm){
            .config = &vms[i], .env = &env, .index = i, .vcpu_count = 1, .vcpus = vcpus[i]};
        built[i] = &vm[i];
    }
    vms[0].console = (struct vm_console){.kind = VM_CONSOLE_VUART, .gpa = VUART_GPA, .irq = 7};
    env = (struct vm_env){.send_ipi = send_ipi};
    devices[0] = (struct hyp_device){.name = "disk0"};
    devices[1] = (struct hyp_device){
        .name = "uart0", .hpa = TEST_UART, .size = 0x1000, .irq = {TEST_UART_IRQ}};
    own_device = (struct vm_device){.name = "disk0"};
    vms[1].devices = &own_device;
    vms[1].device_count = 1;
    platform = (struct hyp_platform){
        .uart = {.device = "uart0", .access_width = 1}, .devices = devices, .device_count = 2};
    config = (struct hyp_config){.vms = vms, .vm_count = 3, .pool_size = TEST_POOL_SIZE};
    build =
        (struct hv_build){.config = &config, .platform = &platform, .device_index = device_index};
}

/* The console hart is the test's, and no VM's. */
static int setup(void **state)
{
    (void)state;
    test_machine_init();
    init_config();
    memory = (struct hv_memory){
        .image = &test_m.image, .load_hpa = TEST_LOAD, .pool_size = TEST_POOL_SIZE};
    assert_int_equal(hv_memory_init(&memory, &(struct hv_memory_caps){0}), HYP_OK);
    test_m.phys = &memory.phys;
    kicks = ipis = 0;
    lacks_line = lacks_device = vm_irq = log_waits = false;
    timer = (struct hv_timer){.sstc = true, .deadline = UINT64_MAX};
    c = (struct hv_console){.build = &build,
                            .shared = &hyp_shared_console,
                            .space = &memory.space,
                            .objects = &memory.objects,
                            .load_hpa = TEST_LOAD,
                            .timebase_hz = TEST_HZ,
                            .log_waits = &log_waits,
                            .ops = &ops,
                            .ctx = &c,
                            .payer = 3,
                            .built = built};
    return 0;
}

/* The shared console with all VMs. */
static void attach(void)
{
    hv_console_init(&c);
    for (uint32_t i = 0; i < 3; i++) {
        assert_int_equal(hv_console_add_vm(&c, &vm[i]), HYP_OK);
    }
    hv_console_attach(&c);
}

static void write_vm(uint32_t i, const char *text)
{
    uint32_t size = (uint32_t)strlen(text);
    assert_int_equal(vm[i].console_write(vm[i].console_ctx, (const uint8_t *)text, size), size);
}

/* As many steps as it takes until nothing is left. */
static void serve(void)
{
    for (unsigned i = 0; i < 1000; i++) {
        *csr_host(CSR_TIME) += 1000;
        hv_console_step(&c, &timer);
    }
}

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

static void log_goes_out_when_it_is_asked_for_room(void **state)
{
    (void)state;
    c.shared = NULL;
    hv_console_init(&c);
    assert_true(hv_console_log_has_room(&c)); /* Directly. */
    hv_console_attach(&c);
    log_line(&c.log, "a=1");
    test_expect("");
    assert_true(hv_console_log_has_room(&c));
    test_expect("hyp: a=1\n");
    assert_int_equal(hv_console_add_vm(&c, &vm[0]), HYP_OK);
    assert_null(vm[0].console_write);
    assert_false(hv_console_has_output(&c, 0));
    hv_console_set_free(&c);
    assert_int_equal(c.payer, 3);
    hv_console_step(&c, &timer);
    log_line(&c.log, "a=2");
    hv_console_drain(&c);
    test_expect("hyp: a=2\n");
}

static void log_that_waits_has_room_for_some_lines(void **state)
{
    (void)state;
    c.shared = NULL;
    log_waits = true;
    hv_console_init(&c);
    hv_console_attach(&c);
    unsigned lines = 0;
    for (; hv_console_log_has_room(&c); lines++) {
        log_line(&c.log, "line=%u of=many", lines);
    }
    assert_int_not_equal(lines, 0);
    test_expect("");
    log_waits = false;
    assert_true(hv_console_log_has_room(&c));
    test_expect_line("hyp: line=0 of=many");
}

static void log_wakes_the_console_hart_once_there_is_one(void **state)
{
    (void)state;
    c.hart = HV_NO_HART;
    attach();
    serve(); /* It sleeps. */
    log_line(&c.log, "a=1");
    assert_int_equal(kicks, 0);
    serve();
    hv_console_set_hart(&c, 2);
    assert_int_equal(c.hart, 2);
    log_line(&c.log, "a=2");
    assert_int_equal(kicks, 1);
    assert_true(hv_console_is_called(&c));
}

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
    assert_int_equal(c.mux.source_count, 3);
}

static void vm_that_was_not_built_is_no_source(void **state)
{
    (void)state;
    built[0] = NULL;
    attach();
    assert_int_equal(c.mux.source_count, 3); /* The log and the others. */
}

static void input_goes_to_one_vm_and_its_uart_is_told(void **state)
{
    (void)state;
    attach();
    serve();
    test_type("ab");
    serve();
    assert_int_equal(ipis, 1);
    assert_int_equal(vcpu[0].pending, VCPU_PENDING_CONSOLE);
    vm[0].console_update(vm[0].console_ctx);
    uint64_t value = 0;
    assert_int_equal(vm[0].vdev_count, 1);
    assert_int_equal(vm[0].vdev[0].base, VUART_GPA);
    assert_int_equal(vdev_read(vm[0].vdev[0].ops, vm[0].vdev[0].state, 0, 1, &value), VDEV_OK);
    assert_int_equal(value, 'a');
    uint8_t bytes[4];
    test_type(KEY "c");
    serve();
    test_expect_line("hyp: console=rt");
    assert_int_equal(ipis, 1); /* A VM that reads by SBI calls asks by itself. */
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
    assert_int_equal(kicks, 1);
    assert_int_equal(vm[1].console_write(vm[1].console_ctx, bytes, 1), 0);
}

static void what_nobody_shows_is_dropped(void **state)
{
    (void)state;
    static uint8_t bytes[2000];
    c.hart = HV_NO_HART;
    attach();
    assert_int_equal(vm[1].console_write(vm[1].console_ctx, bytes, sizeof(bytes)), sizeof(bytes));
    assert_false(hv_console_has_output(&c, 1));
    assert_int_equal(kicks, 0);
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
    c.objects->spare_size = sizeof(struct hv_console_vm) + 64; /* For this, not for its rings. */
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
    assert_int_equal(c.mux.source_count, 1);
    c.dev.ops = NULL;
    assert_false(c.shared->share(&c));
}

/* ---- Pace and time --------------------------------------------------------------------------- */

static void others_bytes_are_paced_where_a_vm_pays(void **state)
{
    (void)state;
    c.payer = 1;
    attach();
    uint8_t rt = c.vm[1]->vc.source;
    assert_int_equal(c.mux.paced, (BIT(c.mux.source_count) - 1) & ~BIT(rt));
    hv_console_set_free(&c);
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
    assert_int_equal(ticks_to_next_step(), 0); /* The UART calls when it has room. */
}

static void uart_that_wakes_nobody_is_looked_at(void **state)
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
    assert_int_equal(ticks_to_next_step(), 50); /* A step has moved a part of it. */
}

static void vm_that_kicks_nobody_is_looked_for(void **state)
{
    (void)state;
    c.uart_wakes = true;
    vms[1].real_time = true;
    attach();
    serve();
    assert_int_equal(ticks_to_next_step(), 10000);
    write_vm(1, "tick\n");
    assert_int_equal(kicks, 0);
    serve();
    test_expect("[rt] tick\n");
}

static void real_time_vm_with_a_budget_is_looked_for(void **state)
{
    (void)state;
    c.uart_wakes = true;
    vms[1].real_time = true;
    vms[1].console.kind = VM_CONSOLE_NONE;
    vms[1].exits_after_boot = (struct vm_exit_budget){.most = 1, .boot_s = 1};
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

/* ---- What is shown, and the end -------------------------------------------------------------- */

static void log_key_shows_the_exits_of_vms(void **state)
{
    (void)state;
    built[1] = NULL;
    attach();
    vcpu[0].world.exits[CAUSE_ECALL_VS] = 12;
    vcpu[0].world.exits[WORLD_EXIT_IRQ + IRQ_S_TIMER] = 3;
    test_type(LOG_KEY);
    serve();
    test_expect("hyp: vm=linux exits 10=12 i5=3\nhyp: vm=boot exits\n");
}

static void exits_without_room_are_shown_later(void **state)
{
    (void)state;
    attach();
    for (uint32_t i = 0; i < 3; i++) {
        for (uint32_t cause = 0; cause < 24; cause++) {
            vcpu[i].world.exits[cause] = 1000;
        }
    }
    test_type(LOG_KEY);
    hv_console_step(&c, &timer);
    assert_int_equal(c.to_show, 2); /* The log's ring has room for one. */
    serve();
    assert_int_equal(c.to_show, 0);
    /* Cut to a line's length. */
    test_expect_line("hyp: vm=boot exits 0=1000 1=1000 2=1000 3=1000 4=1000 5=1000 6=1000 7=1000 "
                     "8=1000 9=1000 10=1000 11=1000 12=1000 13=1000 14=1000 15=1000 16=1000 "
                     "17=1000 18=100");
}

static void drain_sends_everything(void **state)
{
    (void)state;
    c.payer = 1;
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
        cmocka_unit_test_setup(uart_of_the_platform_is_the_console, setup),
        cmocka_unit_test_setup(firmwares_console_is_used_without_a_uart, setup),
        cmocka_unit_test_setup(firmwares_console_is_used_where_a_vm_owns_the_uart, setup),
        cmocka_unit_test_setup(firmwares_console_is_used_where_the_uart_is_absent, setup),
        cmocka_unit_test_setup(firmwares_console_is_used_where_the_uart_cannot_be_mapped, setup),
        cmocka_unit_test_setup(image_without_a_shared_console_uses_the_firmwares, setup),
        cmocka_unit_test_setup(uart_of_a_width_that_no_uart_has_is_no_console, setup),
        cmocka_unit_test_setup(firmware_without_a_console_gets_no_lines, setup),
        cmocka_unit_test_setup(log_goes_out_when_it_is_asked_for_room, setup),
        cmocka_unit_test_setup(log_that_waits_has_room_for_some_lines, setup),
        cmocka_unit_test_setup(log_wakes_the_console_hart_once_there_is_one, setup),
        cmocka_unit_test_setup(lines_of_vms_and_log_go_out_by_turns, setup),
        cmocka_unit_test_setup(vm_without_a_console_has_none, setup),
        cmocka_unit_test_setup(vm_that_was_not_built_is_no_source, setup),
        cmocka_unit_test_setup(input_goes_to_one_vm_and_its_uart_is_told, setup),
        cmocka_unit_test_setup(keys_are_those_of_the_configuration, setup),
        cmocka_unit_test_setup(writer_gets_the_room_that_there_is, setup),
        cmocka_unit_test_setup(what_nobody_shows_is_dropped, setup),
        cmocka_unit_test_setup(vm_that_gets_no_console_is_an_error, setup),
        cmocka_unit_test_setup(console_that_is_shared_already_is_not_shared_again, setup),
        cmocka_unit_test_setup(others_bytes_are_paced_where_a_vm_pays, setup),
        cmocka_unit_test_setup(console_that_is_interrupted_needs_no_timer, setup),
        cmocka_unit_test_setup(uart_that_wakes_nobody_is_looked_at, setup),
        cmocka_unit_test_setup(firmwares_console_is_polled_for_input, setup),
        cmocka_unit_test_setup(vm_that_kicks_nobody_is_looked_for, setup),
        cmocka_unit_test_setup(real_time_vm_with_a_budget_is_looked_for, setup),
        cmocka_unit_test_setup(open_line_is_waited_for, setup),
        cmocka_unit_test_setup(log_key_shows_the_exits_of_vms, setup),
        cmocka_unit_test_setup(exits_without_room_are_shown_later, setup),
        cmocka_unit_test_setup(drain_sends_everything, setup),
        cmocka_unit_test_setup(drain_of_the_firmwares_console_ends_at_once, setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
