/* SPDX-License-Identifier: Apache-2.0 */
/* The checker on machines that have less than promised, its placement, its sentences. */
#include <hyp/vm/config_check.h>

#include <hyp/base/bits.h>
#include <hyp/vm/footprint.h>
#include <hyp/vm/guest_isa.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* Two VMs on a board; each test changes what it is about. */
static struct hyp_mem ram[2];
static struct hyp_device devices[3];
static struct hyp_platform platform;
static struct vm_mem mem_a[CONFIG_MEM_MAX];
static struct vm_mem mem_b[CONFIG_MEM_MAX];
static struct vm_device devices_a[2];
static struct vm_config vms[HYP_VM_MAX];
static struct hyp_config config;
static struct hyp_mem reserved[1];
static struct config_machine machine;
static struct config_input in;
static struct config_plan plan;

/* What was told. */
static struct config_finding findings[64];
static uint32_t told;

static void sink(void *arg, const struct config_finding *finding)
{
    assert_ptr_equal(arg, findings);
    assert_true(told < ARRAY_COUNT(findings));
    findings[told++] = *finding;
}

static void set_platform(void)
{
    ram[0] = (struct hyp_mem){0x80000000, HYP_GIB};
    devices[0] =
        (struct hyp_device){"uart0", "ns16550a", 0x10000000, 0x1000, 0x100, {10}, .dma = false};
    devices[1] =
        (struct hyp_device){"nic", "x,nic", 0x10001000, 0x1000, 0x1000, {11, 12}, .dma = true};
    devices[2] =
        (struct hyp_device){"rtc", "x,rtc", 0x10002000, 0x1000, 0x1000, {13}, .dma = false};
    platform =
        (struct hyp_platform){.name = "board",
                              .mem = ram,
                              .mem_count = 1,
                              .firmware = {0x80000000, 0x200000},
                              .load_hpa = 0x80200000,
                              .hart_count = 4,
                              .timebase_hz = 1000000,
                              .irqc = {.hpa = 0xc000000, .size = 0x600000, .source_count = 64},
                              .uart = {.device = "uart0"},
                              .devices = devices,
                              .device_count = 3};
}

static int set_up(void **state)
{
    (void)state;
    memset(vms, 0, sizeof(vms));
    set_platform();
    mem_a[0] = (struct vm_mem){
        .gpa = 0x80000000, .size = 64 * HYP_MIB, .hpa = 0xa0000000, .hpa_fixed = true};
    mem_b[0] = (struct vm_mem){.gpa = 0x80000000, .size = 2 * HYP_MIB};
    devices_a[0] = (struct vm_device){"rtc", 0x10002000, false};
    vms[0] = (struct vm_config){.name = "a",
                                .vcpu_count = 2,
                                .hart_mask = 0x3,
                                .mem = mem_a,
                                .mem_count = 1,
                                .entry = 0x80000000,
                                .devices = devices_a,
                                .device_count = 1,
                                .irqc = {.gpa = 0xc000000, .source_count = 64}};
    vms[1] = (struct vm_config){.name = "b",
                                .vcpu_count = 1,
                                .mem = mem_b,
                                .mem_count = 1,
                                .entry = 0x80000000,
                                .console = {.kind = VM_CONSOLE_SBI},
                                .irqc = {.absent = true},
                                .real_time = true};
    config = (struct hyp_config){
        .name = "two", .pool_size = HYP_MIB, .console_hart = 0, .vms = vms, .vm_count = 2};
    reserved[0] = (struct hyp_mem){0x80000000, 0x80000};
    machine = (struct config_machine){.hart_count = 4,
                                      .mem = ram,
                                      .mem_count = 1,
                                      .reserved = reserved,
                                      .reserved_count = 1,
                                      .hypervisor = {0x80200000, 0x300000},
                                      .source_count = 64,
                                      .irqc_models = BIT(HYP_IRQC_PLIC),
                                      .gpa_bits = 41,
                                      .isa = GUEST_ISA_ALL};
    in = (struct config_input){.config = &config, .platform = &platform};
    return 0;
}

/* What config_fit() tells is what config_check() told first, word for word. */
static void same_sink(void *arg, const struct config_finding *finding)
{
    uint32_t *n = arg;
    struct config_finding expected = findings[*n];
    assert_true(*n < told);
    assert_string_equal(finding->text, expected.text);
    expected.text = finding->text;
    assert_memory_equal(finding, &expected, sizeof(expected));
    ++*n;
}

static bool is_of_fit(enum config_rule rule)
{
    return rule <= CONFIG_POOL_SIZE;
}

/* Every rule; and those of the world by themselves. */
static void check(void)
{
    struct config_plan fit;
    uint32_t n = 0;
    told = 0;
    config_check(&in, &plan, sink, findings);
    assert_int_equal(plan.finding_count, told);
    config_fit(&in, &fit, same_sink, &n);
    assert_int_equal(fit.finding_count, n);
    for (uint32_t i = n; i < told; i++) {
        assert_false(is_of_fit(findings[i].rule));
    }
    assert_memory_equal(fit.harts, plan.harts, sizeof(fit.harts));
    assert_memory_equal(fit.mem_hpa, plan.mem_hpa, sizeof(fit.mem_hpa));
    assert_true(fit.pool_need == plan.pool_need);
    assert_int_equal(plan.runnable & ~fit.runnable, 0);
    assert_true(n != told || plan.runnable == fit.runnable);
}

