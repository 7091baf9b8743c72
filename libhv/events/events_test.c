/* SPDX-License-Identifier: Apache-2.0 */
/* Lines about VMs that stop or exceed their budget, their order, and the machine's end. */
#include "libhv/events/events.h"

#include "libhv/test_hv.h"

#define VMS 3
#define FINISHER_VA (HV_DEVICE_VA + TEST_FINISHER) /* Mapped by boot.S's table. */
#define FINISHER_WORD 0x3333

static struct vm_config vms[VMS];
static struct hyp_config config;
static struct vm vm[VMS];
static struct log the_log;
static struct hv_events e;

/* Records the room's calls to others, and has their results. */
static unsigned room; /* Lines that the log still takes. */
static uint32_t has_output;
static unsigned drains, notified, woken;

static bool log_has_room(void *ctx)
{
    assert_ptr_equal(ctx, &config);
    return room-- != 0;
}

static bool vm_has_output(void *ctx, uint32_t i)
{
    assert_ptr_equal(ctx, &config);
    return (has_output & BIT(i)) != 0;
}

static void drain(void *ctx)
{
    assert_ptr_equal(ctx, &config);
    drains++;
    assert_int_equal(test_m.resets, 0); /* After a reset nothing can be written. */
    assert_int_equal(test_m.finisher_word, 0);
}

static void notify(void *ctx)
{
    assert_ptr_equal(ctx, &config);
    notified++;
}

static void wake(void *ctx)
{
    assert_ptr_equal(ctx, &config);
    woken++;
}

static const struct hv_event_ops ops = {.log_has_room = log_has_room,
                                        .has_output = vm_has_output,
                                        .drain = drain,
                                        .notify_console = notify,
                                        .wake_console = wake};

static void ignore_ipi(struct vm_host_ops *host, uint32_t hart_index)
{
    (void)host, (void)hart_index;
}

static int setup(void **state)
{
    (void)state;
    static const char *const names[VMS] = {"linux", "rt", "boot"};
    test_machine_init();
    test_log_init(&the_log);
    room = UINT32_MAX;
    has_output = 0;
    drains = notified = woken = 0;
    static const uint64_t ids[] = {100, 101, 4095};
    config = (struct hyp_config){.name = "three", .vms = vms, .vm_count = VMS};
    e = (struct hv_events){.config = &config,
                           .log = &the_log,
                           .ops = &ops,
                           .ctx = &config,
                           .hart_id = ids,
                           .timebase_hz = TEST_HZ,
                           .finisher_word = FINISHER_WORD};
    for (uint32_t i = 0; i < VMS; i++) {
        vms[i] = (struct vm_config){.name = names[i], .exits_after_boot = {.max_exits = 10 * i}};
        vm[i] = (struct vm){.config = &vms[i], .index = i};
        hv_events_add_vm(&e, &vm[i]);
    }
    hv_events_begin(&e);
    return 0;
}

static void end(uint32_t i, enum vm_stop_reason why)
{
    vm[i].stop_reason = why;
    hv_events_vm_ended(&e, &vm[i]);
}

static void report_here(void *arg)
{
    hv_events_report(arg);
}

static enum hart_host_end report(void)
{
    return hart_host_run(report_here, &e);
}

static void finish_as_failed(void *arg)
{
    hv_events_finish(arg, true);
}

static void finish_as_success(void *arg)
{
    hv_events_finish(arg, false);
}

/* ---- Lines ----------------------------------------------------------------------------------- */

static void nothing_new_says_nothing(void **state)
{
    (void)state;
    assert_int_equal(report(), HART_HOST_RETURNED);
    test_expect("");
    assert_false(hv_events_all_ended(&e));
}

static void stopped_vm_is_reported_with_its_reason_once(void **state)
{
    (void)state;
    end(1, VM_STOP_REBOOT);
    assert_int_equal(notified, 1);
    assert_int_equal(report(), HART_HOST_RETURNED);
    test_expect("vm rt stopped: reboot\n");
    assert_int_equal(report(), HART_HOST_RETURNED);
    test_expect("");
}

