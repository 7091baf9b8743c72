/* SPDX-License-Identifier: Apache-2.0 */
/* The steps of boot in their order, from a device tree to VMs that run and end; and each refusal.
 */
#include "libhv/test_boot.h"

/* ---- A boot ---------------------------------------------------------------------------------- */

static void boot_says_what_it_finds_and_does(void **state)
{
    (void)state;
    test_boot();
    test_expect("hyp: build=test config=two harts=4 timebase_hz=1000000 "
                "build_id=0123456789abcdef00ff20202020202020202020\n"
                "hyp: sstc=1 svpbmt=1 gpa_bits=59 irq_sources=32 load=0x80200000\n"
                "hyp: svnapot=0 svadu=0 zicbom=0 zicboz=0 stateen=1 vector=0 vmid_bits=14\n"
                "hyp: seed=none vms_rng_seed=none vms_kaslr_seed=none\n"
                "hyp: console_hart=3 pays=nobody\n"
                "hyp: irqc=test imsic_ids=0 guest_files=0 ipi=path\n"
                "hyp: vm=linux memory=ram kept=0x400000\n"
                "hyp: vm=linux vcpus=2 harts=0x3 gpa_bits=41 state=started\n"
                "hyp: vm=rt memory=ram kept=0x400000\n"
                "hyp: vm=rt vcpus=1 harts=0x4 gpa_bits=41 state=started\n"
                "hyp: pool_used_kib=136 pool_peak_kib=136 pool_need_kib=260 pool_kib=1024\n"
                "hyp: space_leaves=302 write_exec=0 guest_pages=0 open_stacks=0\n"
                "hyp: vm=linux gstage_leaves=2 gstage_wrong=0\n"
                "hyp: vm=rt gstage_leaves=2 gstage_wrong=0\n");
    assert_int_equal(*(const uint32_t *)(uintptr_t)HV_BOOT_VA, 0); /* The tree is erased. */
    assert_int_equal(hv.vms.fdt_pa.start, TEST_FDT);
    assert_int_not_equal(hv.vms.fdt_pa.size, 0);
}

static void vm_gets_the_first_controller_that_the_machine_can_give(void **state)
{
    (void)state;
    test_boot();
    assert_ptr_equal(hv.build.config, &test_selection.config);
    assert_int_equal(hv.vms.vm[0]->vm.config->irqc.model, HYP_IRQC_APLIC);
    assert_int_equal(hv.vms.vm[1]->vm.config->irqc.model, HYP_IRQC_PLIC);
    assert_int_equal(hv.irqc.owner[TEST_UART_IRQ], HV_OWNER_CONSOLE);
}

static void vms_run_and_the_machine_ends_behind_the_last(void **state)
{
    (void)state;
    const char *text = "hello\n";
    test_boot();
    test_m.out_count = 0;
    world_host_set(test_guest, &text);
    assert_int_equal(test_run_hart(0), HART_HOST_PARKED);
    assert_int_equal(test_run_hart(1), HART_HOST_PARKED);
    text = "tick\n";
    assert_int_equal(test_run_hart(2), HART_HOST_PARKED);
    assert_int_equal(test_m.resets, 0);
    assert_int_equal(test_run_hart(3), HART_HOST_PARKED);
    test_expect("[linux] hello\n"
                "[rt] tick\n"
                "vm linux stopped: shutdown\n"
                "vm rt stopped: shutdown\n");
    assert_int_equal(test_m.resets, 1);
    assert_int_equal(test_m.reset_reason, 0);
    assert_int_equal(test_m.finisher_word, 0);
}

static void other_harts_are_started_each_with_its_struct(void **state)
{
    (void)state;
    test_boot();
    hv.harts.hart[0]->hart.entry = test_stay;
    assert_int_equal(hart_host_run(test_start_harts, NULL), HART_HOST_PARKED);
    assert_ptr_equal(hart_self(), &hv.harts.hart[0]->hart);
    assert_int_equal(test_m.started, 14);
    hpa_t last = phys_of_ptr(&hv.boot.memory.phys, hv.harts.hart[3]);
    assert_int_equal(test_m.start_opaque, last.a);
}