/* Exactly one finding: this rule, blocking these VMs. */
static void expect_one(enum config_rule rule, uint32_t blocked)
{
    check();
    assert_int_equal(told, 1);
    assert_ptr_equal(findings[0].text, config_rule_text(rule));
    assert_int_equal(findings[0].blocked, blocked);
    assert_int_equal(plan.runnable, 3u & ~blocked);
}

static void expect_none(void)
{
    check();
    assert_int_equal(told, 0);
    assert_int_equal(plan.runnable, BIT(config.vm_count) - 1);
}

static bool was_told(enum config_rule rule)
{
    for (uint32_t i = 0; i < told; i++) {
        if (findings[i].rule == rule) {
            return true;
        }
    }
    return false;
}

/* ---- The machine has less ---- */

static void test_build_and_boot_agree(void **state)
{
    (void)state;
    expect_none();
    struct config_plan at_build = plan;
    in.machine = &machine;
    expect_none();
    assert_memory_equal(&plan, &at_build, sizeof(plan));
}

static void test_missing_harts(void **state)
{
    (void)state;
    in.machine = &machine;
    machine.hart_count = 2;
    expect_one(CONFIG_HART_FREE, 2);
    assert_int_equal(findings[0].y, 0);
    machine.hart_count = 1;
    check();
    assert_int_equal(plan.runnable, 0);
    vms[0].vcpus_as_found = true;
    expect_one(CONFIG_HART_FREE, 2);
    assert_int_equal(plan.harts[0], 1);
    vms[0].hart_mask = 0x6;
    check();
    assert_true(was_told(CONFIG_HART_ABSENT));
}

static void test_missing_console_hart(void **state)
{
    (void)state;
    config.console_hart = 3;
    expect_none();
    in.machine = &machine;
    machine.hart_count = 3;
    expect_one(CONFIG_CONSOLE_HART, 0);
    config.console_hart = 64;
    expect_one(CONFIG_CONSOLE_HART, 0);
    machine.hart_count = 100;
    expect_one(CONFIG_CONSOLE_HART, 0);
}

static void test_missing_memory(void **state)
{
    (void)state;
    in.machine = &machine;
    ram[0].size = 0x22000000;
    expect_one(CONFIG_MEM_ABSENT, 1);
    assert_int_equal(findings[0].x, 0xa2000000);
    assert_int_equal(findings[0].y, 0x2000000);
    /* Touching ranges are as good as one; a hole is not. */
    ram[1] = (struct hyp_mem){0xa2000000, 0x2000000};
    machine.mem_count = 2;
    expect_none();
    ram[1].hpa += 0x1000;
    expect_one(CONFIG_MEM_ABSENT, 1);
    ram[0].size = 0;
    check();
    assert_true(was_told(CONFIG_MEM_FULL));
    assert_int_equal(plan.runnable, 0);
}

static void test_reserved_memory(void **state)
{
    (void)state;
    in.machine = &machine;
    reserved[0] = (struct hyp_mem){0xa3fff000, 0x10000};
    expect_one(CONFIG_MEM_FIRMWARE, 1);
    assert_int_equal(findings[0].x, 0xa3fff000);
    assert_int_equal(findings[0].y, 0x1000);
    machine.hypervisor = (struct hyp_mem){0xa0000000, 0x1000};
    check();
    assert_true(was_told(CONFIG_MEM_HYP));
    assert_int_equal(plan.runnable, 2);
}

static void test_missing_extension(void **state)
{
    (void)state;
    vms[1].isa_needs = " sstc  svpbmt";
    expect_none();
    in.machine = &machine;
    expect_none();
    machine.isa &= ~BIT(GUEST_ISA_SVPBMT);
    expect_one(CONFIG_EXT_ABSENT, 2);
    assert_string_equal(findings[0].thing, "svpbmt");
    machine.gpa_bits = 0;
    check();
    assert_true(was_told(CONFIG_EXT_ABSENT));
    assert_int_equal(plan.runnable, 0);
    assert_int_equal(plan.mem_hpa[0][0], CONFIG_NOWHERE);
}

/* Extensions that the harts above 1 lack; harts 0 and 1 have all of machine.isa. */
static uint64_t others_lack;

static uint64_t isa_of_harts(const void *ctx, uint64_t harts)
{
    assert_ptr_equal(ctx, &machine);
    assert_int_not_equal(harts, 0);
    return (harts & ~UINT64_C(3)) != 0 ? machine.isa & ~others_lack : machine.isa;
}

