/* SPDX-License-Identifier: Apache-2.0 */
/* The memory that a VM's harts clear, and the place of the code that clears it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "libhv/vm/test_vms.h"

static struct hv_vm hv;

static int setup(void **state)
{
    (void)state;
    test_init();
    hv = test_vm();
    hv.kernel = (struct hv_file){.size = TEST_KERNEL_SIZE, .size_known = true};
    hv.initrd = (struct hv_file){.size = 0x4001, .size_known = true};
    t.dtbs[TEST_INDEX].size = 0x800;
    return 0;
}

static enum hyp_status init(void)
{
    return hv_vm_init_scrub(&t.vms, &hv);
}

static bool is_cleared(uint64_t gpa)
{
    bool cleared = false;
    for (uint32_t i = 0; i < hv.vm.scrub.count; i++) {
        cleared |= range_contains(hv.vm.scrub.clear[i], gpa);
    }
    return cleared;
}

/* Memory around a kept region is cleared. */
static void expect_stays(uint64_t gpa, uint64_t size)
{
    assert_false(is_cleared(gpa) || is_cleared(gpa + size - 1));
    assert_true(is_cleared(gpa - 1) && is_cleared(gpa + size));
}

static uint64_t cleared_size(void)
{
    uint64_t size = 0;
    for (uint32_t i = 0; i < hv.vm.scrub.count; i++) {
        size += hv.vm.scrub.clear[i].size;
    }
    return size;
}

static void test_files_and_kept_memory_stay(void **state)
{
    (void)state;
    uint64_t stay = TEST_KERNEL_SIZE + 0x4001 + 0x800 + scrub_code_size;
    assert_int_equal(init(), HYP_OK);
    expect_stays(TEST_KERNEL, TEST_KERNEL_SIZE);
    expect_stays(TEST_INITRD, 0x4001);
    expect_stays(TEST_DTB, 0x800);
    assert_false(is_cleared(TEST_KEPT));
    assert_true(is_cleared(TEST_RAM) && is_cleared(TEST_ROM));
    assert_true(is_cleared(TEST_ROM + TEST_ROM_SIZE - 1));
    assert_int_equal(cleared_size(), TEST_RAM_SIZE + TEST_ROM_SIZE - stay);
    assert_string_equal(t.lines, "hyp: vm=guest memory=log kept=0x1000\n");
    assert_int_equal(hv.vm.scrub.harts_left, 2);
}

static void test_a_file_of_unknown_size_keeps_its_room(void **state)
{
    (void)state;
    hv.initrd = (struct hv_file){.size = TEST_INITRD_MAX};
    assert_int_equal(init(), HYP_OK);
    expect_stays(TEST_INITRD, TEST_INITRD_MAX);
    assert_string_equal(t.lines, "hyp: vm=guest memory=log kept=0x1000\n"
                                 "hyp: vm=guest file=initrd size=unknown kept=0x10000\n");
}

static void test_what_is_not_there_keeps_nothing(void **state)
{
    (void)state;
    hv.initrd.size = 0;
    test_config()->dtb_gpa = 0;
    assert_int_equal(init(), HYP_OK);
    assert_true(is_cleared(TEST_INITRD) && is_cleared(TEST_DTB));
}

/* ---- The machine's device tree --------------------------------------------------------------- */

static void expect_under_tree(bool expected)
{
    assert_int_equal(init(), HYP_OK);
    const char *line = strstr(t.lines, "hyp: vm=guest file=initrd under=device-tree\n");
    assert_int_equal(line != NULL, expected);
}

/* A boot loader has put both there, and boot has erased the tree. */
static void test_a_preloaded_file_under_the_machines_tree_is_logged(void **state)
{
    (void)state;
    t.vms.fdt_pa = (struct range){TEST_RAM_HPA + (TEST_INITRD - TEST_RAM) + 0x4000, 0x1000};
    expect_under_tree(true);
}

