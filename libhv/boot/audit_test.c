/* SPDX-License-Identifier: Apache-2.0 */
/* The audit of correct tables, and of the same with one wrong entry. */
#include "libhv/boot/audit.h"

#include "libhv/test_hv.h"

#include <hyp/mm/gstage.h>

#define GUEST UINT64_C(0x84000000)
#define GUEST_SIZE (4 * HYP_MIB)
#define ROM UINT64_C(0x84800000)
#define RT UINT64_C(0x84a00000)
#define GPA_RAM UINT64_C(0x80000000)
#define GPA_ROM UINT64_C(0x90000000)
#define GPA_IMSIC UINT64_C(0x28000000)
#define FILE_HPA UINT64_C(0x29001000)

const char hyp_build_name[] = "test";

/* The linux VM has two ranges, one of them read-only; the rt VM's are adjacent. */
static struct vm_mem linux_mem[] = {
    {.gpa = GPA_RAM, .size = GUEST_SIZE},
    {.gpa = GPA_ROM, .size = 0x1000, .access = HYP_ACCESS_R | HYP_ACCESS_X},
};
static struct vm_mem rt_mem[] = {
    {.gpa = GPA_RAM, .size = 0x3000},
    {.gpa = GPA_RAM + 0x3000, .size = 0x2000},
};
static struct vm_device linux_device;
static struct vm_config vms[2];
static struct hyp_config config;
static struct hyp_device device;
static struct hyp_platform platform;
static uint8_t linux_index[HV_AUDIT_EXPECTED_MAX + 1];
static const uint8_t *const device_index[2] = {linux_index, NULL};
static struct hv_build build;
static struct hv_boot b;
static struct log the_log;
static struct hv_audit a;
static struct gstage gstage[2];

static uint64_t guest_file(const void *ctx, uint32_t hart)
{
    assert_ptr_equal(ctx, &b);
    return hart < 2 ? FILE_HPA + hart * UINT64_C(0x2000) : UINT64_MAX;
}

static void map(struct gstage *gs, uint64_t gpa, uint64_t hpa, uint64_t size, unsigned perm,
                enum mem_type type)
{
    const struct gstage_mapping m = {GPA(gpa), HPA(hpa), size, perm, type};
    assert_int_equal(gstage_map_range(gs, &m), HYP_OK);
}

/* Maps the VMs' memory, as libhv/vm does, once the plan is made. */
static void build_gstages(void)
{
    const unsigned rw = GSTAGE_R | GSTAGE_W;
    for (uint32_t i = 0; i < 2; i++) {
        const struct gstage_config c = {.pool = &b.memory.pool,
                                        .mode = b.plan.gpa_bits[i] <= 41   ? GSTAGE_SV39X4
                                                : b.plan.gpa_bits[i] <= 50 ? GSTAGE_SV48X4
                                                                           : GSTAGE_SV57X4,
                                        .vmid = i + 1,
                                        .svpbmt = b.machine.svpbmt};
        assert_int_equal(gstage_create(&gstage[i], &c), HYP_OK);
        a.hgatp[i] = gstage_hgatp(&gstage[i]);
    }
    map(&gstage[0], GPA_RAM, GUEST, GUEST_SIZE, rw | GSTAGE_X, MEM_NORMAL);
    map(&gstage[0], GPA_ROM, ROM, 0x1000, rw | GSTAGE_X, MEM_NORMAL);
    map(&gstage[0], TEST_UART, TEST_UART, 0x1000, rw, MEM_IO);
    map(&gstage[0], GPA_IMSIC, FILE_HPA, 0x1000, rw, MEM_IO);
    map(&gstage[0], GPA_IMSIC + 0x1000, FILE_HPA + 0x2000, 0x1000, rw, MEM_IO);
    map(&gstage[1], GPA_RAM, RT, 0x5000, rw | GSTAGE_X, MEM_NORMAL);
}

static void init_config(void)
{
    vms[0] = (struct vm_config){
        .name = "linux",
        .mem = linux_mem,
        .mem_count = 2,
        .devices = &linux_device,
        .device_count = 1,
        .irqc = {.model = HYP_IRQC_IMSIC, .imsic_gpa = GPA_IMSIC},
    };
    vms[1] = (struct vm_config){
        .name = "rt", .mem = rt_mem, .mem_count = 2, .irqc = {.model = HYP_IRQC_NONE}};
    linux_device = (struct vm_device){.name = "uart0", .gpa = TEST_UART};
    device = (struct hyp_device){.name = "uart0", .hpa = TEST_UART, .size = 0x1000};
    memset(linux_index, 0, sizeof(linux_index));
    config =
        (struct hyp_config){.name = "two", .pool_size = TEST_POOL_SIZE, .vms = vms, .vm_count = 2};
    platform = (struct hyp_platform){.name = "board", .devices = &device, .device_count = 1};
}