/* The line has as much of the place as is known. */
static void fault_is_reported_with_its_place(void **state)
{
    static const struct {
        enum vm_stop_known known;
        const char *text;
    } lines[] = {
        {VM_STOP_KNOWS_NOTHING, "vm rt stopped: traps\n"},
        {VM_STOP_KNOWS_HART, "vm rt stopped: traps hart=4095\n"},
        {VM_STOP_KNOWS_PC, "vm rt stopped: traps hart=4095 pc=0xffffffff80001234\n"},
        {VM_STOP_KNOWS_TRAP,
         "vm rt stopped: traps hart=4095 pc=0xffffffff80001234 cause=0xd value=0x8\n"},
        {VM_STOP_KNOWS_GPA,
         "vm rt stopped: traps hart=4095 pc=0xffffffff80001234 cause=0xd value=0x8 gpa=0x0\n"},
    };
    const struct vm_stop_place place = {
        .hart_index = 2, .pc = UINT64_C(0xffffffff80001234), .cause = 0xd, .value = 8};
    for (unsigned i = 0; i < ARRAY_COUNT(lines); i++) {
        (void)setup(state);
        vm[1].vcpu_count = 1;
        vm[1].vcpus = &(struct vcpu *){&(struct vcpu){.vm = &vm[1]}};
        vm[1].host = &(struct vm_host_ops){.send_ipi = ignore_ipi};
        vm_stop_at(&vm[1], VM_STOP_TRAPS, lines[i].known, &place);
        vm_stop_at(&vm[1], VM_STOP_MEMORY, VM_STOP_KNOWS_GPA, &(struct vm_stop_place){.pc = 1});
        hv_events_vm_ended(&e, &vm[1]);
        assert_int_equal(report(), HART_HOST_RETURNED);
        test_expect(lines[i].text);
    }
}

static void exceeded_budget_is_reported_once_and_before_the_end(void **state)
{
    (void)state;
    end(1, VM_STOP_SHUTDOWN);
    hv_events_budget_exceeded(&e, &vm[1]);
    hv_events_budget_exceeded(&e, &vm[2]);
    assert_int_equal(woken, 2);
    assert_int_equal(report(), HART_HOST_RETURNED);
    test_expect("hyp: vm=rt event=exits_after_boot max_exits=10\n"
                "vm rt stopped: shutdown\n"
                "hyp: vm=boot event=exits_after_boot max_exits=20\n");
    hv_events_budget_exceeded(&e, &vm[1]);
    assert_int_equal(report(), HART_HOST_RETURNED);
    test_expect("");
}

static void real_time_vm_sends_no_ipi_for_its_budget(void **state)
{
    (void)state;
    vms[0].real_time = true;
    hv_events_budget_exceeded(&e, &vm[0]);
    assert_int_equal(woken, 0);
    assert_int_equal(report(), HART_HOST_RETURNED);
    test_expect("hyp: vm=linux event=exits_after_boot max_exits=0\n");
}

static void vm_is_reported_behind_its_last_output(void **state)
{
    (void)state;
    has_output = BIT(0);
    end(0, VM_STOP_SHUTDOWN);
    end(1, VM_STOP_SHUTDOWN);
    assert_int_equal(report(), HART_HOST_RETURNED);
    test_expect("vm rt stopped: shutdown\n"); /* It does not wait for another VM's output. */
    has_output = 0;
    assert_int_equal(report(), HART_HOST_RETURNED);
    test_expect("vm linux stopped: shutdown\n");
}

static void log_without_room_gets_its_lines_later(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < VMS; i++) {
        end(i, VM_STOP_SHUTDOWN);
    }
    room = 0;
    assert_int_equal(report(), HART_HOST_RETURNED);
    test_expect("");
    room = 2;
    assert_int_equal(report(), HART_HOST_RETURNED);
    test_expect("vm linux stopped: shutdown\nvm rt stopped: shutdown\n");
    assert_int_equal(test_m.resets, 0); /* The machine does not end before its last line. */
    room = 1;
    assert_int_equal(report(), HART_HOST_PARKED);
    test_expect("vm boot stopped: shutdown\n");
}

/* ---- While the log waits --------------------------------------------------------------------- */

static void log_waits_until_the_last_vm_has_stopped(void **state)
{
    (void)state;
    config.log_waits = true;
    hv_events_begin(&e);
    assert_true(e.log_waits);
    end(0, VM_STOP_SHUTDOWN);
    end(2, VM_STOP_SHUTDOWN);
    assert_true(e.log_waits);
    end(1, VM_STOP_SHUTDOWN);
    assert_false(e.log_waits);
    assert_true(hv_events_all_ended(&e));
}

static void log_of_no_vm_does_not_wait(void **state)
{
    (void)state;
    config.log_waits = true;
    e.started = 0;
    hv_events_begin(&e);
    assert_false(e.log_waits);
}

static void dumps_that_are_not_written_are_counted(void **state)
{
    (void)state;
    config.log_waits = true;
    hv_events_begin(&e);
    hv_events_panicked(&e, NULL);
    hv_events_panicked(&e, &vm[1]);
    end(1, VM_STOP_PANIC);
    assert_int_equal(report(), HART_HOST_RETURNED);
    test_expect("hyp: log_dropped=2\nvm rt stopped: panic\n");
    end(0, VM_STOP_SHUTDOWN);
    hv_events_panicked(&e, &vm[2]); /* The dump of the last one is written. */
    end(2, VM_STOP_PANIC);
    assert_int_equal(report(), HART_HOST_PARKED);
    test_expect("vm linux stopped: shutdown\nvm boot stopped: panic\n");
}

