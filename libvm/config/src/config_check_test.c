/* SPDX-License-Identifier: Apache-2.0 */
/* Rules that config_check() alone checks. */
#include "test_two_vms.h"

static void test_names(void **state)
{
    (void)state;
    static const char *const bad[] = {
        NULL, "", "A", "a b", "a/", "a:", "`", "{", "0123456789abcdef"};
    for (uint32_t i = 0; i < ARRAY_COUNT(bad); i++) {
        vms[0].name = bad[i];
        expect_one(CONFIG_VM_NAME, 1);
    }
    vms[0].name = "0123456789-_abz";
    expect_none();
    vms[0].name = "b";
    expect_one(CONFIG_VM_NAME_TWICE, 3);
}

static void test_memory_shape(void **state)
{
    (void)state;
    mem_b[0].gpa = 0x80000800;
    vms[1].entry = 0x80001000;
    expect_one(CONFIG_MEM_ALIGN, 2);
    mem_b[0].gpa = 0x80000000;
    mem_b[0].hpa = 0x123; /* Not fixed: not used. */
    expect_none();
    mem_a[0].hpa = 0xa0000800;
    expect_one(CONFIG_MEM_ALIGN, 1);
    mem_a[0].hpa = BIT(56);
    expect_one(CONFIG_MEM_RANGE, 1);
    mem_a[0].hpa = UINT64_MAX - 0xfff;
    expect_one(CONFIG_MEM_RANGE, 1);
    mem_a[0] = (struct vm_mem){
        .gpa = 0x80000000, .size = 64 * HYP_MIB, .hpa = 0xa0000000, .hpa_fixed = true, .access = 8};
    check();
    assert_true(was_reported(CONFIG_MEM_ACCESS));
    mem_a[0].access = HYP_ACCESS_W | HYP_ACCESS_X;
    expect_one(CONFIG_MEM_ACCESS, 1);
    mem_a[0].access = HYP_ACCESS_X;
    expect_none();
    mem_a[0].size = 0;
    check();
    assert_true(was_reported(CONFIG_MEM_RANGE));
}

static void test_memory_owned_twice(void **state)
{
    (void)state;
    mem_b[0].hpa_fixed = true;
    mem_b[0].hpa = 0xa3e00000;
    expect_text(3,
                "E-MEM-OVERLAP: host memory 0xa3e00000, 0x200000 bytes, is owned by vm a (mem[0]) "
                "and vm b (mem[0])");
    mem_b[0].hpa = 0x9ff00000;
    expect_text(3,
                "E-MEM-OVERLAP: host memory 0xa0000000, 0x100000 bytes, is owned by vm a (mem[0]) "
                "and vm b (mem[0])");
}

static void test_memory_twice_in_one_vm(void **state)
{
    (void)state;
    mem_a[1] =
        (struct vm_mem){.gpa = 0x90000000, .size = 0x1000, .hpa = 0xa0000000, .hpa_fixed = true};
    vms[0].mem_count = 2;
    expect_one(CONFIG_MEM_OVERLAP, 1);
    mem_a[1] =
        (struct vm_mem){.gpa = 0x90000000, .size = 0x1001, .hpa = 0xa0000000, .hpa_fixed = true};
    expect_one(CONFIG_MEM_ALIGN, 1);
}

static void test_images(void **state)
{
    (void)state;
    struct hyp_blob files[] = {{.name = "k", .size = 0x20001}, {.name = "b", .size = 1}};
    struct hyp_dtb dtbs[] = {{.size = 0x2001}, {.size = 0x2001}};
    vms[0].kernel = (struct vm_blob){"k", 0x80000000, 0x20000, true};
    vms[1].kernel = (struct vm_blob){"b", 0x80000000, 0x1000, false};
    vms[0].dtb_gpa = 0x80100000;
    vms[0].dtb_max_size = 0x2000;
    in.dtbs = dtbs;
    expect_one(CONFIG_DTB_SIZE, 1);
    dtbs[0].size = 0x2000;
    expect_none();
    in.blobs = files;
    in.blob_count = 2;
    expect_one(CONFIG_BLOB_SIZE, 1);
    files[0].name = "other";
    expect_none();
    vms[0].kernel.preloaded = false;
    expect_one(CONFIG_BLOB_ABSENT, 1);
    in.blobs = NULL;
    vms[0].dtb_gpa = 0x80020000;
    expect_none();
    vms[0].dtb_gpa = 0x8001fff8;
    expect_one(CONFIG_BLOB_OVERLAP, 1);
    vms[0].dtb_gpa = 0x83ffe008;
    expect_one(CONFIG_BLOB_OUTSIDE, 1);
    vms[0].dtb_gpa = 0x83ff000c;
    expect_one(CONFIG_DTB_ALIGN, 1);
}