static void make_stacks(void)
{
    static const uint32_t pages[2] = {HV_STACK_PAGES, HV_FAULT_STACK_PAGES};
    for (uint32_t i = 0; i < 3; i++) {
        for (unsigned n = 0; n < 2; n++) {
            uintptr_t top;
            assert_int_equal(hspace_map_stack(&b.memory.space, pages[n], &top), HYP_OK);
            a.stack_top[i][n] = top;
        }
    }
}

static int setup(void **state)
{
    (void)state;
    test_machine_init();
    test_log_init(&the_log);
    init_config();
    build = (struct hv_build){.config = &config,
                              .platform = &platform,
                              .device_index = device_index,
                              .image = &test_m.image};
    b = (struct hv_boot){
        .build = &build,
        .log = &the_log,
        .memory = {.image = &test_m.image, .load_hpa = TEST_LOAD, .pool_size = TEST_POOL_SIZE},
        .plan = {.runnable = 3,
                 .gpa_bits = {41, 41},
                 .harts = {3, 4},
                 .mem_hpa = {{GUEST, ROM}, {RT, RT + 0x3000}}},
    };
    a = (struct hv_audit){.boot = &b, .guest_file_hpa = guest_file, .ctx = &b};
    assert_int_equal(hv_boot_read_machine(&b, TEST_FDT), HYP_OK);
    assert_int_equal(hv_memory_init(&b.memory, &(struct hv_memory_caps){0}), HYP_OK);
    make_stacks();
    build_gstages();
    return 0;
}

/* The entry that translates the address, in a table of three levels. */
static uint64_t *entry(hpa_t table, uint64_t address)
{
    for (unsigned level = 2;; level--) {
        uint64_t shift = HYP_PAGE_SHIFT + 9 * level;
        uint64_t index = level == 2 ? address >> shift : address >> shift & 511;
        uint64_t *pte = (uint64_t *)phys_to_ptr(&b.memory.phys, table, HYP_PAGE_SIZE) + index;
        if (level == 0 || pte_perm(*pte) != 0) {
            return pte;
        }
        table = pte_pa(*pte);
    }
}

static uint64_t *gstage_entry(uint32_t vm, uint64_t gpa)
{
    return entry(gstage[vm].table.root, gpa);
}

static const char sound_space[] =
    "hyp: space_leaves=297 write_exec=0 guest_pages=0 open_stacks=0\n";

/* ---- Sound tables ---------------------------------------------------------------------------- */

static void tables_as_planned_are_sound(void **state)
{
    (void)state;
    assert_true(hv_audit(&a));
    test_expect("hyp: space_leaves=297 write_exec=0 guest_pages=0 open_stacks=0\n"
                "hyp: vm=linux gstage_leaves=6 gstage_wrong=0\n"
                "hyp: vm=rt gstage_leaves=5 gstage_wrong=0\n");
}

static void memory_types_are_looked_at_with_svpbmt(void **state)
{
    (void)state;
    b.machine.svpbmt = true;
    build_gstages();
    assert_true(hv_audit_gstages(&a));
    b.machine.svpbmt = false; /* Now the PBMT bits of the same table are wrong. */
    assert_false(hv_audit_gstages(&a));
    test_expect_line("hyp: vm=linux gstage_leaves=6 gstage_wrong=6");
    test_expect_line("hyp: vm=linux gstage_wrong_gpa=0x10000000");
}

static void wider_modes_are_those_of_the_plan(void **state)
{
    (void)state;
    b.plan.gpa_bits[0] = 50;
    b.plan.gpa_bits[1] = 59;
    build_gstages();
    assert_true(hv_audit_gstages(&a));
}

static void vm_that_was_not_built_has_no_table(void **state)
{
    (void)state;
    a.hgatp[0] = 0;
    assert_true(hv_audit_gstages(&a));
    test_expect("hyp: vm=rt gstage_leaves=5 gstage_wrong=0\n");
}

static void device_that_the_machine_lacks_is_not_expected(void **state)
{
    (void)state;
    b.machine.device_count = 0;
    assert_false(hv_audit_gstages(&a));
    test_expect_line("hyp: vm=linux gstage_leaves=6 gstage_wrong=1");
    test_expect_line("hyp: vm=linux gstage_wrong_gpa=0x10000000");
    *gstage_entry(0, TEST_UART) = 0;
    assert_true(hv_audit_gstages(&a));
}

static void vcpus_whose_harts_have_no_guest_file_have_no_page(void **state)
{
    (void)state;
    b.plan.harts[0] = 5; /* Hart 2 has no interrupt file. */
    *gstage_entry(0, GPA_IMSIC + 0x1000) = 0;
    assert_true(hv_audit_gstages(&a));
    vms[0].irqc.model = HYP_IRQC_PLIC;
    *gstage_entry(0, GPA_IMSIC) = 0;
    assert_true(hv_audit_gstages(&a));
}