/* Only a VM's own harts must have the extensions that it needs. */
static void test_extensions_of_own_harts(void **state)
{
    (void)state;
    in.machine = &machine;
    machine.isa_of_harts = isa_of_harts;
    machine.isa_ctx = &machine;
    vms[0].isa_needs = "sstc";
    vms[1].isa_needs = "svpbmt";
    others_lack = 0;
    expect_none();
    others_lack = BIT(GUEST_ISA_SSTC);
    expect_none();
    others_lack = BIT(GUEST_ISA_SVPBMT);
    expect_one(CONFIG_EXT_ABSENT, 2);
    vms[0].hart_mask = 0x6;
    vms[1].hart_mask = 0x1;
    others_lack = BIT(GUEST_ISA_SSTC) | BIT(GUEST_ISA_SVPBMT);
    vms[1].real_time = false;
    expect_one(CONFIG_EXT_ABSENT, 1);
    /* IMSICs need Ssaia on these harts as well. */
    vms[0].isa_needs = vms[1].isa_needs = NULL;
    others_lack = BIT(GUEST_ISA_SSAIA);
    machine.irqc_models = 7;
    vms[0].irqc.model = HYP_IRQC_IMSIC;
    vms[0].irqc.imsic_gpa = 0x28000000;
    expect_one(CONFIG_IRQC_MODEL, 1);
    vms[0].hart_mask = 0x3;
    vms[1].hart_mask = 0x4;
    expect_none();
}

static void test_missing_interrupts(void **state)
{
    (void)state;
    in.machine = &machine;
    machine.source_count = 13;
    expect_one(CONFIG_IRQ_ABSENT, 1);
    assert_int_equal(findings[0].y, 12);
    machine.source_count = 0;
    expect_one(CONFIG_IRQ_ABSENT, 1);
    assert_int_equal(findings[0].y, 0);
}

/* A hart without context is a finding if its VM has interrupts; a VM without any is refused. */
static void test_harts_without_context(void **state)
{
    (void)state;
    in.machine = &machine;
    machine.no_context = 0xc;
    expect_none();
    machine.no_context = 0xe;
    expect_one(CONFIG_IRQ_HART, 0);
    assert_int_equal(findings[0].x, 1);
    assert_string_equal(findings[0].a.name, "a");
    assert_int_equal(plan.no_context[0], 0x2);
    assert_int_equal(plan.no_context[1], 0);
    machine.no_context = 0x3;
    check();
    assert_int_equal(told, 2);
    assert_int_equal(findings[0].blocked, 1);
    assert_int_equal(findings[1].x, 1);
    assert_int_equal(plan.runnable, 2);
    devices[2].irq[0] = 0;
    expect_none();
    assert_int_equal(plan.no_context[0], 0);
    devices[2].irq[0] = 13;
    vms[0].irqc.absent = true;
    expect_none();
    /* An APLIC is passed through in part: each hart needs a context. */
    vms[0].irqc.absent = false;
    vms[0].irqc.model = HYP_IRQC_APLIC;
    vms[0].device_count = 0;
    machine.irqc_models = 7;
    machine.no_context = 0x2;
    expect_one(CONFIG_IRQ_HART, 1);
    vms[0].irqc.model = HYP_IRQC_IMSIC;
    vms[0].irqc.imsic_gpa = 0x28000000;
    expect_one(CONFIG_IRQ_HART, 1);
    machine.no_context = 0xc;
    expect_none();
}

/* One line each, and for VMs that have a controller. */
static void test_irqc_models(void **state)
{
    static const char *const things[] = {"a PLIC", "an APLIC", "IMSICs"};
    (void)state;
    vms[0].irqc.imsic_gpa = 0x28000000;
    for (uint32_t model = 0; model < ARRAY_COUNT(things); model++) {
        vms[0].irqc.model = (enum hyp_irqc_model)model;
        in.machine = NULL;
        platform.irqc.model = (enum hyp_irqc_model)model;
        expect_none();
        platform.irqc.model = (enum hyp_irqc_model)((model + 1) % ARRAY_COUNT(things));
        in.other_machine = true;
        expect_none();
        in.other_machine = false;
        if (model == HYP_IRQC_PLIC) {
            expect_none(); /* It is all software. */
        } else {
            expect_one(CONFIG_IRQC_MODEL, 1);
            assert_string_equal(findings[0].b.kind, "platform");
            assert_string_equal(findings[0].thing, things[model]);
        }
        in.machine = &machine;
        machine.irqc_models = (uint32_t)BIT(model);
        expect_none();
        machine.irqc_models ^= 7;
        expect_one(CONFIG_IRQC_MODEL, 1);
        assert_string_equal(findings[0].thing, things[model]);
    }
    machine.irqc_models = 7;
    machine.isa &= ~BIT(GUEST_ISA_SSAIA);
    expect_one(CONFIG_IRQC_MODEL, 1);
    vms[0].irqc.model = HYP_IRQC_APLIC;
    expect_none();
    machine.irqc_models = 0;
    vms[0].irqc.absent = true;
    expect_none();
}

static void test_small_pool_at_boot(void **state)
{
    (void)state;
    config.pool_size = 64 * HYP_KIB;
    expect_one(CONFIG_POOL_SIZE, 3);
    in.machine = &machine;
    expect_one(CONFIG_POOL_SIZE, 0);
}

/* ---- Decisions ---- */

static void test_harts(void **state)
{
    (void)state;
    check();
    assert_int_equal(plan.harts[0], 0x3);
    assert_int_equal(plan.harts[1], 0x4);
    /* Named harts are kept for whom they name; a real-time VM keeps off the console's. */
    vms[0].hart_mask = 0xe;
    expect_one(CONFIG_HART_FREE, 2);
    config.console_hart = 2;
    expect_none();
    assert_int_equal(plan.harts[0], 0x6);
    assert_int_equal(plan.harts[1], 0x1);
    vms[1].vcpu_count = 3;
    vms[1].vcpus_as_found = true;
    expect_none();
    assert_int_equal(plan.harts[1], 0x1);
    vms[1].vcpu_count = 0;
    expect_one(CONFIG_VCPU_COUNT, 2);
}