static void test_a_tree_behind_the_file_is_not_in_its_way(void **state)
{
    (void)state;
    t.vms.fdt_pa = (struct range){TEST_RAM_HPA + (TEST_INITRD - TEST_RAM) + 0x4001, 0x1000};
    expect_under_tree(false);
}

/* An embedded file is copied after boot has erased the tree. */
static void test_an_embedded_file_is_over_the_tree(void **state)
{
    (void)state;
    test_config()->initrd.preloaded = false;
    t.vms.fdt_pa = (struct range){TEST_RAM_HPA + (TEST_INITRD - TEST_RAM), 0x1000};
    expect_under_tree(false);
}

/* ---- The code -------------------------------------------------------------------------------- */

static void test_the_code_lies_at_the_end_of_the_entrys_region(void **state)
{
    (void)state;
    const struct scrub *s = &hv.vm.scrub;
    uint64_t place = TEST_RAM + TEST_RAM_SIZE - scrub_code_size;
    assert_int_equal(init(), HYP_OK);
    assert_int_equal(s->code_gpa, place);
    assert_int_equal(s->code_size, scrub_code_size);
    assert_memory_equal(test_ram + (place - TEST_RAM), scrub_code, scrub_code_size);
    assert_int_equal(test_ram[place - TEST_RAM - 1], 0xaa);
    for (uint32_t i = 0; i < scrub_code_size; i++) {
        assert_int_equal(s->saved[i], 0); /* The bytes under the code are restored as cleared. */
    }
}

static void test_it_follows_the_entry(void **state)
{
    (void)state;
    test_config()->entry = TEST_ROM + 0x100;
    assert_int_equal(init(), HYP_OK);
    assert_int_equal(hv.vm.scrub.code_gpa, TEST_ROM + TEST_ROM_SIZE - scrub_code_size);
}

static void test_what_it_covers_of_a_file_is_kept(void **state)
{
    (void)state;
    hv.initrd.size = TEST_RAM + TEST_RAM_SIZE - TEST_INITRD;
    test_config()->dtb_gpa = 0;
    assert_int_equal(init(), HYP_OK);
    for (uint32_t i = 0; i < scrub_code_size; i++) {
        assert_int_equal(hv.vm.scrub.saved[i], 0xaa);
    }
}

static void test_where_all_is_kept_there_is_no_code(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < 3; i++) {
        t.mem[i].keep = true;
    }
    assert_int_equal(init(), HYP_OK);
    assert_int_equal(hv.vm.scrub.count, 0);
    assert_int_equal(hv.vm.scrub.harts_left, 0);
    assert_string_equal(t.said, "");
}

static void test_memory_that_cannot_be_accessed_is_a_fault(void **state)
{
    (void)state;
    t.range[0].no_write = true;
    assert_int_equal(init(), HYP_E_FAULT);
    test_init();
    hv = test_vm();
    t.range[0].no_read = true;
    assert_int_equal(init(), HYP_E_FAULT);
    test_init();
    hv = test_vm();
    test_config()->entry = 0; /* Outside the VM's memory. */
    assert_int_equal(init(), HYP_E_FAULT);
}

#define TEST(f) cmocka_unit_test_setup(f, setup)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_files_and_kept_memory_stay),
        TEST(test_a_file_of_unknown_size_keeps_its_room),
        TEST(test_what_is_not_there_keeps_nothing),
        TEST(test_a_preloaded_file_under_the_machines_tree_is_logged),
        TEST(test_a_tree_behind_the_file_is_not_in_its_way),
        TEST(test_an_embedded_file_is_over_the_tree),
        TEST(test_the_code_lies_at_the_end_of_the_entrys_region),
        TEST(test_it_follows_the_entry),
        TEST(test_what_it_covers_of_a_file_is_kept),
        TEST(test_where_all_is_kept_there_is_no_code),
        TEST(test_memory_that_cannot_be_accessed_is_a_fault),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