/* ---- The hypervisor's own space -------------------------------------------------------------- */

static void expect_space(const char *line)
{
    assert_false(hv_audit(&a));
    test_expect(line); /* The VMs' tables are not audited any more. */
}

static void page_that_is_writable_and_executable_is_found(void **state)
{
    (void)state;
    *entry(b.memory.space.table.root, SPACE_BASE + 0x3000) |= PTE_W;
    expect_space("hyp: space_leaves=297 write_exec=1 guest_pages=0 open_stacks=0\n");
}

static void map_own(uint64_t va, uint64_t hpa, uint64_t size)
{
    const struct hspace_mapping m = {.va = va,
                                     .hpa = HPA(hpa),
                                     .size = size,
                                     .perm = HSPACE_R | HSPACE_W,
                                     .level_max = PTABLE_2M};
    assert_int_equal(hspace_map(&b.memory.space, &m), HYP_OK);
}

static void page_of_a_guest_is_found(void **state)
{
    (void)state;
    map_own(HV_BOOT_VA, RT + 0x1000, 0x1000);
    expect_space("hyp: space_leaves=298 write_exec=0 guest_pages=1 open_stacks=0\n");
}

static void leaves_that_overlap_a_guest_are_counted(void **state)
{
    (void)state;
    /* The last leaf before the guest's memory, its two, and the next one. */
    map_own(HV_BOOT_VA, GUEST - HV_LEAF, 4 * HV_LEAF);
    expect_space("hyp: space_leaves=301 write_exec=0 guest_pages=2 open_stacks=0\n");
}

static void memory_of_a_refused_vm_is_not_a_guests(void **state)
{
    (void)state;
    map_own(HV_BOOT_VA, RT, 0x1000);
    map_own(HV_BOOT_VA + 0x2000, ROM, 0x1000);
    b.plan.runnable = 1;
    b.plan.mem_hpa[0][1] = CONFIG_NOWHERE;
    assert_true(hv_audit_space(&a));
}

static void stack_without_its_hole_is_found(void **state)
{
    (void)state;
    map_own(a.stack_top[1][0] - (HV_STACK_PAGES + 1) * 0x1000, TEST_POOL, 0x1000);
    expect_space("hyp: space_leaves=298 write_exec=0 guest_pages=0 open_stacks=1\n");
}

static void stack_that_is_not_there_is_found(void **state)
{
    (void)state;
    assert_int_equal(hspace_unmap(&b.memory.space, a.stack_top[2][1] - 0x1000, 0x1000), HYP_OK);
    expect_space("hyp: space_leaves=296 write_exec=0 guest_pages=0 open_stacks=1\n");
}

static void table_that_is_not_in_use_is_no_proof(void **state)
{
    (void)state;
    memset(a.stack_top, 0, sizeof(a.stack_top));
    csr_write(CSR_SATP, 0);
    expect_space("hyp: space_leaves=0 write_exec=0 guest_pages=0 open_stacks=0\n");
}

/* ---- VMs' tables ----------------------------------------------------------------------------- */

/* The linux VM's table has `leaves`, and these wrong ones; the other VM's is sound. */
static void expect_wrong(unsigned leaves, unsigned wrong, uint64_t gpa)
{
    char text[400];
    snprintf(text, sizeof(text),
             "%shyp: vm=linux gstage_leaves=%u gstage_wrong=%u\n"
             "hyp: vm=linux gstage_wrong_gpa=0x%lx\n"
             "hyp: vm=rt gstage_leaves=5 gstage_wrong=0\n",
             sound_space, leaves, wrong, gpa);
    assert_false(hv_audit(&a));
    test_expect(text);
}

static void leaf_of_another_address_is_found(void **state)
{
    (void)state;
    /* The leaf is wrong, and the range incomplete. */
    *gstage_entry(0, GPA_ROM) = pte_leaf(HPA(RT), PTE_R | PTE_W | PTE_X | PTE_U);
    expect_wrong(6, 2, GPA_ROM);
}

static void leaf_with_other_rights_is_found(void **state)
{
    (void)state;
    *gstage_entry(0, GPA_IMSIC) |= PTE_X;
    expect_wrong(6, 2, GPA_IMSIC);
}

static void leaf_that_is_missing_is_found(void **state)
{
    (void)state;
    *gstage_entry(0, GPA_RAM + HV_LEAF) = 0;
    expect_wrong(5, 1, GPA_RAM);
}