/* Files that are known by name, and by what is in them. */
static void test_known_files(void **state)
{
    (void)state;
    struct hyp_blob files[] = {{.name = "k", .size = 1}, {.name = "b", .size = 1}};
    const char *formats[] = {NULL, "a poem"};
    const char *loads[] = {"l"};
    vms[0].kernel = (struct vm_blob){"k", 0x80000000, 0x1000, false};
    vms[1].kernel = (struct vm_blob){"b", 0x80000000, 0x1000, false};
    in.blobs = files;
    in.blob_count = 2;
    in.loads = loads;
    in.load_count = 1;
    expect_none();
    vms[0].initrd = (struct vm_blob){"l", 0x80010000, 0x1000, true};
    expect_none();
    vms[0].initrd.name = "k";
    expect_text(1,
                "E-BLOB-ABSENT: initrd \"k\" of vm a is in embed of the image, so it cannot have "
                ".preloaded = true");
    vms[0].initrd = (struct vm_blob){"l", 0x80010000, 0x1000, false};
    expect_text(1, "E-BLOB-ABSENT: initrd \"l\" of vm a is in loads of the image, so it needs "
                   ".preloaded = true");
    /* A name may be in both lists. */
    loads[0] = "k";
    vms[0].initrd = (struct vm_blob){"k", 0x80010000, 0x1000, true};
    expect_none();
    in.blob_formats = formats;
    expect_text(2, "E-BLOB-FORMAT: kernel \"b\" of vm b is a poem");
    vms[0].initrd.name = "b";
    loads[0] = "b";
    vms[1].kernel.name = "k";
    expect_none();
    /* The entry: in a file, in memory that is kept, or nowhere. */
    vms[0].entry = 0x80001000;
    expect_one(CONFIG_ENTRY_EMPTY, 1);
    vms[0].entry = 0x80010ffe;
    expect_none();
    vms[0].initrd.name = NULL;
    expect_one(CONFIG_ENTRY_EMPTY, 1);
    mem_a[0].keep = true;
    mem_a[0].name = "log";
    expect_none();
}

static void test_more_images(void **state)
{
    (void)state;
    char long_args[CONFIG_BOOTARGS_SIZE + 1];
    memset(long_args, 'x', sizeof(long_args));
    long_args[CONFIG_BOOTARGS_SIZE] = '\0';
    vms[0].bootargs = long_args;
    expect_one(CONFIG_BOOTARGS, 1);
    vms[0].bootargs = long_args + 1;
    expect_none();
    vms[1].kernel = (struct vm_blob){"k", 0x80000000, 0x20000, true};
    expect_one(CONFIG_BLOB_LOAD, 2);
    vms[1].kernel.max_size = 0x200001;
    expect_one(CONFIG_BLOB_OUTSIDE, 2);
    vms[1].kernel.name = NULL;
    vms[1].entry = 0x801fffff;
    check();
    assert_true(was_reported(CONFIG_ENTRY) && was_reported(CONFIG_ENTRY_ALIGN));
    vms[1].entry = 0x801ffffe;
    expect_none();
    mem_b[0].access = HYP_ACCESS_R;
    expect_one(CONFIG_ENTRY, 2);
    mem_b[0].access = HYP_ACCESS_R | HYP_ACCESS_X;
    expect_none();
}

static void test_dma(void **state)
{
    (void)state;
    devices_a[0] = (struct vm_device){"nic", 0x10001000, false};
    expect_one(CONFIG_DEV_DMA, 1);
    assert_false(config_vm_is_contained(&in, 0));
    assert_true(config_vm_is_contained(&in, 1));
    devices_a[0].dma_trusted = true;
    expect_one(CONFIG_DEV_DMA_GPA, 1);
    mem_a[0].gpa = vms[0].entry = mem_a[0].hpa;
    expect_none();
    assert_false(config_vm_is_contained(&in, 0));
    mem_a[0].hpa_fixed = false;
    expect_one(CONFIG_DEV_DMA_GPA, 1);
    devices[1].iommu = true;
    expect_none();
    assert_true(config_vm_is_contained(&in, 0));
}

