/* SPDX-License-Identifier: Apache-2.0 */
/* Boot: the hypervisor's own memory, the machine's tree, and conflicts with other memory. */
#include "libhv/boot/boot.h"

#include "libhv/test_hv.h"

const char hyp_build_name[] = "test";

static struct hyp_config config;
static struct hyp_platform platform;
static struct hv_build build;
static struct hv_boot b;
static struct log the_log;

static int setup(void **state)
{
    (void)state;
    test_machine_init();
    test_log_init(&the_log);
    config = (struct hyp_config){.name = "two", .pool_size = TEST_POOL_SIZE};
    platform = (struct hyp_platform){.name = "board"};
    build = (struct hv_build){.config = &config, .platform = &platform, .image = &test_m.image};
    b = (struct hv_boot){
        .build = &build,
        .log = &the_log,
        .memory = {.image = &test_m.image, .load_hpa = TEST_LOAD, .pool_size = TEST_POOL_SIZE},
    };
    test_m.phys = &b.memory.phys;
    return 0;
}

static uint32_t *tree_header(void)
{
    return (uint32_t *)(uintptr_t)HV_BOOT_VA;
}

/* ---- The machine's tree ---------------------------------------------------------------------- */

static void tree_is_mapped_by_the_first_table_and_read(void **state)
{
    (void)state;
    assert_int_equal(hv_boot_read_machine(&b, TEST_FDT), HYP_OK);
    assert_ptr_equal(b.fdt, tree_header());
    assert_int_equal(test_hpa_of(HV_BOOT_VA), TEST_FDT);
    assert_int_equal(b.machine.hart_count, 4);
    assert_int_equal(b.machine.hart_id[3], TEST_ID + 3);
    assert_int_equal(b.memory.fdt_pa.start, TEST_FDT);
    assert_int_equal(b.memory.fdt_pa.size, fdt_totalsize(tree_header()));
    assert_int_not_equal(fence_host_log()->count, 0);
}

static void tree_is_found_in_the_middle_of_a_leaf(void **state)
{
    (void)state;
    memmove((void *)(uintptr_t)(HV_BOOT_VA + 0x3008), tree_header(), HV_BOOT_FDT_SIZE / 2);
    assert_int_equal(hv_boot_read_machine(&b, TEST_FDT + 0x3008), HYP_OK);
    assert_ptr_equal(b.fdt, (const uint8_t *)tree_header() + 0x3008);
}

static void tree_that_cannot_lie_there_is_not_read(void **state)
{
    (void)state;
    assert_int_equal(hv_boot_read_machine(&b, TEST_FDT + 4), HYP_E_FAULT);
    assert_int_equal(hv_boot_read_machine(&b, BIT(56) - HV_BOOT_FDT_SIZE + 8), HYP_E_FAULT);
    assert_int_equal(fence_host_log()->count, 0); /* Nothing was mapped. */
}

static void tree_that_is_closed_is_not_read(void **state)
{
    (void)state;
    test_m.closed = TEST_FDT;
    test_m.closed_to_loads = true;
    assert_int_equal(hv_boot_read_machine(&b, TEST_FDT), HYP_E_FAULT);
    /* Its header can be read, its last page cannot. */
    tree_header()[1] = cpu_to_fdt32(0x3001);
    test_m.closed = TEST_FDT + 0x3000;
    assert_int_equal(hv_boot_read_machine(&b, TEST_FDT), HYP_E_FAULT);
    tree_header()[1] = cpu_to_fdt32(0x3000);
    assert_int_not_equal(hv_boot_read_machine(&b, TEST_FDT), HYP_E_FAULT);
}

static void length_of_the_tree_is_not_believed(void **state)
{
    (void)state;
    tree_header()[1] = 0;
    assert_int_equal(hv_boot_read_machine(&b, TEST_FDT), HYP_E_FORMAT);
    assert_int_equal(b.memory.fdt_pa.size, 40);
    tree_header()[1] = UINT32_MAX;
    assert_int_equal(hv_boot_read_machine(&b, TEST_FDT), HYP_E_FORMAT);
    assert_int_equal(b.memory.fdt_pa.size, HV_BOOT_FDT_SIZE);
}