static void dump_is_seen_where_the_log_does_not_wait(void **state)
{
    (void)state;
    hv_events_panicked(&e, &vm[1]);
    assert_int_equal(e.dumps_dropped, 0);
}

/* ---- The machine's end ----------------------------------------------------------------------- */

static void use_finisher(void)
{
    e.finisher.base = FINISHER_VA;
    test_m.boot_table[(FINISHER_VA - SPACE_BASE) / HV_LEAF] = pte_leaf(HPA(0), PTE_R | PTE_W);
}

static void machine_ends_behind_the_last_vm(void **state)
{
    (void)state;
    use_finisher();
    for (uint32_t i = 0; i < VMS; i++) {
        end(i, i == 1 ? VM_STOP_REBOOT : VM_STOP_SHUTDOWN);
    }
    assert_int_equal(report(), HART_HOST_PARKED);
    assert_int_equal(test_m.resets, 1);
    assert_int_equal(test_m.reset_reason, 0);
    assert_int_equal(test_m.finisher_word, 0);
    assert_int_equal(drains, 0); /* The log has written directly. */
}

static void machine_has_failed_if_a_vm_has(void **state)
{
    (void)state;
    end(0, VM_STOP_SHUTDOWN);
    end(1, VM_STOP_TRAPS);
    end(2, VM_STOP_SHUTDOWN);
    assert_int_equal(report(), HART_HOST_PARKED);
    test_expect("vm linux stopped: shutdown\nvm rt stopped: traps\nvm boot stopped: shutdown\n");
    assert_int_equal(test_m.reset_reason, 1);
}

static void machine_has_failed_if_a_vm_was_not_built(void **state)
{
    (void)state;
    e.vm[2] = NULL;
    e.started = 3;
    end(0, VM_STOP_SHUTDOWN);
    end(1, VM_STOP_SHUTDOWN);
    assert_int_equal(report(), HART_HOST_PARKED);
    assert_int_equal(test_m.reset_reason, 1);
}

static unsigned relaxed;
static void count_relax(enum hart_host_wait why)
{
    relaxed += why == HART_HOST_RELAX;
}

/* Firmware's reset may report a success, so the finisher gets some time first. */
static void finisher_gets_a_second_before_srst(void **state)
{
    (void)state;
    use_finisher();
    test_m.time_step = TEST_HZ / 4;
    relaxed = 0;
    hart_host_on_wait(count_relax);
    uint64_t start = csr_read(CSR_TIME);
    assert_int_equal(hart_host_run(finish_as_failed, &e), HART_HOST_PARKED);
    assert_int_equal(test_m.finisher_word, FINISHER_WORD);
    assert_int_equal(relaxed, 3);
    assert_true(csr_read(CSR_TIME) - start > TEST_HZ);
    assert_int_equal(test_m.resets, 1);
    assert_int_equal(test_m.reset_reason, 1);
}

static void rings_are_drained_before_the_end(void **state)
{
    (void)state;
    static struct vconsole vc;
    log_attach(&the_log, &vc);
    assert_int_equal(hart_host_run(finish_as_success, &e), HART_HOST_PARKED);
    assert_int_equal(drains, 1);
    assert_int_equal(test_m.resets, 1);
    assert_int_equal(test_m.reset_reason, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(nothing_new_says_nothing, setup),
        cmocka_unit_test_setup(stopped_vm_is_reported_with_its_reason_once, setup),
        cmocka_unit_test_setup(fault_is_reported_with_its_place, setup),
        cmocka_unit_test_setup(exceeded_budget_is_reported_once_and_before_the_end, setup),
        cmocka_unit_test_setup(real_time_vm_sends_no_ipi_for_its_budget, setup),
        cmocka_unit_test_setup(vm_is_reported_behind_its_last_output, setup),
        cmocka_unit_test_setup(log_without_room_gets_its_lines_later, setup),
        cmocka_unit_test_setup(log_waits_until_the_last_vm_has_stopped, setup),
        cmocka_unit_test_setup(log_of_no_vm_does_not_wait, setup),
        cmocka_unit_test_setup(dumps_that_are_not_written_are_counted, setup),
        cmocka_unit_test_setup(dump_is_seen_where_the_log_does_not_wait, setup),
        cmocka_unit_test_setup(machine_ends_behind_the_last_vm, setup),
        cmocka_unit_test_setup(machine_has_failed_if_a_vm_has, setup),
        cmocka_unit_test_setup(machine_has_failed_if_a_vm_was_not_built, setup),
        cmocka_unit_test_setup(finisher_gets_a_second_before_srst, setup),
        cmocka_unit_test_setup(rings_are_drained_before_the_end, setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
