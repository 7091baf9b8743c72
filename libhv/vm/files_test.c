/* SPDX-License-Identifier: Apache-2.0 */
/* A VM's files: embedded ones are copied; all are checked for size and place. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include <hyp/vm/kernel_image.h>

#include "libhv/vm/test_vms.h"

static int setup(void **state)
{
    (void)state;
    test_init();
    return 0;
}

/* ---- Embedded files -------------------------------------------------------------------------- */

static enum hyp_status copy_kernel(void)
{
    return hv_vm_copy_blob(&t.vms, &test_config()->kernel);
}

static bool window_is_empty(void)
{
    struct ptable_leaf leaf;
    uint64_t va = HV_BOOT_VA + (TEST_FILES_HPA & (HV_LEAF - 1));
    return hspace_walk(&t.arena.map, hspace_satp(&t.space), va, &leaf) == HYP_E_ABSENT;
}

static void test_an_embedded_file_is_copied_byte_by_byte(void **state)
{
    (void)state;
    uint8_t *at = test_ram + (TEST_KERNEL - TEST_RAM);
    assert_int_equal(copy_kernel(), HYP_OK);
    assert_memory_equal(at, test_files, TEST_KERNEL_SIZE);
    assert_int_equal(at[-1], 0xaa);
    assert_int_equal(at[TEST_KERNEL_SIZE], 0xaa);
    assert_string_equal(t.said, "file ");
}

/* No page of it stays mapped, and the TLB is flushed. */
static void test_it_is_mapped_only_meanwhile(void **state)
{
    (void)state;
    const struct fence_log *fences = fence_host_log();
    assert_int_equal(copy_kernel(), HYP_OK);
    assert_true(window_is_empty());
    assert_int_equal(fences->record[0].kind, FENCE_SFENCE_ALL);
    assert_int_equal(fences->count, 1 + 2); /* Its two pages. */
    assert_int_equal(fences->record[1].kind, FENCE_SFENCE);
}

static void test_a_large_file_takes_large_leaves(void **state)
{
    (void)state;
    t.blobs[1].size = TEST_FILES_SIZE - 100;
    test_config()->kernel.gpa = TEST_RAM;
    assert_int_equal(copy_kernel(), HYP_OK);
    assert_int_equal(t.file_leaf, HV_LEAF);
    assert_memory_equal(test_ram, test_files, TEST_FILES_SIZE - 100);
    assert_true(window_is_empty());
}

static void test_a_file_that_was_loaded_or_is_none_stays(void **state)
{
    (void)state;
    struct vm_blob none = {.name = NULL};
    assert_int_equal(hv_vm_copy_blob(&t.vms, &test_config()->initrd), HYP_OK);
    assert_int_equal(hv_vm_copy_blob(&t.vms, &none), HYP_OK);
    assert_string_equal(t.said, "");
}

static void test_a_file_that_the_build_has_not_is_absent(void **state)
{
    (void)state;
    t.build.blob_count = 1;
    assert_int_equal(copy_kernel(), HYP_E_ABSENT);
}

static void test_a_file_needs_tables(void **state)
{
    (void)state;
    test_leave_pages(0);
    assert_int_equal(copy_kernel(), HYP_E_NOMEM);
    assert_string_equal(t.said, "");
}

static void test_a_file_beside_its_memory_is_a_fault(void **state)
{
    (void)state;
    test_config()->kernel.gpa = TEST_RAM + TEST_RAM_SIZE - 8;
    assert_int_equal(copy_kernel(), HYP_E_FAULT);
    assert_true(window_is_empty());
}

/* ---- Sizes ----------------------------------------------------------------------------------- */

static struct hv_vm hv;

static enum hyp_status check(const char *bootargs)
{
    test_set_bootargs(bootargs);
    hv = test_vm();
    t.lines[0] = 0;
    return hv_vm_check_files(&t.vms, &hv);
}

static void test_an_embedded_files_size_is_known(void **state)
{
    (void)state;
    assert_int_equal(check("guest.kernel-size=1"), HYP_OK);
    assert_int_equal(hv.kernel.size, TEST_KERNEL_SIZE);
    assert_true(hv.kernel.size_known);
}