static void each_refusal_has_its_reason(void **state)
{
    (void)state;
    assert_string_equal(hv_boot_refusal_reason(HYP_E_FAULT), "device-tree-inaccessible");
    assert_string_equal(hv_boot_refusal_reason(HYP_E_FORMAT), "device-tree-malformed");
    assert_string_equal(hv_boot_refusal_reason(HYP_E_ABSENT), "no-hart-or-timebase");
    assert_string_equal(hv_boot_refusal_reason(HYP_E_UNSUPPORTED), "no-h-extension");
}

static void tree_is_erased_to_its_last_byte_and_no_further(void **state)
{
    (void)state;
    assert_int_equal(hv_boot_read_machine(&b, TEST_FDT), HYP_OK);
    const uint8_t *bytes = b.fdt;
    uint32_t size = fdt_totalsize(b.fdt);
    hv_boot_erase_fdt(&b);
    assert_null(b.fdt);
    for (uint32_t i = 0; i < size; i++) {
        assert_int_equal(bytes[i], 0);
    }
    assert_int_equal(bytes[size], 0xee);
    assert_int_equal(b.machine.reserved_count, 0);
}

static void tree_in_a_rom_becomes_reserved(void **state)
{
    (void)state;
    test_m.closed = TEST_FDT;
    assert_int_equal(hv_boot_read_machine(&b, TEST_FDT), HYP_OK);
    uint32_t size = fdt_totalsize(b.fdt);
    hv_boot_erase_fdt(&b);
    assert_int_equal(b.machine.reserved_count, 1);
    assert_int_equal(b.machine.reserved[0].hpa, TEST_FDT);
    assert_int_equal(b.machine.reserved[0].size, size);
}

static void what_lies_over_the_tree_is_not_erased(void **state)
{
    (void)state;
    assert_int_equal(hv_boot_read_machine(&b, TEST_FDT), HYP_OK);
    tree_header()[0] = 0x12345678; /* A file is loaded there meanwhile. */
    hv_boot_erase_fdt(&b);
    assert_int_equal(tree_header()[0], 0x12345678);
    assert_null(b.fdt);
}

/* ---- Lines about the machine ----------------------------------------------------------------- */

static void machine_is_shown(void **state)
{
    (void)state;
    test_m.tree.has_seed = true;
    test_write_tree();
    assert_int_equal(hv_boot_read_machine(&b, TEST_FDT), HYP_OK);
    assert_int_equal(machine_probe(&b.machine), HYP_OK);
    hv_boot_show_machine(&b);
    test_expect("hyp: build=test config=two harts=4 timebase_hz=1000000 "
                "build_id=0123456789abcdef00ff20202020202020202020\n"
                "hyp: sstc=1 svpbmt=1 gpa_bits=59 irq_sources=0 load=0x80200000\n"
                "hyp: svnapot=0 svadu=0 zicbom=0 zicboz=0 stateen=1 vector=0 vmid_bits=14\n");
}

static void machine_without_a_seed_says_so(void **state)
{
    (void)state;
    assert_int_equal(hv_boot_read_machine(&b, TEST_FDT), HYP_OK);
    hv_boot_show_machine(&b);
    test_expect_line("hyp: seed=none vms_rng_seed=none vms_kaslr_seed=none");
}

static void harts_without_h_are_named(void **state)
{
    (void)state;
    test_m.tree.isa[1] = "rv64imafdc";
    test_m.tree.isa[3] = "rv64imafdc";
    test_write_tree();
    assert_int_equal(hv_boot_read_machine(&b, TEST_FDT), HYP_OK);
    hv_boot_show_machine(&b);
    test_expect_line("hyp: build=test config=two harts=2 timebase_hz=1000000 "
                     "build_id=0123456789abcdef00ff20202020202020202020");
    test_expect_line("hyp: harts_without_h=2 ids=101,103");
}