static void expect_console(uint32_t hart, uint32_t vm)
{
    check();
    plan.runnable = 3; /* At boot, where the machine lacks the configured one. */
    assert_int_equal(config_console_hart(&in, &plan, 0), hart);
    if (hart != CONFIG_NO_HART) {
        assert_int_equal(config_vm_of_hart(&in, &plan, hart), vm);
    }
}

static void test_console_hart(void **state)
{
    (void)state;
    const uint32_t nobody = 2;
    platform.hart_count = 3; /* a has 0 and 1, b, a real-time VM, has 2 */
    expect_console(0, 0);
    config.console_hart = 1;
    expect_console(1, 0);
    config.console_hart = 5;
    expect_console(0, 0);
    platform.hart_count = 4;
    expect_console(3, nobody);
    config.console_hart = 0;
    expect_console(3, nobody);
    platform.hart_count = 8;
    expect_console(3, nobody);
    config.console_hart = 5;
    expect_console(5, nobody);
    /* Some cannot be started; what a VM has is that VM's to lose. */
    assert_int_equal(config_console_hart(&in, &plan, BIT(5)), 3);
    assert_int_equal(config_console_hart(&in, &plan, BIT(3) | BIT(5)), 4);
    assert_int_equal(config_console_hart(&in, &plan, UINT64_MAX), 0);
    /* What a VM that cannot run was given is free. */
    platform.hart_count = 3;
    config.console_hart = 0;
    check();
    plan.runnable = 2;
    assert_int_equal(config_console_hart(&in, &plan, 0), 0);
    assert_int_equal(config_vm_of_hart(&in, &plan, 0), nobody);
    plan.runnable = 1;
    assert_int_equal(config_console_hart(&in, &plan, 0), 2);
    /* Real-time VMs have all. */
    vms[0].real_time = true;
    plan.runnable = 3;
    assert_int_equal(config_console_hart(&in, &plan, 0), CONFIG_NO_HART);
}

static void test_all_64_harts(void **state)
{
    (void)state;
    config.pool_size = 4 * HYP_MIB;
    platform.hart_count = 64;
    vms[0].vcpu_count = 63;
    vms[0].hart_mask = UINT64_MAX - 1;
    vms[1].real_time = false;
    expect_none();
    assert_true(plan.harts[0] == UINT64_MAX - 1 && plan.harts[1] == 1);
    vms[0].hart_mask = UINT64_MAX;
    vms[0].vcpu_count = 64;
    expect_one(CONFIG_HART_FREE, 2);
    vms[0].vcpu_count = 2;
    vms[0].hart_mask = 0x3;
    vms[1].real_time = true;
    config.console_hart = 63;
    expect_none();
    assert_int_equal(plan.harts[1], 0x4);
}

static void test_placement(void **state)
{
    (void)state;
    check();
    /* Behind firmware, image (2 MiB) and pool (1 MiB), congruent modulo 2 MiB. */
    assert_int_equal(plan.mem_hpa[1][0], 0x80600000);
    mem_b[0].gpa = 0x80001000;
    vms[1].entry = 0x80001000;
    expect_none();
    assert_int_equal(plan.mem_hpa[1][0], 0x80601000);
    mem_b[0].size = 0x1ff000;
    expect_none();
    assert_int_equal(plan.mem_hpa[1][0], 0x80500000);
}

static void test_placement_falls_back(void **state)
{
    (void)state;
    config.pool_size = 4 * HYP_MIB; /* Leaves of 4 KiB cost tables. */
    mem_b[0].size = HYP_GIB;
    ram[0].size = 0xc0000000;
    expect_none();
    assert_int_equal(plan.mem_hpa[1][0], 0xc0000000);
    ram[0].size = 0x70000000;
    expect_none();
    assert_int_equal(plan.mem_hpa[1][0], 0xa4000000);
    ram[0] = (struct hyp_mem){0x80000000, 0x24000000};
    ram[1] = (struct hyp_mem){0xb0001000, HYP_GIB};
    platform.mem_count = 2;
    expect_none();
    assert_int_equal(plan.mem_hpa[1][0], 0xb0001000);
}

static void test_placement_avoids_what_is_taken(void **state)
{
    (void)state;
    devices[1].hpa = 0x80600000;
    expect_none();
    assert_int_equal(plan.mem_hpa[1][0], 0x80800000);
    platform.irqc.hpa = 0x80800000;
    platform.irqc.size = 0x1000;
    expect_none();
    assert_int_equal(plan.mem_hpa[1][0], 0x80a00000);
    /* A device whose range wraps ends the search, not the checker's patience. */
    ram[0] = (struct hyp_mem){UINT64_MAX - 0x3fffffff, 0x3ffff000};
    devices[1].hpa = UINT64_MAX - 0x3fffffff;
    devices[1].size = UINT64_MAX;
    check();
    assert_true(was_told(CONFIG_MEM_FULL));
    assert_int_equal(plan.mem_hpa[1][0], CONFIG_NOWHERE);
}