static void test_a_preloaded_file_has_its_max_size_if_no_size_is_given(void **state)
{
    (void)state;
    assert_int_equal(check("before.initrd-size=5"), HYP_OK);
    assert_int_equal(hv.initrd.size, TEST_INITRD_MAX);
    assert_false(hv.initrd.size_known);
    assert_int_equal(check("guest.initrd-size=0x4001"), HYP_OK);
    assert_int_equal(hv.initrd.size, 0x4001);
    assert_true(hv.initrd.size_known);
    assert_int_equal(check("guest.initrd-size=0x10000"), HYP_OK);
    assert_int_equal(hv.initrd.size, TEST_INITRD_MAX);
}

/* A boot loader without an initrd gives size 0. */
static void test_an_initrd_of_no_bytes_is_none(void **state)
{
    (void)state;
    assert_int_equal(check("guest.initrd-size=0"), HYP_OK);
    assert_int_equal(hv.initrd.size, 0);
    test_config()->initrd = (struct vm_blob){.name = NULL};
    assert_int_equal(check("guest.initrd-size=7"), HYP_OK);
    assert_int_equal(hv.initrd.size, 0);
    assert_true(hv.initrd.size_known);
}

static void expect_size_line(const char *bootargs, const char *line)
{
    assert_int_equal(check(bootargs), HYP_E_FORMAT);
    assert_string_equal(t.lines, line);
}

static void test_a_size_above_the_room_is_refused(void **state)
{
    (void)state;
    expect_size_line("guest.initrd-size=65537",
                     "hyp: config E-BLOB-SIZE: initrd-size of vm guest is 65537, its max_size is "
                     "65536\n");
}

static void test_a_size_that_is_no_number_is_refused(void **state)
{
    (void)state;
    expect_size_line("guest.initrd-size=64K",
                     "hyp: config E-BLOB-SIZE: initrd-size of vm guest is 64K, its max_size is "
                     "65536\n");
    expect_size_line("guest.initrd-size=0123456789012345678901234567890123456789",
                     "hyp: config E-BLOB-SIZE: initrd-size of vm guest is "
                     "0123456789012345678901234567890, its max_size is 65536\n");
}

static void test_a_kernel_has_some_bytes(void **state)
{
    (void)state;
    test_config()->kernel.preloaded = true;
    expect_size_line("guest.kernel-size=0",
                     "hyp: config E-BLOB-SIZE: kernel-size of vm guest is 0, its max_size is "
                     "1048576\n");
    assert_int_equal(check("guest.kernel-size=1"), HYP_OK);
    assert_int_equal(hv.kernel.size, 1);
}

static void test_both_sizes_are_judged(void **state)
{
    (void)state;
    test_config()->kernel.preloaded = true;
    expect_size_line("guest.kernel-size=x guest.initrd-size=y",
                     "hyp: config E-BLOB-SIZE: kernel-size of vm guest is x, its max_size is "
                     "1048576\n"
                     "hyp: config E-BLOB-SIZE: initrd-size of vm guest is y, its max_size is "
                     "65536\n");
}

/* ---- A kernel's header ----------------------------------------------------------------------- */

static void put_kernel(uint64_t text_offset, uint64_t image_size, uint64_t flags)
{
    uint64_t header[KERNEL_IMAGE_HEADER_WORDS] = {
        [1] = text_offset,
        [2] = image_size,
        [3] = flags,
        [KERNEL_IMAGE_MAGIC2] = KERNEL_IMAGE_RSC_5,
    };
    memcpy(test_ram + (test_config()->kernel.gpa - TEST_RAM), header, sizeof(header));
}

static void expect_kernel_line(const char *line)
{
    enum hyp_status expected = line[0] == 0 ? HYP_OK : HYP_E_FORMAT;
    assert_int_equal(check("guest.initrd-size=0x1000"), expected);
    assert_string_equal(t.lines, line);
}

static void test_a_kernel_that_fits_is_taken(void **state)
{
    (void)state;
    put_kernel(0x200000, 0x100000, 0);
    expect_kernel_line("");
}

