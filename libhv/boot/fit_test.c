/* SPDX-License-Identifier: Apache-2.0 */
/* Two VMs on machines that have less than they need; the console hart. */
#include "libhv/boot/boot.h"

#include "libhv/test_hv.h"

#define NO_HART CONFIG_NO_HART

const char hyp_build_name[] = "test";

static struct vm_mem mem[2];
static struct vm_device linux_device;
static struct vm_config vms[2];
static struct hyp_config config;
static struct hyp_device device;
static struct hyp_platform platform;
static const uint8_t linux_index[1];
static const uint8_t *const device_index[2] = {linux_index, NULL};
static const struct hyp_dtb dtbs[2];
static struct hv_build build;
static struct hv_boot b;
static struct log the_log;
static struct hv_boot_irqc irqc;

/* The linux VM has harts 0 and 1, the rt VM hart 2; hart 3 has no VM. */
static int setup(void **state)
{
    (void)state;
    test_machine_init();
    test_log_init(&the_log);
    for (uint32_t i = 0; i < 2; i++) {
        mem[i] = (struct vm_mem){.gpa = TEST_RAM, .size = 4 * HYP_MIB};
        vms[i] = (struct vm_config){.name = i == 0 ? "linux" : "rt",
                                    .vcpu_count = 2 - i,
                                    .hart_mask = i == 0 ? 3 : 4,
                                    .mem = &mem[i],
                                    .mem_count = 1,
                                    .entry = TEST_RAM,
                                    .irqc = {.model = HYP_IRQC_NONE},
                                    .real_time = i == 1};
    }
    linux_device = (struct vm_device){.name = "uart0", .gpa = TEST_UART};
    device = (struct hyp_device){.name = "uart0", .hpa = TEST_UART, .size = 0x1000};
    platform = (struct hyp_platform){.name = "board", .devices = &device, .device_count = 1};
    config = (struct hyp_config){
        .name = "two",
        .pool_size = TEST_POOL_SIZE,
        .console_hart = 3,
        .vms = vms,
        .vm_count = 2,
    };
    build = (struct hv_build){.config = &config,
                              .platform = &platform,
                              .dtbs = dtbs,
                              .device_index = device_index,
                              .image = &test_m.image};
    b = (struct hv_boot){
        .build = &build,
        .log = &the_log,
        .memory = {.image = &test_m.image, .load_hpa = TEST_LOAD, .pool_size = TEST_POOL_SIZE},
    };
    irqc = (struct hv_boot_irqc){.models = BIT(HYP_IRQC_PLIC)};
    return 0;
}

static uint32_t fit(void)
{
    test_write_tree();
    assert_int_equal(hv_boot_read_machine(&b, TEST_FDT), HYP_OK);
    assert_int_equal(machine_probe(&b.machine), HYP_OK);
    return hv_boot_fit(&b, &irqc);
}

/* ---- VMs ------------------------------------------------------------------------------------- */

static void vms_that_fit_are_placed_beside_the_hypervisor(void **state)
{
    (void)state;
    assert_int_equal(fit(), 3);
    test_expect("hyp: console_hart=3 pays=nobody\n");
    assert_int_equal(b.plan.runnable, 3);
    for (uint32_t i = 0; i < 2; i++) {
        struct range own = {TEST_LOAD, TEST_IMAGE_SIZE + TEST_POOL_SIZE};
        assert_false(range_overlaps(own, (struct range){b.plan.mem_hpa[i][0], mem[i].size}));
    }
    assert_int_equal(hv_boot_vm_of_hart(&b, 1), 0);
    assert_int_equal(hv_boot_vm_of_hart(&b, 2), 1);
    assert_int_equal(hv_boot_vm_of_hart(&b, 3), 2);
    assert_int_equal(hv_boot_vm_of_hart(&b, NO_HART), 2);
    assert_int_equal(hv_boot_harts_in_use(&b, 3), 15);
    assert_int_equal(hv_boot_harts_in_use(&b, NO_HART), 7);
}

static void vm_whose_hart_is_absent_does_not_run(void **state)
{
    (void)state;
    test_m.tree.harts = 2;
    assert_int_equal(fit(), 0);
    test_expect("hyp: config E-HART-ABSENT: vm rt needs hart 2, this machine has 2 harts\n"
                "hyp: config E-CONSOLE-HART: the console is on hart 3, this machine has 2 "
                "harts\n"
                "hyp: console_hart=0 configured=3\n"
                "hyp: console_hart=0 pays=linux bytes_per_ms=16\n");
    assert_int_equal(b.plan.runnable, 1);
    assert_int_equal(hv_boot_harts_in_use(&b, 0), 3);
}