static void test_placement_at_the_end_of_addresses(void **state)
{
    (void)state;
    ram[0] = (struct hyp_mem){UINT64_MAX - 0xfff, 0x1000};
    check();
    assert_int_equal(plan.mem_hpa[1][0], CONFIG_NOWHERE);
    /* Higher than any 2 MiB boundary below 2^64 that is congruent to the gpa. */
    mem_b[0].gpa = 0x80000000;
    ram[0] = (struct hyp_mem){UINT64_MAX - 0x1ffffe, 0x1ff000};
    check();
    assert_int_equal(plan.mem_hpa[1][0], CONFIG_NOWHERE);
}

static void test_gpa_to_hpa(void **state)
{
    (void)state;
    check();
    assert_int_equal(config_gpa_to_hpa(&in, &plan, 0, 0x80200000, 0x1000), 0xa0200000);
    assert_int_equal(config_gpa_to_hpa(&in, &plan, 1, 0x801ff000, 0x1000), 0x807ff000);
    assert_int_equal(config_gpa_to_hpa(&in, &plan, 1, 0x801ff001, 0x1000), CONFIG_NOWHERE);
    plan.mem_hpa[1][0] = CONFIG_NOWHERE;
    assert_int_equal(config_gpa_to_hpa(&in, &plan, 1, 0x80000000, 0x1000), CONFIG_NOWHERE);
}

static void test_hypervisor_memory(void **state)
{
    (void)state;
    struct hyp_blob files[] = {{.name = "k", .size = 5000}, {.name = "x", .size = 1}};
    vms[0].kernel = (struct vm_blob){"k", 0x80000000, 0x10000, false};
    vms[0].initrd = (struct vm_blob){"i", 0x80100000, 0x10000, true};
    assert_int_equal(config_hypervisor_mem(&in).size, 0x310000);
    in.blobs = files;
    in.blob_count = 2;
    assert_int_equal(config_hypervisor_mem(&in).size, 0x303000);
    in.image_bound = 0x1000;
    assert_int_equal(config_hypervisor_mem(&in).size, 0x104000);
    expect_none();
    platform.load_hpa = 0xbff00000;
    expect_one(CONFIG_HYP_RAM, 3);
    platform.load_hpa = BIT(56);
    expect_one(CONFIG_HYP_RAM, 3);
    platform.load_hpa = 0x80200000;
    in.machine = &machine;
    expect_none();
    assert_int_equal(config_hypervisor_mem(&in).size, 0x300000);
}

static void test_pool_need(void **state)
{
    (void)state;
    /* The VMs' harts, and one for the console. */
    uint64_t base = FOOTPRINT_FIXED + 4 * FOOTPRINT_PER_HART + 3 * FOOTPRINT_PER_VCPU +
                    2 * (FOOTPRINT_PER_VM + FOOTPRINT_GSTAGE_ROOT) + FOOTPRINT_PER_CONSOLE;
    uint32_t contexts = vms[0].vcpu_count * (vms[0].irqc.m_contexts ? 2 : 1);
    base += footprint_irqc(vms[0].irqc.source_count, contexts);
    check();
    /* a: 64 MiB in 2 MiB leaves is one table, the RTC two; b: one table. */
    assert_int_equal(plan.pool_need, base + 4 * FOOTPRINT_GSTAGE_TABLE);
    mem_a[0].hpa += 0x1000;
    check();
    assert_int_equal(plan.pool_need, base + (4 + 32) * FOOTPRINT_GSTAGE_TABLE);
    devices_a[0].name = "gone";
    check();
    assert_int_equal(plan.pool_need, base + (2 + 32) * FOOTPRINT_GSTAGE_TABLE);
    devices_a[0] = (struct vm_device){"rtc", BIT(CONFIG_GPA_BITS_MAX), false};
    check();
    assert_int_equal(plan.pool_need, base + (2 + 32) * FOOTPRINT_GSTAGE_TABLE);
    platform.hart_count = 3; /* None is free for the console. */
    check();
    base -= FOOTPRINT_PER_HART;
    assert_int_equal(plan.pool_need, base + (2 + 32) * FOOTPRINT_GSTAGE_TABLE);
    platform.hart_count = 8;
    config.console_hart = 5; /* Counted though a smaller machine may lack it. */
    check();
    base += FOOTPRINT_PER_HART;
    assert_int_equal(plan.pool_need, base + (2 + 32) * FOOTPRINT_GSTAGE_TABLE);
}

/* An IMSIC's pages are mapped, or its file is in software: tables, a mode that reaches them, pages.
 */
static void test_imsics_are_mapped(void **state)
{
    (void)state;
    in.other_machine = true;
    check();
    uint64_t before = plan.pool_need;
    vms[0].irqc.imsic_gpa = 0x28000000;
    check();
    assert_int_equal(plan.pool_need, before);
    vms[0].irqc.model = HYP_IRQC_IMSIC;
    before += vms[0].vcpu_count * FOOTPRINT_PER_IMSIC;
    check();
    assert_int_equal(plan.pool_need, before + FOOTPRINT_GSTAGE_TABLE);
    vms[0].irqc.imsic_gpa = BIT(41) - 0x2000;
    assert_int_equal(config_vm_gpa_bits(&in, 0), 41);
    check();
    assert_int_equal(plan.pool_need, before + 2 * FOOTPRINT_GSTAGE_TABLE);
    vms[0].irqc.imsic_gpa = BIT(41) - 0x1000;
    assert_int_equal(config_vm_gpa_bits(&in, 0), 50);
    vms[0].irqc.absent = true;
    assert_int_equal(config_vm_gpa_bits(&in, 0), 41);
}

