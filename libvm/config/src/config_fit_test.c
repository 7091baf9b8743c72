/* SPDX-License-Identifier: Apache-2.0 */
/* Machines that have less than the platform says: the violations, and the VMs that can run. */
#include "test_two_vms.h"

#include <hyp/vm/guest_isa.h>

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
    expect_text(2, "E-HART-FREE: vm b needs 1 harts, this machine has 0 free");
    machine.hart_count = 1;
    check();
    assert_int_equal(plan.runnable, 0);
    vms[0].allow_fewer_vcpus = true;
    expect_one(CONFIG_HART_FREE, 2);
    assert_int_equal(plan.harts[0], 1);
    vms[0].hart_mask = 0x6;
    check();
    assert_true(was_reported(CONFIG_HART_ABSENT));
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
    expect_text(
        1,
        "E-MEM-ABSENT: mem[0] of vm a needs host memory at 0xa2000000, 0x2000000 bytes, which is "
        "not RAM of this machine");
    /* Ranges that touch count as one; a hole is not RAM. */
    ram[1] = (struct hyp_mem){0xa2000000, 0x2000000};
    machine.mem_count = 2;
    expect_none();
    ram[1].hpa += 0x1000;
    expect_one(CONFIG_MEM_ABSENT, 1);
    ram[0].size = 0;
    check();
    assert_true(was_reported(CONFIG_MEM_FULL));
    assert_int_equal(plan.runnable, 0);
}

static void test_reserved_memory(void **state)
{
    (void)state;
    in.machine = &machine;
    reserved[0] = (struct hyp_mem){0xa3fff000, 0x10000};
    expect_text(1,
                "E-MEM-FIRMWARE: host memory 0xa3fff000, 0x1000 bytes, is owned by vm a (mem[0]) "
                "and the firmware");
    machine.hypervisor = (struct hyp_mem){0xa0000000, 0x1000};
    check();
    assert_true(was_reported(CONFIG_MEM_HYP));
    assert_int_equal(plan.runnable, 2);
}