static void first_harts_without_h_are_named_if_there_are_many(void **state)
{
    (void)state;
    test_m.tree.harts = TEST_HARTS_MAX;
    for (uint32_t i = 1; i < TEST_HARTS_MAX; i++) {
        test_m.tree.isa[i] = "rv64imafdc";
    }
    test_write_tree();
    assert_int_equal(hv_boot_read_machine(&b, TEST_FDT), HYP_OK);
    hv_boot_show_machine(&b);
    test_expect_line("hyp: harts_without_h=19 ids=101,102,103,104,105,106,107,108,109,110,111,112,"
                     "113,114,115,116,...");
}

static void what_is_left_out_is_counted(void **state)
{
    (void)state;
    char args[600];
    memset(args, 'a', sizeof(args) - 1);
    args[sizeof(args) - 1] = 0;
    test_m.tree.bootargs = args;
    test_write_tree();
    assert_int_equal(hv_boot_read_machine(&b, TEST_FDT), HYP_OK);
    b.machine.harts_left_out = 1;
    b.machine.mem_left_out = 2;
    b.machine.devices_left_out = 3;
    b.machine.reserved_merged = 4;
    hv_boot_show_machine(&b);
    test_expect_line("hyp: left_out harts=1 mem_ranges=2 bootargs=599 devices=3 reserved_merged=4");
}

static void pool_is_shown_beside_what_was_expected(void **state)
{
    (void)state;
    assert_int_equal(hv_memory_init(&b.memory, &(struct hv_memory_caps){0}), HYP_OK);
    uint64_t used = TEST_POOL_SIZE / 4096 - b.memory.pool.free_count;
    hpa_t pa;
    assert_int_equal(page_pool_alloc(&b.memory.pool, 1, &pa), HYP_OK);
    assert_int_equal(page_pool_free(&b.memory.pool, pa, 1), HYP_OK);
    b.plan.pool_need = 300 * HYP_KIB;
    hv_boot_show_pool(&b);
    char line[128];
    snprintf(line, sizeof(line),
             "hyp: pool_used_kib=%lu pool_peak_kib=%lu pool_need_kib=300 pool_kib=1024\n", used * 4,
             (used + 2) * 4);
    test_expect(line);
}

/* ---- The hypervisor's own memory ------------------------------------------------------------- */

static unsigned perm_at(uint64_t va, uint64_t hpa)
{
    struct ptable_leaf leaf;
    assert_int_equal(hspace_walk(&b.memory.phys, csr_read(CSR_SATP), va, &leaf), HYP_OK);
    assert_int_equal(leaf.pa.a + (va - leaf.address), hpa);
    return pte_perm(leaf.pte);
}

static void space_has_each_section_with_its_rights(void **state)
{
    (void)state;
    struct ptable_leaf leaf;
    struct range pool = hv_memory_pool_range(&b.memory);
    assert_int_equal(pool.start, TEST_POOL);
    assert_int_equal(pool.size, TEST_POOL_SIZE);
    fence_host_reset();
    assert_int_equal(hv_memory_init(&b.memory, &(struct hv_memory_caps){0}), HYP_OK);
    assert_int_equal(csr_read(CSR_SATP), hspace_satp(&b.memory.space));
    assert_int_equal(fence_host_log()->record[fence_host_log()->count - 1].kind, FENCE_SFENCE_ALL);
    assert_true(hspace_is_valid(&b.memory.space));
    assert_int_equal(perm_at(SPACE_BASE, TEST_LOAD), PTE_R | PTE_X);
    assert_int_equal(perm_at(SPACE_BASE + 0x10000, TEST_LOAD + 0x10000), PTE_R);
    assert_int_equal(perm_at(SPACE_BASE + 0x18000, TEST_LOAD + 0x18000), PTE_R | PTE_W);
    uint64_t va = b.memory.phys.window[0].va;
    assert_int_equal(perm_at(va, TEST_POOL), PTE_R | PTE_W);
    assert_int_equal(perm_at(va + TEST_POOL_SIZE - 1, TEST_POOL + TEST_POOL_SIZE - 1),
                     PTE_R | PTE_W);
    /* Embedded files and the tree are not mapped. */
    assert_int_equal(hspace_walk(&b.memory.phys, csr_read(CSR_SATP), SPACE_BASE + 0x20000, &leaf),
                     HYP_E_ABSENT);
    assert_int_equal(hspace_walk(&b.memory.phys, csr_read(CSR_SATP), HV_BOOT_VA, &leaf),
                     HYP_E_ABSENT);
}