/* ---- Sound or not ---- */

static void test_limits(void **state)
{
    (void)state;
    uint32_t *const counts[] = {&config.vm_count,       &platform.device_count, &vms[1].mem_count,
                                &vms[0].device_count,   &platform.mem_count,    &machine.mem_count,
                                &machine.reserved_count};
    for (uint32_t i = 0; i < ARRAY_COUNT(counts); i++) {
        uint32_t before = *counts[i];
        in.machine = i < 5 ? NULL : &machine;
        *counts[i] = UINT32_MAX;
        check();
        assert_int_equal(told, 1);
        assert_int_equal(findings[0].rule, CONFIG_LIMIT);
        assert_int_equal(plan.runnable, 0);
        *counts[i] = before;
    }
    config.vm_count = HYP_VM_MAX;
    platform.hart_count = machine.hart_count = 64;
    for (uint32_t vm = 0; vm < HYP_VM_MAX; vm++) {
        vms[vm] = vms[1];
        vms[vm].mem_count = 0;
    }
    config_check(&in, &plan, NULL, NULL);
    assert_true(plan.finding_count >= HYP_VM_MAX);
    assert_int_equal(plan.runnable, 0);
    config.vm_count = 0;
    expect_none();
}

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
    mem_b[0].hpa = 0x123; /* Not fixed: of no meaning. */
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
    assert_true(was_told(CONFIG_MEM_ACCESS));
    mem_a[0].access = HYP_ACCESS_W | HYP_ACCESS_X;
    expect_one(CONFIG_MEM_ACCESS, 1);
    mem_a[0].access = HYP_ACCESS_X;
    expect_none();
    mem_a[0].size = 0;
    check();
    assert_true(was_told(CONFIG_MEM_RANGE));
}

static void test_memory_owned_twice(void **state)
{
    (void)state;
    mem_b[0].hpa_fixed = true;
    mem_b[0].hpa = 0xa3e00000;
    expect_one(CONFIG_MEM_OVERLAP, 3);
    assert_int_equal(findings[0].x, 0xa3e00000);
    assert_int_equal(findings[0].y, 0x200000);
    mem_b[0].hpa = 0x9ff00000;
    check();
    assert_int_equal(findings[0].x, 0xa0000000);
    assert_int_equal(findings[0].y, 0x100000);
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
    struct hyp_blob files[] = {{.name = "k", .size = 0x20001}};
    struct hyp_dtb dtbs[] = {{.size = 0x2001}, {.size = 0x2001}};
    vms[0].kernel = (struct vm_blob){"k", 0x80000000, 0x20000, true};
    vms[0].dtb_gpa = 0x80100000;
    vms[0].dtb_max_size = 0x2000;
    in.dtbs = dtbs;
    expect_one(CONFIG_DTB_SIZE, 1);
    dtbs[0].size = 0x2000;
    expect_none();
    in.blobs = files;
    in.blob_count = 1;
    expect_one(CONFIG_BLOB_SIZE, 1);
    files[0].name = "other";
    expect_none();
    vms[0].kernel.load = false;
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
    assert_true(was_told(CONFIG_ENTRY) && was_told(CONFIG_ENTRY_ALIGN));
    vms[1].entry = 0x801ffffe;
    expect_none();
    mem_b[0].access = HYP_ACCESS_R;
    expect_one(CONFIG_ENTRY, 2);
    mem_b[0].access = HYP_ACCESS_R | HYP_ACCESS_X;
    expect_none();
}

/* ---- Devices and interrupts ---- */

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
    expect_one(CONFIG_DEV_TAKEN, 1);
    assert_string_equal(findings[0].b.kind, "the hypervisor");
    devices[2].hpa = 0x80100000;
    expect_one(CONFIG_DEV_TAKEN, 1);
    assert_string_equal(findings[0].b.kind, "the firmware");
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
    expect_one(CONFIG_GPA_RANGE, 1);
    assert_string_equal(findings[0].thing, "IMSICs");
    vms[0].irqc.imsic_gpa = 0x80000000 - 0x1000;
    vms[0].vcpu_count = 1;
    vms[0].hart_mask = 1;
    expect_none();
    vms[0].vcpu_count = 2;
    vms[0].hart_mask = 3;
    check();
    assert_true(was_told(CONFIG_GPA_OVERLAP) && was_told(CONFIG_GPA_ALIGN));
    vms[0].irqc.imsic_gpa = vms[0].irqc.gpa + HYP_APLIC_SIZE;
    expect_none();
    vms[0].irqc.model = HYP_IRQC_APLIC;
    vms[0].irqc.imsic_gpa = 1;
    expect_none();
}