static void test_device_places(void **state)
{
    (void)state;
    devices[2].hpa = 0x80200000;
    expect_text(1, "E-DEV-TAKEN: the page of device rtc at 0x80200000 is owned by vm a and the "
                   "hypervisor");
    devices[2].hpa = 0x80100000;
    expect_text(1, "E-DEV-TAKEN: the page of device rtc at 0x80100000 is owned by vm a and the "
                   "firmware");
    devices[2].hpa = BIT(56);
    expect_one(CONFIG_DEV_ALIGN, 1);
    devices[2].hpa = 0x10002000;
    devices[2].reg_size = 0x1001;
    expect_one(CONFIG_DEV_ALIGN, 1);
    devices[2].reg_size = 0x1000;
    devices_a[0].gpa = BIT(CONFIG_GPA_BITS_MAX);
    expect_one(CONFIG_GPA_RANGE, 1);
    in.machine = &machine;
    devices_a[0].gpa = BIT(41) - 0x1000;
    expect_none();
    devices_a[0].gpa = BIT(41);
    expect_one(CONFIG_GPA_RANGE, 1);
    in.machine = NULL;
    devices_a[0] = (struct vm_device){NULL, 0x10000000, false};
    expect_one(CONFIG_DEV_UNKNOWN, 1);
}

static void test_imsic_gpa(void **state)
{
    (void)state;
    machine.irqc_models = 7;
    in.machine = &machine;
    vms[0].irqc.model = HYP_IRQC_IMSIC;
    vms[0].irqc.imsic_gpa = BIT(41) - 0x2000;
    expect_none();
    vms[0].irqc.imsic_gpa = BIT(41);
    expect_text(1, "E-GPA-RANGE: gpa 0x20000000000 of IMSICs in vm a is beyond what this machine "
                   "can map");
    vms[0].irqc.imsic_gpa = 0x80000000 - 0x1000;
    vms[0].vcpu_count = 1;
    vms[0].hart_mask = 1;
    expect_none();
    vms[0].vcpu_count = 2;
    vms[0].hart_mask = 3;
    check();
    assert_true(was_reported(CONFIG_GPA_OVERLAP) && was_reported(CONFIG_GPA_ALIGN));
    vms[0].irqc.imsic_gpa = vms[0].irqc.gpa + HYP_APLIC_SIZE;
    expect_none();
    vms[0].irqc.model = HYP_IRQC_APLIC;
    vms[0].irqc.imsic_gpa = 1;
    expect_none();
}

/* The pages of a device also hold a device without owner, or reserved registers. */
static void test_device_neighbours(void **state)
{
    (void)state;
    static const struct hyp_regs taken[] = {{"the firmware's timer", {0x2000000, 0x1000}}};
    devices[2].hpa = 0x10000000;
    devices[2].size = 0x2000;
    check(); /* They hold the nic, which nobody owns, and the console's UART. */
    assert_int_equal(reported_count, 2);
    assert_int_equal(reported[0].violation.rule, CONFIG_DEV_OVERLAP);
    assert_string_equal(reported[0].text,
                        "the page of device rtc at 0x10000000 is owned by vm a and device nic");
    assert_int_equal(reported[1].violation.rule, CONFIG_DEV_OVERLAP);
    assert_string_equal(reported[1].text,
                        "the page of device rtc at 0x10000000 is owned by vm a and the console "
                        "(device uart0)");
    platform.uart.device = NULL;
    devices[2].hpa = 0x10001000;
    devices[2].size = 0x1000;
    expect_one(CONFIG_DEV_OVERLAP, 1);
    platform.finisher_hpa = 0x100010;
    devices[2].hpa = 0x100000;
    expect_text(1, "E-DEV-OVERLAP: the page of device rtc at 0x100000 is owned by vm a and the "
                   "hypervisor's fail register");
    platform.reserved = taken;
    platform.reserved_count = 1;
    devices[2].hpa = 0x1fff000;
    expect_none();
    devices[2].size = 0x2000;
    expect_text(1, "E-DEV-OVERLAP: the page of device rtc at 0x1fff000 is owned by vm a and the "
                   "firmware's timer");
}