static void hart_that_does_not_start_takes_its_vm_with_it(void **state)
{
    (void)state;
    test_m.tree.harts = 5;
    test_write_tree();
    test_boot();
    test_m.out_count = 0;
    test_m.unstartable = BIT(1);
    hv.harts.hart[0]->hart.entry = test_stay;
    assert_int_equal(hart_host_run(test_start_harts, NULL), HART_HOST_PARKED);
    assert_int_equal(test_m.started, 12); /* Hart 4 has neither VM nor console. */
    const char *text = "";
    world_host_set(test_guest, &text);
    assert_int_equal(test_run_hart(0), HART_HOST_PARKED);
    assert_int_equal(test_run_hart(2), HART_HOST_PARKED);
    test_m.time_step = TEST_HZ / 100; /* The finisher gets a second. */
    assert_int_equal(test_run_hart(3), HART_HOST_PARKED);
    test_expect("hyp: hart=101 start_error=-3\n"
                "vm linux stopped: hart hart=101\n"
                "vm rt stopped: shutdown\n");
    assert_int_equal(test_m.reset_reason, 1);
    assert_int_equal(test_m.finisher_word, 0x3333);
}

/* ---- VMs that are refused -------------------------------------------------------------------- */

static void vm_that_does_not_fit_is_refused_and_the_other_runs(void **state)
{
    (void)state;
    test_m.tree.harts = 2;
    test_write_tree();
    test_boot();
    test_expect_line("hyp: vm=linux vcpus=2 harts=0x3 gpa_bits=41 state=started");
    test_expect_line("hyp: vm=rt state=refused");
    test_expect_line("hyp: vm=linux gstage_leaves=2 gstage_wrong=0");
    assert_null(hv.vms.vm[1]);
    assert_int_equal(test_audit.hgatp[1], 0);
    assert_int_equal(hv.events.started, 1);
}

static void vm_that_cannot_be_built_is_said_to_have_failed(void **state)
{
    (void)state;
    test_irqc.create_status = HYP_E_NOMEM;
    test_boot();
    test_expect_line("hyp: vm=linux state=failed error=nomem");
    assert_int_equal(hv.events.started, 0);
}

static void vm_whose_file_does_not_fit_is_refused_with_a_reason(void **state)
{
    (void)state;
    test_vms[0].kernel =
        (struct vm_blob){.name = "Image", .gpa = TEST_RAM, .max_size = 0x1000, .preloaded = true};
    test_m.tree.bootargs = "linux.kernel-size=0x1001";
    test_write_tree();
    test_boot();
    test_expect_line("hyp: config E-BLOB-SIZE: kernel-size of vm linux is 0x1001, its max_size is "
                     "4096");
    test_expect_line("hyp: vm=linux state=refused");
    test_expect_line("hyp: vm=rt vcpus=1 harts=0x4 gpa_bits=41 state=started");
}

/* ---- Machines that are refused --------------------------------------------------------------- */

static void expect_refusal(const char *line, bool finisher)
{
    assert_int_equal(hart_host_run(test_boot_machine, NULL), HART_HOST_PARKED);
    test_expect(line);
    assert_int_equal(test_m.resets, 1);
    assert_int_equal(test_m.reset_reason, 1);
    assert_int_equal(test_m.finisher_word, finisher ? 0x3333 : 0);
}

static void machine_whose_tree_cannot_be_read_is_refused(void **state)
{
    (void)state;
    test_m.closed = TEST_FDT;
    test_m.closed_to_loads = true;
    expect_refusal("hyp: machine=refused reason=device-tree-inaccessible\n", true);
    assert_int_equal(hv.events.timebase_hz, 2 * TEST_HZ); /* The platform's value. */
}

static void machine_with_a_malformed_tree_is_refused(void **state)
{
    (void)state;
    *(uint32_t *)(uintptr_t)HV_BOOT_VA = 0;
    expect_refusal("hyp: machine=refused reason=device-tree-malformed\n", true);
}

static void machine_without_a_timebase_is_refused(void **state)
{
    (void)state;
    test_m.tree.no_timebase = true;
    test_write_tree();
    expect_refusal("hyp: machine=refused reason=no-hart-or-timebase\n", true);
}