static void zero_blocks_are_used_where_they_work(void **state)
{
    (void)state;
    struct hv_memory_caps caps = {.svpbmt = true, .zero_block = 64};
    assert_int_equal(hv_memory_init(&b.memory, &caps), HYP_OK);
    assert_int_equal(b.memory.pool.zero_block, 0);
    assert_true(b.memory.space.svpbmt);
    mem_host()->zero_block = 64;
    assert_int_equal(hv_memory_init(&b.memory, &caps), HYP_OK);
    assert_int_equal(b.memory.pool.zero_block, 64);
}

static void image_that_cannot_be_mapped_is_an_error(void **state)
{
    (void)state;
    const struct hv_memory_caps caps = {0};
    const struct hv_image good = test_m.image;
    test_m.image.text_end = test_link(0x10001);
    assert_int_equal(hv_memory_init(&b.memory, &caps), HYP_E_ALIGN);
    test_m.image = good;
    test_m.image.rodata_start = test_link(0xf000); /* Over text. */
    assert_int_equal(hv_memory_init(&b.memory, &caps), HYP_E_EXIST);
    test_m.image = good;
    test_m.image.data_start = test_link(0x17000); /* Over rodata. */
    assert_int_equal(hv_memory_init(&b.memory, &caps), HYP_E_EXIST);
    test_m.image = good;
    test_m.image.hyp_end = (const char *)(uintptr_t)(HV_POOL_VA + HV_LEAF); /* Over the pool. */
    assert_int_equal(hv_memory_init(&b.memory, &caps), HYP_E_EXIST);
    assert_int_equal(csr_read(CSR_SATP), 0); /* The table was not loaded. */
}

static void pool_that_is_too_small_is_an_error(void **state)
{
    (void)state;
    b.memory.pool_size = 0;
    assert_int_not_equal(hv_memory_init(&b.memory, &(struct hv_memory_caps){0}), HYP_OK);
    b.memory.pool_size = 2 * HYP_PAGE_SIZE; /* Bookkeeping, and a root without tables. */
    assert_int_equal(hv_memory_init(&b.memory, &(struct hv_memory_caps){0}), HYP_E_NOMEM);
}

/* ---- Free RAM -------------------------------------------------------------------------------- */

static struct hv_ram_conflict find_clash(void)
{
    test_write_tree();
    assert_int_equal(hv_boot_read_machine(&b, TEST_FDT), HYP_OK);
    return hv_boot_find_ram_conflict(&b);
}

static void expect_clash(const char *name, const char *why, const char *with_name, uint64_t with)
{
    struct hv_ram_conflict clash = find_clash();
    bool image = strcmp(name, "image") == 0;
    assert_non_null(clash.name);
    assert_string_equal(clash.name, name);
    assert_int_equal(clash.own.start, image ? TEST_LOAD : TEST_POOL);
    assert_int_equal(clash.own.size, image ? TEST_IMAGE_SIZE : b.memory.pool_size);
    assert_string_equal(clash.why, why);
    assert_string_equal(clash.with_name, with_name);
    assert_int_equal(clash.with.start, with);
}

static void image_and_pool_in_free_memory_clash_with_nothing(void **state)
{
    (void)state;
    test_m.tree.reserved = (struct hyp_mem){TEST_RAM, TEST_LOAD - TEST_RAM};
    test_m.tree.initrd = (struct hyp_mem){TEST_POOL + TEST_POOL_SIZE, 0x1000};
    assert_null(find_clash().name);
}