static void test_devices_of_two(void **state)
{
    (void)state;
    struct vm_device other[] = {{"uart0", 0x10000000, false}, {"nothing", 0, false}};
    /* The UART belongs to the console while there is one, else to the log unless that waits. */
    vms[1].devices = other;
    vms[1].device_count = 1;
    vms[1].irqc = vms[0].irqc;
    expect_text(2, "E-DEV-TWICE: device uart0 is owned by vm b and the console");
    vms[1].console.kind = VM_CONSOLE_NONE;
    expect_text(2, "E-DEV-TWICE: device uart0 is owned by vm b and the log");
    config.log_waits = true;
    expect_none();
    vms[1].console.kind = VM_CONSOLE_SBI;
    platform.uart.device = NULL;
    expect_one(CONFIG_LOG_WAITS, 2);
    config.log_waits = false;
    expect_none();
    /* Devices of one owner may share a page. */
    devices[2].hpa = 0x10000000;
    expect_one(CONFIG_DEV_OVERLAP, 3);
    devices_a[1] = (struct vm_device){"uart0", 0x10005000, false};
    vms[0].device_count = 2;
    vms[1].device_count = 0;
    expect_none();
    devices[0].irq[0] = 13;
    expect_none();
    devices[2].hpa = 0x10002000;
    platform.uart.device = "uart0";
    vms[0].device_count = 1;
    expect_text(
        1,
        "E-IRQ-TWICE: interrupt 13 is owned by vm a (device rtc) and the console (device uart0)");
    vms[1].devices = other + 1;
    vms[1].device_count = 1;
    check();
    assert_true(was_reported(CONFIG_DEV_UNKNOWN));
}

static void test_interrupts(void **state)
{
    (void)state;
    devices[2].irq[1] = 14;
    devices[2].irq[2] = 15;
    devices[2].irq[3] = 16;
    expect_none();
    vms[0].console = (struct vm_console){VM_CONSOLE_VUART, 0x20000000, 16};
    expect_one(CONFIG_IRQ_CLASH, 1);
    vms[0].console.irq = 64;
    expect_one(CONFIG_IRQ_GUEST, 1);
    vms[0].console.irq = 0;
    expect_none();
    vms[0].irqc.source_count = 16;
    expect_one(CONFIG_IRQ_GUEST, 1);
    vms[0].irqc.source_count = 1;
    expect_one(CONFIG_IRQC_SOURCES, 1);
    vms[0].irqc.source_count = 1025;
    expect_one(CONFIG_IRQC_SOURCES, 1);
    /* A VM without a controller has no interrupt of a device or of the virtual UART. */
    vms[0].irqc.model = HYP_IRQC_NONE;
    expect_text(1, "E-IRQC-NONE: vm a has interrupt 13 (rtc), but no interrupt controller");
    devices[2].irq[0] = 0;
    expect_none();
    vms[0].console.irq = 1;
    expect_text(1, "E-IRQC-NONE: vm a has interrupt 1 (console), but no interrupt controller");
}

static void test_keys(void **state)
{
    (void)state;
    config.log_key = 1;
    expect_text(3, "E-CONSOLE-KEY: the key 0x1 of the log is taken by QEMU");
    config.log_key = 0;
    config.console_key = 0x1e; /* The log's by default. */
    expect_text(3, "E-CONSOLE-KEY: the key 0x1e of the log is taken by the console");
    config.log_key = 0x1c;
    expect_none();
    config.terminal_key = 0x1c;
    expect_text(3, "E-CONSOLE-KEY: the key 0x1c of the terminal is taken by the log");
    config.terminal_key = 1;
    expect_text(3, "E-CONSOLE-KEY: the key 0x1 of the terminal is taken by QEMU");
    config.terminal_key = 0;
    config.console_key = 0x1f; /* The terminal's by default. */
    expect_text(3, "E-CONSOLE-KEY: the key 0x1f of the terminal is taken by the console");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_names, set_up),
        cmocka_unit_test_setup(test_memory_shape, set_up),
        cmocka_unit_test_setup(test_memory_owned_twice, set_up),
        cmocka_unit_test_setup(test_memory_twice_in_one_vm, set_up),
        cmocka_unit_test_setup(test_images, set_up),
        cmocka_unit_test_setup(test_known_files, set_up),
        cmocka_unit_test_setup(test_more_images, set_up),
        cmocka_unit_test_setup(test_dma, set_up),
        cmocka_unit_test_setup(test_device_places, set_up),
        cmocka_unit_test_setup(test_imsic_gpa, set_up),
        cmocka_unit_test_setup(test_device_neighbours, set_up),
        cmocka_unit_test_setup(test_devices_of_two, set_up),
        cmocka_unit_test_setup(test_interrupts, set_up),
        cmocka_unit_test_setup(test_keys, set_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