static void machine_without_a_hart_for_guests_is_refused(void **state)
{
    (void)state;
    test_m.tree.harts = 1;
    test_m.tree.isa[0] = "rv64imafdc";
    test_write_tree();
    expect_refusal("hyp: machine=refused reason=no-h-extension\n", true);
}

static void machine_without_a_g_stage_is_refused(void **state)
{
    (void)state;
    test_m.no_gstage = true;
    expect_refusal("hyp: machine=refused reason=no-h-extension\n", true);
}

/* A store to an address without a device faults. */
static void machine_that_lacks_the_finisher_ends_by_a_reset_alone(void **state)
{
    (void)state;
    test_m.no_gstage = true;
    test_m.tree.no_finisher = true;
    test_write_tree();
    expect_refusal("hyp: machine=refused reason=no-h-extension\n", false);
}

static void finisher_that_may_be_absent_is_not_written(void **state)
{
    (void)state;
    test_m.no_gstage = true;
    test_m.tree.more_devices = MACHINE_DEVICE_MAX; /* More than struct machine holds. */
    test_write_tree();
    expect_refusal("hyp: machine=refused reason=no-h-extension\n", false);
}

static void platform_without_a_finisher_ends_by_a_reset_alone(void **state)
{
    (void)state;
    test_platform.finisher_hpa = 0;
    test_m.no_gstage = true;
    expect_refusal("hyp: machine=refused reason=no-h-extension\n", false);
}

static void machine_without_free_ram_is_refused(void **state)
{
    (void)state;
    test_m.tree.reserved = (struct hyp_mem){TEST_POOL + 0x4000, 0x2000};
    test_write_tree();
    expect_refusal("hyp: machine=refused reason=pool-in-reserved-memory "
                   "pool=0x80240000+0x100000 reserved=0x80244000+0x2000\n",
                   true);
}

/* ---- A hart that cannot run guests ----------------------------------------------------------- */

static bool lacks_h(unsigned number)
{
    return number == CSR_HSTATUS;
}

static void hart_without_h_hands_over(void **state)
{
    (void)state;
    csr_host_set_absent(lacks_h);
    test_m.unstartable = BIT(1);
    assert_int_equal(hart_host_run(test_boot_machine, NULL), HART_HOST_PARKED);
    test_expect("");
    assert_int_equal(test_m.resets, 0);
    assert_int_equal(test_m.started, BIT(2));
    assert_int_equal(test_m.start_opaque, TEST_FDT);
    assert_int_equal(boot_tried, 1);
}

static void hart_that_the_tree_does_not_have_hands_over(void **state)
{
    (void)state;
    test_m.hart.id = 7;
    assert_int_equal(hart_host_run(test_boot_machine, NULL), HART_HOST_PARKED);
    assert_int_equal(test_m.started, BIT(0));
}

static void last_hart_without_h_refuses_the_machine(void **state)
{
    (void)state;
    csr_host_set_absent(lacks_h);
    test_m.unstartable = 15;
    expect_refusal("hyp: machine=refused reason=no-h-extension\n", true);
}

/* ---- Modules that are not there -------------------------------------------------------------- */

static void image_for_one_controller_has_no_choice_to_show(void **state)
{
    (void)state;
    test_modules = (struct hv_modules){.irqcs = test_irqcs, .irqc_count = 1};
    test_build.audit = NULL;
    test_vms[0].irqc.model = HYP_IRQC_APLIC;
    test_vms[1].irqc.model = HYP_IRQC_NONE;
    test_boot();
    assert_null(strstr(test_m.out, "irqc="));
    assert_null(strstr(test_m.out, "gstage_wrong"));
    assert_ptr_equal(hv.build.config, &test_config);
    assert_int_equal(hv.events.started, 3);
}

static void machine_without_a_controller_is_none(void **state)
{
    (void)state;
    test_irqc.is_absent = true;
    test_irqc.no_ipi_path = true;
    test_boot();
    test_expect_line("hyp: irqc=none imsic_ids=0 guest_files=0 ipi=sbi");
}