static void test_a_big_endian_kernel_is_refused(void **state)
{
    (void)state;
    put_kernel(0x200000, 0x1000, 1);
    expect_kernel_line("hyp: config E-KERNEL-ENDIAN: kernel of vm guest at 0x80200000: text_offset "
                       "0x200000, image_size 0x1000, flags 0x1, room 0x100000\n");
}

static void test_a_kernel_at_another_offset_is_refused(void **state)
{
    (void)state;
    put_kernel(0x80000, 0x1000, 0);
    expect_kernel_line("hyp: config E-KERNEL-OFFSET: kernel of vm guest at 0x80200000: text_offset "
                       "0x80000, image_size 0x1000, flags 0x0, room 0x100000\n");
}

/* Its .bss would lie over the initrd; without one, over the device tree. */
static void test_a_kernel_that_is_too_long_is_refused(void **state)
{
    (void)state;
    put_kernel(0x200000, 0x100001, 0);
    expect_kernel_line("hyp: config E-KERNEL-SIZE: kernel of vm guest at 0x80200000: text_offset "
                       "0x200000, image_size 0x100001, flags 0x0, room 0x100000\n");
    assert_int_equal(check("guest.initrd-size=0"), HYP_OK);
    put_kernel(0x200000, 0x1f0001, 0);
    assert_int_equal(check("guest.initrd-size=0"), HYP_E_FORMAT);
    assert_non_null(strstr(t.lines, "room 0x1f0000"));
}

static void test_a_flat_binary_is_taken_as_it_is(void **state)
{
    (void)state;
    put_kernel(1, UINT64_MAX, 1);
    test_ram[TEST_KERNEL - TEST_RAM + 56] = 'x'; /* No magic number. */
    expect_kernel_line("");
}

/* Bytes after the file are not the kernel's. */
static void test_a_file_shorter_than_a_header_has_none(void **state)
{
    (void)state;
    put_kernel(1, UINT64_MAX, 1);
    test_config()->kernel.preloaded = true;
    assert_int_equal(check("guest.kernel-size=63"), HYP_OK);
    assert_int_equal(check("guest.kernel-size=64"), HYP_E_FORMAT);
}

static void test_a_kernel_that_cannot_be_read_is_a_fault(void **state)
{
    (void)state;
    put_kernel(0x200000, 0x1000, 0);
    t.range[0].no_read = true;
    assert_int_equal(check(""), HYP_E_FAULT);
    struct guest_mem_range end = {
        .gpa = TEST_KERNEL + 56, .size = 8, .bytes = test_ram + (TEST_KERNEL - TEST_RAM) + 56};
    guest_mem_host_reset();
    guest_mem_host_attach(&end); /* Its magic number alone. */
    assert_int_equal(check(""), HYP_E_FAULT);
}

#define TEST(f) cmocka_unit_test_setup(f, setup)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_an_embedded_file_is_copied_byte_by_byte),
        TEST(test_it_is_mapped_only_meanwhile),
        TEST(test_a_large_file_takes_large_leaves),
        TEST(test_a_file_that_was_loaded_or_is_none_stays),
        TEST(test_a_file_that_the_build_has_not_is_absent),
        TEST(test_a_file_needs_tables),
        TEST(test_a_file_beside_its_memory_is_a_fault),
        TEST(test_an_embedded_files_size_is_known),
        TEST(test_a_preloaded_file_has_its_max_size_if_no_size_is_given),
        TEST(test_an_initrd_of_no_bytes_is_none),
        TEST(test_a_size_above_the_room_is_refused),
        TEST(test_a_size_that_is_no_number_is_refused),
        TEST(test_a_kernel_has_some_bytes),
        TEST(test_both_sizes_are_judged),
        TEST(test_a_kernel_that_fits_is_taken),
        TEST(test_a_big_endian_kernel_is_refused),
        TEST(test_a_kernel_at_another_offset_is_refused),
        TEST(test_a_kernel_that_is_too_long_is_refused),
        TEST(test_a_flat_binary_is_taken_as_it_is),
        TEST(test_a_file_shorter_than_a_header_has_none),
        TEST(test_a_kernel_that_cannot_be_read_is_a_fault),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