/* Pages of a device that hold something else: a device of nobody's, registers of the platform's. */
static void test_device_neighbours(void **state)
{
    (void)state;
    static const struct hyp_regs taken[] = {{"the firmware's timer", {0x2000000, 0x1000}}};
    devices[2].hpa = 0x10000000;
    devices[2].size = 0x2000;
    check(); /* The console's UART, which a VM is not given; and the nic, which nobody has. */
    assert_int_equal(told, 2);
    assert_int_equal(findings[0].rule, CONFIG_DEV_OVERLAP);
    assert_string_equal(findings[0].b.name, "nic");
    assert_string_equal(findings[1].b.kind, "the console");
    platform.uart.device = NULL;
    devices[2].hpa = 0x10001000;
    devices[2].size = 0x1000;
    expect_one(CONFIG_DEV_OVERLAP, 1);
    platform.fail_hpa = 0x100010;
    devices[2].hpa = 0x100000;
    expect_one(CONFIG_DEV_OVERLAP, 1);
    assert_string_equal(findings[0].b.kind, "the hypervisor's fail register");
    platform.reserved = taken;
    platform.reserved_count = 1;
    devices[2].hpa = 0x1fff000;
    expect_none();
    devices[2].size = 0x2000;
    expect_one(CONFIG_DEV_OVERLAP, 1);
    assert_string_equal(findings[0].b.kind, "the firmware's timer");
}

/* Registers, read from the machine's tree, that the hypervisor or the firmware's console uses. */
static void test_device_over_registers_of_the_machine(void **state)
{
    (void)state;
    static const struct hyp_regs found[] = {{"the hypervisor's IPIs", {0x2f00000, 0x4000}},
                                            {"the interrupt controller", {0x28000000, 0x8000}}};
    in.machine = &machine;
    machine.regs = found;
    machine.regs_count = 2;
    expect_none();
    devices[2].hpa = 0x2f03000;
    expect_one(CONFIG_DEV_TAKEN, 1);
    assert_string_equal(findings[0].b.kind, "the hypervisor's IPIs");
    devices[2].hpa = 0x27fff000;
    devices[2].size = 0x2000;
    expect_one(CONFIG_DEV_TAKEN, 1);
    assert_string_equal(findings[0].b.kind, "the interrupt controller");
    machine.regs_count = 1;
    expect_none();
    machine.console = (struct hyp_mem){0x28000fff, 1};
    expect_one(CONFIG_DEV_TAKEN, 1);
    assert_string_equal(findings[0].b.kind, "the firmware's console");
    machine.console = (struct hyp_mem){0, UINT64_MAX}; /* Somewhere. */
    expect_one(CONFIG_DEV_TAKEN, 1);
    vms[0].device_count = 0;
    expect_none();
}

static void test_devices_of_two(void **state)
{
    (void)state;
    struct vm_device other[] = {{"uart0", 0x10000000, false}, {"nothing", 0, false}};
    /* The UART belongs to the console while there is one, else to the log unless that waits. */
    vms[1].devices = other;
    vms[1].device_count = 1;
    expect_one(CONFIG_DEV_TWICE, 2);
    assert_string_equal(findings[0].b.kind, "the console");
    vms[1].console.kind = VM_CONSOLE_NONE;
    expect_one(CONFIG_DEV_TWICE, 2);
    assert_string_equal(findings[0].b.kind, "the log");
    config.log_waits = true;
    expect_none();
    vms[1].console.kind = VM_CONSOLE_SBI;
    platform.uart.device = NULL;
    expect_one(CONFIG_LOG_WAITS, 2);
    config.log_waits = false;
    expect_none();
    /* Two devices in one page are one owner's business. */
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
    expect_one(CONFIG_IRQ_TWICE, 1);
    assert_string_equal(findings[0].b.kind, "the console");
    vms[1].devices = other + 1;
    vms[1].device_count = 1;
    check();
    assert_true(was_told(CONFIG_DEV_UNKNOWN));
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
    vms[0].irqc.absent = true;
    expect_none();
    vms[0].console.irq = 1;
    expect_one(CONFIG_IRQ_GUEST, 1);
}

static void test_keys(void **state)
{
    (void)state;
    config.log_key = 1;
    expect_one(CONFIG_CONSOLE_KEY, 3);
    assert_string_equal(findings[0].b.kind, "QEMU");
    config.log_key = 0;
    config.console_key = 0x1e; /* The log's by default. */
    expect_one(CONFIG_CONSOLE_KEY, 3);
    assert_string_equal(findings[0].a.kind, "the log");
    config.log_key = 0x1c;
    expect_none();
}

/* ---- Text ---- */

static void test_line(void **state)
{
    (void)state;
    struct config_finding f = {.text = config_rule_text(CONFIG_HART_TWICE),
                               .a = {"vm", "linux"},
                               .b = {"vm", "rt"},
                               .x = 1};
    char line[CONFIG_LINE_SIZE];
    static const char text[] = "E-HART-TWICE: hart 1 is owned by vm linux and vm rt";
    assert_int_equal(config_finding_line(&f, line, sizeof(line)), sizeof(text) - 1);
    assert_string_equal(line, text);
    assert_int_equal(config_finding_line(&f, line, 10), 9);
    assert_string_equal(line, "E-HART-TW");
    assert_int_equal(config_finding_line(&f, line, 1), 0);
    assert_string_equal(line, "");
    f = (struct config_finding){.text = config_rule_text(CONFIG_MEM_ALIGN), .x = UINT64_MAX};
    (void)config_finding_line(&f, line, sizeof(line));
    assert_string_equal(line, "E-MEM-ALIGN: memory of nobody at gpa 0xffffffffffffffff: ? 0x0 is "
                              "not a multiple of 4 KiB");
}