static void test_missing_extension(void **state)
{
    (void)state;
    vms[1].isa_required = " sstc  svpbmt";
    expect_none();
    in.machine = &machine;
    expect_none();
    machine.isa &= ~BIT(GUEST_ISA_SVPBMT);
    expect_text(2, "E-EXT-ABSENT: vm b needs the ISA extension svpbmt, which this machine lacks");
    machine.gpa_bits = 0;
    check();
    assert_true(was_reported(CONFIG_EXT_ABSENT));
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

/* The harts of a VM must have the extensions that it requires, other harts need not. */
static void test_extensions_of_own_harts(void **state)
{
    (void)state;
    in.machine = &machine;
    machine.isa_of_harts = isa_of_harts;
    machine.isa_ctx = &machine;
    vms[0].isa_required = "sstc";
    vms[1].isa_required = "svpbmt";
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
    vms[0].isa_required = vms[1].isa_required = NULL;
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
    expect_text(1, "E-IRQ-ABSENT: vm a needs interrupt 13 (device rtc), this machine has 1 to 12");
    machine.source_count = 0;
    expect_text(1, "E-IRQ-ABSENT: vm a needs interrupt 13 (device rtc), this machine has 1 to 0");
}

/* A hart without context is reported if its VM has interrupts. A VM with no context is refused. */
static void test_harts_without_context(void **state)
{
    (void)state;
    in.machine = &machine;
    machine.no_context = 0xc;
    expect_none();
    machine.no_context = 0xe;
    expect_text(0, "E-IRQ-HART: hart 1 of vm a has no context at the interrupt controller of this "
                   "machine");
    assert_int_equal(plan.no_context[0], 0x2);
    assert_int_equal(plan.no_context[1], 0);
    machine.no_context = 0x3;
    check();
    assert_int_equal(reported_count, 2);
    assert_int_equal(reported[0].violation.blocked, 1);
    assert_string_equal(reported[1].text, "hart 1 of vm a has no context at the interrupt "
                                          "controller of this machine");
    assert_int_equal(plan.runnable, 2);
    devices[2].irq[0] = 0;
    expect_none();
    assert_int_equal(plan.no_context[0], 0);
    devices[2].irq[0] = 13;
    vms[0].irqc.model = HYP_IRQC_NONE;
    expect_one(CONFIG_IRQC_NONE, 1);
    vms[0].device_count = 0;
    expect_none();
    /* An APLIC is passed through in part: each hart needs a context. */
    vms[0].irqc.model = HYP_IRQC_APLIC;
    machine.irqc_models = 7;
    machine.no_context = 0x2;
    expect_one(CONFIG_IRQ_HART, 1);
    vms[0].irqc.model = HYP_IRQC_IMSIC;
    vms[0].irqc.imsic_gpa = 0x28000000;
    expect_one(CONFIG_IRQ_HART, 1);
    machine.no_context = 0xc;
    expect_none();
}

/* Each model on each machine; a VM without a controller runs on all. */
static void test_irqc_models(void **state)
{
    static const char *const at_build[] = {
        "", /* A virtual PLIC is all software. */
        "E-IRQC-MODEL: vm a needs an APLIC, which platform board cannot give",
        "E-IRQC-MODEL: vm a needs IMSICs, which platform board cannot give"};
    static const char *const at_boot[] = {
        "E-IRQC-MODEL: vm a needs a PLIC, which this machine cannot give",
        "E-IRQC-MODEL: vm a needs an APLIC, which this machine cannot give",
        "E-IRQC-MODEL: vm a needs IMSICs, which this machine cannot give"};
    (void)state;
    vms[0].irqc.imsic_gpa = 0x28000000;
    for (uint32_t model = 0; model < ARRAY_COUNT(at_boot); model++) {
        vms[0].irqc.model = (enum hyp_irqc_model)model;
        in.machine = NULL;
        platform.irqc.model = (enum hyp_irqc_model)model;
        expect_none();
        platform.irqc.model = (enum hyp_irqc_model)((model + 1) % ARRAY_COUNT(at_boot));
        in.other_machine = true;
        expect_none();
        in.other_machine = false;
        if (model == HYP_IRQC_PLIC) {
            expect_none();
        } else {
            expect_text(1, at_build[model]);
        }
        in.machine = &machine;
        machine.irqc_models = (uint32_t)BIT(model);
        expect_none();
        machine.irqc_models ^= 7;
        expect_text(1, at_boot[model]);
    }
    machine.irqc_models = 7;
    machine.isa &= ~BIT(GUEST_ISA_SSAIA);
    expect_one(CONFIG_IRQC_MODEL, 1);
    vms[0].irqc.model = HYP_IRQC_APLIC;
    expect_none();
    machine.irqc_models = 0;
    vms[0].irqc.model = HYP_IRQC_NONE;
    vms[0].device_count = 0;
    expect_none();
    in.machine = NULL;
    expect_none();
    /* A platform without a controller: a virtual PLIC is all software, no device has interrupts. */
    platform.irqc = (struct hyp_irqc_desc){.model = HYP_IRQC_NONE, .source_count = 64};
    expect_none();
    vms[0].irqc.model = HYP_IRQC_PLIC;
    expect_none();
    vms[0].irqc.model = HYP_IRQC_APLIC;
    expect_text(1, at_build[HYP_IRQC_APLIC]);
    vms[0].irqc.model = HYP_IRQC_PLIC;
    vms[0].device_count = 1;
    expect_text(1, "E-IRQ-ABSENT: vm a needs interrupt 13 (device rtc), platform board has 1 to 0");
}

/* Registers that the machine's device tree shows, of the hypervisor or the firmware's console. */
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
    expect_text(1, "E-DEV-TAKEN: the page of device rtc at 0x2f03000 is owned by vm a and the "
                   "hypervisor's IPIs");
    devices[2].hpa = 0x27fff000;
    devices[2].size = 0x2000;
    expect_text(1, "E-DEV-TAKEN: the page of device rtc at 0x27fff000 is owned by vm a and the "
                   "interrupt controller");
    machine.regs_count = 1;
    expect_none();
    machine.console = (struct hyp_mem){0x28000fff, 1};
    expect_text(1, "E-DEV-TAKEN: the page of device rtc at 0x27fff000 is owned by vm a and the "
                   "firmware's console");
    machine.console = (struct hyp_mem){0, UINT64_MAX}; /* It may be anywhere. */
    expect_one(CONFIG_DEV_TAKEN, 1);
    vms[0].device_count = 0;
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
        assert_int_equal(reported_count, 1);
        assert_int_equal(reported[0].violation.rule, CONFIG_LIMIT);
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
    assert_true(plan.violation_count >= HYP_VM_MAX);
    assert_int_equal(plan.runnable, 0);
    config.vm_count = 0;
    check();
    assert_int_equal(reported_count, 1);
    assert_int_equal(reported[0].violation.rule, CONFIG_VM_COUNT);
    assert_int_equal(plan.runnable, 0);
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
        cmocka_unit_test_setup(test_device_over_registers_of_the_machine, set_up),
        cmocka_unit_test_setup(test_small_pool_at_boot, set_up),
        cmocka_unit_test_setup(test_limits, set_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
