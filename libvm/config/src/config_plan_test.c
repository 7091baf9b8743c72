/* SPDX-License-Identifier: Apache-2.0 */
/* The plan: harts, memory, and the pool that it needs. */
#include "test_two_vms.h"

#include <hyp/vm/footprint.h>

static void test_harts(void **state)
{
    (void)state;
    check();
    assert_int_equal(plan.harts[0], 0x3);
    assert_int_equal(plan.harts[1], 0x4);
    /* Harts of a hart_mask are reserved; a real-time VM does not get the console's hart. */
    vms[0].hart_mask = 0xe;
    expect_one(CONFIG_HART_FREE, 2);
    config.console_hart = 2;
    expect_none();
    assert_int_equal(plan.harts[0], 0x6);
    assert_int_equal(plan.harts[1], 0x1);
    vms[1].vcpu_count = 3;
    vms[1].allow_fewer_vcpus = true;
    expect_none();
    assert_int_equal(plan.harts[1], 0x1);
    vms[1].vcpu_count = 0;
    expect_one(CONFIG_VCPU_COUNT, 2);
}

static void expect_console(uint32_t hart, uint32_t vm)
{
    check();
    plan.runnable = 3; /* Boot runs them, even if the machine lacks the configured hart. */
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
    /* Free harts that cannot be started are left out, those of VMs are not. */
    assert_int_equal(config_console_hart(&in, &plan, BIT(5)), 3);
    assert_int_equal(config_console_hart(&in, &plan, BIT(3) | BIT(5)), 4);
    assert_int_equal(config_console_hart(&in, &plan, UINT64_MAX), 0);
    /* The harts of a VM that cannot run are free. */
    platform.hart_count = 3;
    config.console_hart = 0;
    check();
    plan.runnable = 2;
    assert_int_equal(config_console_hart(&in, &plan, 0), 0);
    assert_int_equal(config_vm_of_hart(&in, &plan, 0), nobody);
    plan.runnable = 1;
    assert_int_equal(config_console_hart(&in, &plan, 0), 2);
    /* Real-time VMs have all harts. */
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
    /* It lies behind firmware, image (2 MiB) and pool (1 MiB), congruent modulo 2 MiB. */
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
    /* A device whose range wraps ends the search. */
    ram[0] = (struct hyp_mem){UINT64_MAX - 0x3fffffff, 0x3ffff000};
    devices[1].hpa = UINT64_MAX - 0x3fffffff;
    devices[1].size = UINT64_MAX;
    check();
    assert_true(was_reported(CONFIG_MEM_FULL));
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
    vms[1].kernel = (struct vm_blob){"x", 0x80000000, 0x1000, false};
    vms[0].kernel = (struct vm_blob){"k", 0x80000000, 0x10000, false};
    vms[0].initrd = (struct vm_blob){"i", 0x80100000, 0x10000, true};
    assert_int_equal(config_hypervisor_mem(&in).size, 0x311000);
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
    config.console_hart = 5; /* It counts, although a smaller machine may lack it. */
    check();
    base += FOOTPRINT_PER_HART;
    assert_int_equal(plan.pool_need, base + (2 + 32) * FOOTPRINT_GSTAGE_TABLE);
}

/* IMSICs need tables, a G-stage mode that translates their addresses, and emulated interrupt files.
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
    vms[0].irqc.model = HYP_IRQC_NONE;
    assert_int_equal(config_vm_gpa_bits(&in, 0), 41);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
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
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