static void vm_whose_own_harts_lack_an_extension_does_not_run(void **state)
{
    (void)state;
    vms[0].isa_required = "sstc";
    vms[1].isa_required = "sstc";
    test_m.tree.isa[1] = "rv64imafdch";
    assert_int_equal(fit(), 3);
    assert_int_equal(b.plan.runnable, 2);
    test_expect_line("hyp: config E-EXT-ABSENT: vm linux needs the ISA extension sstc, which "
                     "this machine lacks");
}

static void vm_with_the_firmwares_console_runs_only_if_the_log_waits(void **state)
{
    (void)state;
    vms[0].devices = &linux_device;
    vms[0].device_count = 1;
    (void)fit();
    assert_int_equal(b.plan.runnable, 3);
    test_m.tree.has_stdout = true;
    (void)fit();
    assert_int_equal(b.plan.runnable, 2);
    config.log_waits = true;
    (void)fit();
    assert_int_equal(b.plan.runnable, 3);
}

static void vm_whose_device_can_write_all_memory_is_named(void **state)
{
    (void)state;
    vms[0].devices = &linux_device;
    vms[0].device_count = 1;
    device.dma = true;
    linux_device.dma_trusted = true;
    (void)fit();
    test_expect_line("hyp: vm=linux contained=no");
}

/* ---- The console's hart ---------------------------------------------------------------------- */

static void console_is_beside_a_vm_where_no_hart_is_free(void **state)
{
    (void)state;
    test_m.tree.harts = 3;
    config.console_hart = 1;
    assert_int_equal(fit(), 1);
    test_expect("hyp: console_hart=1 pays=linux bytes_per_ms=16\n");
}

static void console_goes_to_a_free_hart_rather_than_to_its_own(void **state)
{
    (void)state;
    config.console_hart = 0;
    assert_int_equal(fit(), 3);
    test_expect("hyp: console_hart=3 configured=0\n"
                "hyp: console_hart=3 pays=nobody\n");
}

static void real_time_vms_that_own_all_harts_leave_no_console(void **state)
{
    (void)state;
    test_m.tree.harts = 3;
    vms[0].real_time = true;
    config.console_hart = 0;
    assert_int_equal(fit(), NO_HART);
    test_expect("hyp: console_hart=none reason=real-time-vms-own-all-harts "
                "vms_output=dropped\n");
}

/* If firmware cannot start the console hart, another one takes the console. */
static void hart_that_cannot_be_started_gets_no_console(void **state)
{
    (void)state;
    test_m.tree.harts = 5;
    test_m.unstartable = BIT(3);
    assert_int_equal(fit(), 4);
    test_expect("hyp: console_hart=4 configured=3\n"
                "hyp: console_hart=4 pays=nobody\n");
    test_m.unstartable = 0;
    test_m.started = BIT(3); /* Other software runs there. */
    assert_int_equal(fit(), 4);
    test_m.unstartable = BIT(4);
    assert_int_equal(fit(), 0); /* A VM's hart. */
}

static void vms_hart_that_cannot_be_started_keeps_the_console(void **state)
{
    (void)state;
    test_m.tree.harts = 3;
    test_m.hart.id = TEST_ID + 2; /* The rt VM's hart boots. */
    test_m.unstartable = 3;
    config.console_hart = 0;
    assert_int_equal(fit(), 0); /* Its VM does not run either. */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(vms_that_fit_are_placed_beside_the_hypervisor, setup),
        cmocka_unit_test_setup(vm_whose_hart_is_absent_does_not_run, setup),
        cmocka_unit_test_setup(vm_whose_own_harts_lack_an_extension_does_not_run, setup),
        cmocka_unit_test_setup(vm_with_the_firmwares_console_runs_only_if_the_log_waits, setup),
        cmocka_unit_test_setup(vm_whose_device_can_write_all_memory_is_named, setup),
        cmocka_unit_test_setup(console_is_beside_a_vm_where_no_hart_is_free, setup),
        cmocka_unit_test_setup(console_goes_to_a_free_hart_rather_than_to_its_own, setup),
        cmocka_unit_test_setup(real_time_vms_that_own_all_harts_leave_no_console, setup),
        cmocka_unit_test_setup(hart_that_cannot_be_started_gets_no_console, setup),
        cmocka_unit_test_setup(vms_hart_that_cannot_be_started_keeps_the_console, setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