static void test_every_line(void **state)
{
    (void)state;
    for (uint32_t rule = 0; rule < CONFIG_RULE_COUNT; rule++) {
        struct config_finding f = {.text = config_rule_text((enum config_rule)rule),
                                   .a = {"vm", "0123456789abcde"},
                                   .b = {"the interrupt controller", NULL},
                                   .thing = "interrupt controller",
                                   .x = UINT64_MAX,
                                   .y = UINT64_MAX};
        char line[CONFIG_LINE_SIZE];
        assert_true(config_finding_line(&f, line, sizeof(line)) < sizeof(line) - 1);
        assert_true(strncmp(line, "E-", 2) == 0 && strchr(line, '%') == NULL);
        size_t id = strcspn(f.text, ":");
        for (uint32_t other = 0; other < rule; other++) {
            assert_int_not_equal(strncmp(config_rule_text((enum config_rule)other), f.text, id), 0);
        }
    }
}

static void test_guest_isa(void **state)
{
    (void)state;
    char text[GUEST_ISA_TEXT_SIZE];
    static const char least[] = "rv64imac_zicsr_zifencei";
    assert_int_equal(guest_isa_write(0, GUEST_ISA_STRING, text), sizeof(least));
    assert_string_equal(text, least);
    static const char names[] = "i\0m\0a\0c\0v\0zicsr\0zifencei\0sstc";
    uint64_t mask = BIT(GUEST_ISA_SSTC) | BIT(GUEST_ISA_V);
    assert_int_equal(guest_isa_write(mask, GUEST_ISA_NAMES, text), sizeof(names));
    assert_memory_equal(text, names, sizeof(names));
    assert_in_range(guest_isa_write(UINT64_MAX, GUEST_ISA_STRING, text), 1, sizeof(text));
    assert_in_range(guest_isa_write(UINT64_MAX, GUEST_ISA_NAMES, text), 1, sizeof(text));
    for (uint32_t e = 0; e < GUEST_ISA_COUNT; e++) {
        const char *name = guest_isa_name((enum guest_isa)e);
        assert_int_equal(guest_isa_find(name, strlen(name)), e);
    }
    assert_int_equal(guest_isa_find("sst", 3), GUEST_ISA_COUNT);
    assert_int_equal(guest_isa_find("sstcc", 5), GUEST_ISA_COUNT);
    assert_int_equal(guest_isa_find("h", 1), GUEST_ISA_COUNT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_build_and_boot_agree, set_up),
        cmocka_unit_test_setup(test_missing_harts, set_up),
        cmocka_unit_test_setup(test_missing_console_hart, set_up),
        cmocka_unit_test_setup(test_missing_memory, set_up),
        cmocka_unit_test_setup(test_reserved_memory, set_up),
        cmocka_unit_test_setup(test_missing_extension, set_up),
        cmocka_unit_test_setup(test_extensions_of_own_harts, set_up),
        cmocka_unit_test_setup(test_missing_interrupts, set_up),
        cmocka_unit_test_setup(test_harts_without_context, set_up),
        cmocka_unit_test_setup(test_irqc_models, set_up),
        cmocka_unit_test_setup(test_small_pool_at_boot, set_up),
        cmocka_unit_test_setup(test_harts, set_up),
        cmocka_unit_test_setup(test_console_hart, set_up),
        cmocka_unit_test_setup(test_all_64_harts, set_up),
        cmocka_unit_test_setup(test_placement, set_up),
        cmocka_unit_test_setup(test_placement_falls_back, set_up),
        cmocka_unit_test_setup(test_placement_avoids_what_is_taken, set_up),
        cmocka_unit_test_setup(test_placement_at_the_end_of_addresses, set_up),
        cmocka_unit_test_setup(test_gpa_to_hpa, set_up),
        cmocka_unit_test_setup(test_hypervisor_memory, set_up),
        cmocka_unit_test_setup(test_pool_need, set_up),
        cmocka_unit_test_setup(test_imsics_are_mapped, set_up),
        cmocka_unit_test_setup(test_limits, set_up),
        cmocka_unit_test_setup(test_names, set_up),
        cmocka_unit_test_setup(test_memory_shape, set_up),
        cmocka_unit_test_setup(test_memory_owned_twice, set_up),
        cmocka_unit_test_setup(test_memory_twice_in_one_vm, set_up),
        cmocka_unit_test_setup(test_images, set_up),
        cmocka_unit_test_setup(test_more_images, set_up),
        cmocka_unit_test_setup(test_dma, set_up),
        cmocka_unit_test_setup(test_device_places, set_up),
        cmocka_unit_test_setup(test_imsic_gpa, set_up),
        cmocka_unit_test_setup(test_device_neighbours, set_up),
        cmocka_unit_test_setup(test_device_over_registers_of_the_machine, set_up),
        cmocka_unit_test_setup(test_devices_of_two, set_up),
        cmocka_unit_test_setup(test_interrupts, set_up),
        cmocka_unit_test_setup(test_keys, set_up),
        cmocka_unit_test_setup(test_line, set_up),
        cmocka_unit_test_setup(test_every_line, set_up),
        cmocka_unit_test(test_guest_isa),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