static void unexpected_leaf_is_found(void **state)
{
    (void)state;
    map(&gstage[0], GPA_ROM + 0x1000, ROM + 0x1000, 0x2000, GSTAGE_R, MEM_NORMAL);
    expect_wrong(8, 2, GPA_ROM + 0x1000);
}

static void leaf_that_reaches_too_far_is_found(void **state)
{
    (void)state;
    linux_mem[0].size = GUEST_SIZE - 0x1000;
    expect_wrong(6, 2, GPA_RAM);
    linux_mem[0].size = GUEST_SIZE;
}

static void leaf_of_a_place_that_has_no_such_leaf_is_found(void **state)
{
    (void)state;
    b.plan.mem_hpa[0][0] = GUEST + 0x1000;
    expect_wrong(6, 3, GPA_RAM);
}

static void table_of_another_mode_or_vmid_is_found(void **state)
{
    (void)state;
    uint64_t hgatp = a.hgatp[0];
    a.hgatp[0] = hgatp + BIT(HGATP_VMID_SHIFT);
    expect_wrong(0, 6, 0); /* The leaf, and the range that it should map. */
    a.hgatp[0] = hgatp;
    b.plan.gpa_bits[0] = 50;
    expect_wrong(0, 6, 0);
}

static void table_that_is_damaged_is_found(void **state)
{
    (void)state;
    a.hgatp[0] &= ~(BIT(44) - 1); /* Its root is not in the pool. */
    expect_wrong(0, 6, 0);
}

static void wrong_device_number_is_found(void **state)
{
    (void)state;
    linux_device.name = "uart1";
    expect_wrong(6, 2, TEST_UART);
}

static void plan_that_gives_the_hypervisor_away_is_found(void **state)
{
    (void)state;
    static const uint64_t own[] = {TEST_LOAD, TEST_POOL + TEST_POOL_SIZE - 0x1000};
    for (unsigned i = 0; i < ARRAY_COUNT(own); i++) {
        b.plan.mem_hpa[0][1] = own[i];
        *gstage_entry(0, GPA_ROM) = pte_leaf(HPA(own[i]), PTE_R | PTE_W | PTE_X | PTE_U);
        assert_false(hv_audit_gstages(&a));
        test_expect_line("hyp: vm=linux gstage_leaves=6 gstage_wrong=2");
    }
}

static void plan_with_too_many_ranges_is_found(void **state)
{
    (void)state;
    static struct vm_device many[HV_AUDIT_EXPECTED_MAX + 1];
    for (uint32_t i = 0; i < ARRAY_COUNT(many); i++) {
        many[i] = linux_device;
    }
    vms[0].devices = many;
    vms[0].device_count = ARRAY_COUNT(many);
    assert_false(hv_audit_gstages(&a));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(tables_as_planned_are_sound, setup),
        cmocka_unit_test_setup(memory_types_are_looked_at_with_svpbmt, setup),
        cmocka_unit_test_setup(wider_modes_are_those_of_the_plan, setup),
        cmocka_unit_test_setup(vm_that_was_not_built_has_no_table, setup),
        cmocka_unit_test_setup(device_that_the_machine_lacks_is_not_expected, setup),
        cmocka_unit_test_setup(vcpus_whose_harts_have_no_guest_file_have_no_page, setup),
        cmocka_unit_test_setup(page_that_is_writable_and_executable_is_found, setup),
        cmocka_unit_test_setup(page_of_a_guest_is_found, setup),
        cmocka_unit_test_setup(leaves_that_overlap_a_guest_are_counted, setup),
        cmocka_unit_test_setup(memory_of_a_refused_vm_is_not_a_guests, setup),
        cmocka_unit_test_setup(stack_without_its_hole_is_found, setup),
        cmocka_unit_test_setup(stack_that_is_not_there_is_found, setup),
        cmocka_unit_test_setup(table_that_is_not_in_use_is_no_proof, setup),
        cmocka_unit_test_setup(leaf_of_another_address_is_found, setup),
        cmocka_unit_test_setup(leaf_with_other_rights_is_found, setup),
        cmocka_unit_test_setup(leaf_that_is_missing_is_found, setup),
        cmocka_unit_test_setup(unexpected_leaf_is_found, setup),
        cmocka_unit_test_setup(leaf_that_reaches_too_far_is_found, setup),
        cmocka_unit_test_setup(leaf_of_a_place_that_has_no_such_leaf_is_found, setup),
        cmocka_unit_test_setup(table_of_another_mode_or_vmid_is_found, setup),
        cmocka_unit_test_setup(table_that_is_damaged_is_found, setup),
        cmocka_unit_test_setup(wrong_device_number_is_found, setup),
        cmocka_unit_test_setup(plan_that_gives_the_hypervisor_away_is_found, setup),
        cmocka_unit_test_setup(plan_with_too_many_ranges_is_found, setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
