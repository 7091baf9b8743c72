/* SPDX-License-Identifier: Apache-2.0 */
/* Kernels that fit, kernels that do not, and flat binaries. */
#include <hyp/vm/kernel_image.h>

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define AT 0x80200000
#define END 0x90000000

static struct vm_mem mem[3];
static struct vm_config vm;
static uint64_t header[KERNEL_IMAGE_HEADER_WORDS];
static struct kernel_image image;

static void put(size_t at, uint64_t value)
{
    header[at / 8] = value;
}

static int set_up(void **state)
{
    (void)state;
    mem[0] = (struct vm_mem){.gpa = 0x80000000, .size = END - 0x80000000};
    vm = (struct vm_config){.mem = mem,
                            .mem_count = 1,
                            .entry = AT,
                            .kernel = {.name = "kernel", .gpa = AT, .max_size = 0x100000}};
    memset(header, 0, sizeof(header));
    put(8, 0x200000);
    put(16, 0x1000000);
    memcpy(&header[7], "RSC\x05", 4);
    return 0;
}

static enum kernel_image_fault check(uint64_t initrd_size)
{
    return kernel_image_check(&vm, initrd_size, header, &image);
}

static void test_fits(void **state)
{
    (void)state;
    assert_int_equal(check(0), KERNEL_IMAGE_FITS);
    assert_int_equal(image.text_offset, 0x200000);
    assert_int_equal(image.image_size, 0x1000000);
    assert_int_equal(image.room, END - AT);
    put(16, 0); /* image_size of old kernels. */
    assert_int_equal(check(0), KERNEL_IMAGE_FITS);
    put(24, UINT64_MAX - 1); /* Other flags. */
    assert_int_equal(check(0), KERNEL_IMAGE_FITS);
}

static void test_flat(void **state)
{
    (void)state;
    put(24, 1);
    for (size_t i = 0; i < 32; i++) {
        header[7] ^= UINT64_C(1) << i;
        assert_int_equal(check(0), KERNEL_IMAGE_FITS);
        header[7] ^= UINT64_C(1) << i;
    }
    header[7] |= UINT64_C(0x40) << 32; /* Offset of the PE header. */
    assert_int_equal(check(0), KERNEL_IMAGE_ENDIAN);
    vm.entry = AT + 4; /* The VM skips the header: a flat binary. */
    assert_int_equal(check(0), KERNEL_IMAGE_FITS);
}

static void test_offset(void **state)
{
    static const uint64_t good[] = {0, 0x200000};
    static const uint64_t bad[] = {1,        0x1000, 0x100000,           0x1ff000,   0x201000,
                                   0x400000, AT,     0x8000000000000000, UINT64_MAX, AT + 0x200000};
    (void)state;
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        put(8, good[i]);
        assert_int_equal(check(0), KERNEL_IMAGE_FITS);
    }
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        put(8, bad[i]);
        assert_int_equal(check(0), KERNEL_IMAGE_OFFSET);
        assert_true(image.text_offset == bad[i]);
    }
    put(8, 0x200000);
    vm.kernel.gpa = vm.entry = AT + 0x1000;
    assert_int_equal(check(0), KERNEL_IMAGE_OFFSET);
}

/* A kernel that ends at `end` fits, and one byte more does not. */
static void check_room(uint64_t initrd_size, uint64_t end)
{
    put(16, end - AT);
    assert_int_equal(check(initrd_size), KERNEL_IMAGE_FITS);
    assert_true(image.room == end - AT);
    put(16, end - AT + 1);
    assert_int_equal(check(initrd_size), KERNEL_IMAGE_SIZE);
    put(16, UINT64_MAX);
    assert_int_equal(check(initrd_size), KERNEL_IMAGE_SIZE);
}

static void test_size(void **state)
{
    (void)state;
    check_room(0, END);
    mem[1] = (struct vm_mem){.gpa = END + 0x1000, .size = 0x1000};
    mem[2] = (struct vm_mem){.gpa = END, .size = 0x1000};
    vm.mem_count = 2;
    check_room(0, END);
    vm.mem_count = 3; /* The regions touch. */
    check_room(0, END + 0x2000);
    vm.initrd = (struct vm_blob){.name = "initrd", .gpa = 0x88000000};
    check_room(0, END + 0x2000);
    check_room(1, 0x88000000);
    vm.dtb_gpa = 0x87000000;
    check_room(1, 0x87000000);
    vm.dtb_gpa = 0x89000000;
    check_room(1, 0x88000000);
    vm.dtb_gpa = vm.initrd.gpa = AT - 0x1000; /* They lie before the kernel. */
    check_room(1, END + 0x2000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_fits, set_up),
        cmocka_unit_test_setup(test_flat, set_up),
        cmocka_unit_test_setup(test_offset, set_up),
        cmocka_unit_test_setup(test_size, set_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