static void memory_of_others_is_a_clash(void **state)
{
    (void)state;
    test_m.tree.reserved = (struct hyp_mem){TEST_RAM, TEST_LOAD - TEST_RAM + 1};
    expect_clash("image", "in-reserved-memory", "reserved", TEST_RAM);
    test_m.tree.reserved = (struct hyp_mem){TEST_POOL + TEST_POOL_SIZE - 1, 1};
    expect_clash("pool", "in-reserved-memory", "reserved", TEST_POOL + TEST_POOL_SIZE - 1);
    test_m.tree.reserved.size = 0;
    test_m.tree.initrd = (struct hyp_mem){TEST_POOL + 0x1000, 0x1000};
    expect_clash("pool", "over-initrd", "initrd", TEST_POOL + 0x1000);
}

static void what_is_no_memory_is_a_clash(void **state)
{
    (void)state;
    test_m.tree.ram_size = TEST_LOAD + 0x1000 - TEST_RAM;
    expect_clash("image", "outside-memory", "memory", TEST_RAM);
    test_m.tree.ram_size = TEST_POOL + TEST_POOL_SIZE - 1 - TEST_RAM;
    expect_clash("pool", "outside-memory", "memory", TEST_RAM);
}

static void device_tree_in_the_pool_is_a_clash(void **state)
{
    (void)state;
    b.memory.pool_size = TEST_FDT - TEST_POOL + 1;
    expect_clash("pool", "over-device-tree", "device-tree", TEST_FDT);
}

/* Each page of the pool must take a store, each page of the image a load. */
static void closed_page_is_a_clash(void **state)
{
    (void)state;
    b.memory.pool_size = 3 * HV_LEAF; /* Several leaves. */
    test_m.closed = TEST_LOAD + 0x5000;
    assert_null(find_clash().name); /* A page of the image that is read-only. */
    test_m.closed_to_loads = true;
    expect_clash("image", "inaccessible", "page", TEST_LOAD + 0x5000);
    test_m.closed_to_loads = false;
    test_m.closed = TEST_POOL + 2 * HV_LEAF + 0x7000;
    expect_clash("pool", "inaccessible", "page", test_m.closed);
    test_m.closed = TEST_POOL + b.memory.pool_size;
    assert_null(find_clash().name);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(tree_is_mapped_by_the_first_table_and_read, setup),
        cmocka_unit_test_setup(tree_is_found_in_the_middle_of_a_leaf, setup),
        cmocka_unit_test_setup(tree_that_cannot_lie_there_is_not_read, setup),
        cmocka_unit_test_setup(tree_that_is_closed_is_not_read, setup),
        cmocka_unit_test_setup(length_of_the_tree_is_not_believed, setup),
        cmocka_unit_test_setup(each_refusal_has_its_reason, setup),
        cmocka_unit_test_setup(tree_is_erased_to_its_last_byte_and_no_further, setup),
        cmocka_unit_test_setup(tree_in_a_rom_becomes_reserved, setup),
        cmocka_unit_test_setup(what_lies_over_the_tree_is_not_erased, setup),
        cmocka_unit_test_setup(machine_is_shown, setup),
        cmocka_unit_test_setup(machine_without_a_seed_says_so, setup),
        cmocka_unit_test_setup(harts_without_h_are_named, setup),
        cmocka_unit_test_setup(first_harts_without_h_are_named_if_there_are_many, setup),
        cmocka_unit_test_setup(what_is_left_out_is_counted, setup),
        cmocka_unit_test_setup(pool_is_shown_beside_what_was_expected, setup),
        cmocka_unit_test_setup(space_has_each_section_with_its_rights, setup),
        cmocka_unit_test_setup(zero_blocks_are_used_where_they_work, setup),
        cmocka_unit_test_setup(image_that_cannot_be_mapped_is_an_error, setup),
        cmocka_unit_test_setup(pool_that_is_too_small_is_an_error, setup),
        cmocka_unit_test_setup(image_and_pool_in_free_memory_clash_with_nothing, setup),
        cmocka_unit_test_setup(memory_of_others_is_a_clash, setup),
        cmocka_unit_test_setup(what_is_no_memory_is_a_clash, setup),
        cmocka_unit_test_setup(device_tree_in_the_pool_is_a_clash, setup),
        cmocka_unit_test_setup(closed_page_is_a_clash, setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