static void devices_that_cannot_be_mapped_are_done_without(void **state)
{
    (void)state;
    hv_init(&hv, &test_build, TEST_LOAD);
    hv_read_machine(&hv, TEST_FDT);
    hv_require_own_ram(&hv);
    hv_erase_fdt(&hv);
    hv_init_memory(&hv);
    hv.boot.memory.space.device_window.size = 0;
    hv_init_console(&hv);
    assert_int_equal(hv.events.finisher.base, 0);
    assert_ptr_equal(hv.console.dev.state, &hv.console.sbi_console);
    assert_int_equal(hv.irqc.owner[TEST_UART_IRQ], 0);
}

static void timers_are_their_own_harts(void **state)
{
    (void)state;
    test_m.tree.isa[2] = "rv64imafdch";
    test_write_tree();
    assert_int_equal(hart_host_run(test_boot_machine, NULL), HART_HOST_RETURNED);
    assert_true(hv.harts.hart[0]->timer.sstc);
    assert_false(hv.harts.hart[2]->timer.sstc);
}

static const char *broken;

static void note_and_park(const char *condition)
{
    broken = condition;
    hart_park();
}

static bool judge_unsound(struct hv_audit *a)
{
    assert_int_equal(a->stack_top[1][0], hv.harts.hart[1]->hart.stack_top);
    return false;
}

static void unsound_tables_stop_the_boot(void **state)
{
    (void)state;
    test_audit_module.run = judge_unsound;
    panic_host_set(note_and_park);
    assert_int_equal(hart_host_run(test_boot_all, NULL), HART_HOST_PARKED);
    assert_string_equal(broken, "sound");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(boot_says_what_it_finds_and_does, test_boot_setup),
        cmocka_unit_test_setup(vm_gets_the_first_controller_that_the_machine_can_give,
                               test_boot_setup),
        cmocka_unit_test_setup(vms_run_and_the_machine_ends_behind_the_last, test_boot_setup),
        cmocka_unit_test_setup(other_harts_are_started_each_with_its_struct, test_boot_setup),
        cmocka_unit_test_setup(hart_that_does_not_start_takes_its_vm_with_it, test_boot_setup),
        cmocka_unit_test_setup(vm_that_does_not_fit_is_refused_and_the_other_runs, test_boot_setup),
        cmocka_unit_test_setup(vm_that_cannot_be_built_is_said_to_have_failed, test_boot_setup),
        cmocka_unit_test_setup(vm_whose_file_does_not_fit_is_refused_with_a_reason,
                               test_boot_setup),
        cmocka_unit_test_setup(machine_whose_tree_cannot_be_read_is_refused, test_boot_setup),
        cmocka_unit_test_setup(machine_with_a_malformed_tree_is_refused, test_boot_setup),
        cmocka_unit_test_setup(machine_without_a_timebase_is_refused, test_boot_setup),
        cmocka_unit_test_setup(machine_without_a_hart_for_guests_is_refused, test_boot_setup),
        cmocka_unit_test_setup(machine_without_a_g_stage_is_refused, test_boot_setup),
        cmocka_unit_test_setup(machine_that_lacks_the_finisher_ends_by_a_reset_alone,
                               test_boot_setup),
        cmocka_unit_test_setup(finisher_that_may_be_absent_is_not_written, test_boot_setup),
        cmocka_unit_test_setup(platform_without_a_finisher_ends_by_a_reset_alone, test_boot_setup),
        cmocka_unit_test_setup(machine_without_free_ram_is_refused, test_boot_setup),
        cmocka_unit_test_setup(hart_without_h_hands_over, test_boot_setup),
        cmocka_unit_test_setup(hart_that_the_tree_does_not_have_hands_over, test_boot_setup),
        cmocka_unit_test_setup(last_hart_without_h_refuses_the_machine, test_boot_setup),
        cmocka_unit_test_setup(image_for_one_controller_has_no_choice_to_show, test_boot_setup),
        cmocka_unit_test_setup(machine_without_a_controller_is_none, test_boot_setup),
        cmocka_unit_test_setup(devices_that_cannot_be_mapped_are_done_without, test_boot_setup),
        cmocka_unit_test_setup(timers_are_their_own_harts, test_boot_setup),
        cmocka_unit_test_setup(unsound_tables_stop_the_boot, test_boot_setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
