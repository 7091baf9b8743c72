/* SPDX-License-Identifier: Apache-2.0 */
/* machine_find_clash(): memory that is not RAM, or is in use. */
#include "test_machine.h"

/* ---- Room ------------------------------------------------------------------------------------ */

#define OWN ((struct range){0x80200000, 0x100000})

static void expect_clash(enum machine_clash clash, uint64_t start, uint64_t size)
{
    struct range with;
    assert_int_equal(machine_find_clash(&m, OWN, &with), clash);
    assert_int_equal(with.start, start);
    assert_int_equal(with.size, size);
}

static void test_clash_with_ram(void **state)
{
    (void)state;
    struct range with;
    m = (struct machine){.mem = {{0x80300000, 0x1000}, {0x80000000, 0x280000}}, .mem_count = 1};
    expect_clash(MACHINE_CLASH_NO_RAM, 0, 0);
    m.mem_count = 2;
    expect_clash(MACHINE_CLASH_NO_RAM, 0x80000000, 0x280000);
    m.mem[0] = (struct hyp_mem){0x80280000, 0x7ffff};
    expect_clash(MACHINE_CLASH_NO_RAM, 0x80280000, 0x7ffff);
    m.mem[0].size++;
    expect_clash(MACHINE_CLASH_NONE, 0, 0);
    /* Ranges overlap, and one contains another. */
    m.mem[m.mem_count++] = (struct hyp_mem){0x80210000, 0x1000};
    m.mem[0] = (struct hyp_mem){0x80100000, 0x300000};
    expect_clash(MACHINE_CLASH_NONE, 0, 0);
    m.mem[0] = (struct hyp_mem){0, UINT64_MAX};
    expect_clash(MACHINE_CLASH_NONE, 0, 0);
    struct range high = {BIT(56) - 0x1000, 0x1000};
    assert_int_equal(machine_find_clash(&m, high, &with), MACHINE_CLASH_NONE);
    high.size++;
    assert_int_equal(machine_find_clash(&m, high, &with), MACHINE_CLASH_NO_RAM);
    high = (struct range){UINT64_MAX - 0xfff, 0x2000};
    assert_int_equal(machine_find_clash(&m, high, &with), MACHINE_CLASH_NO_RAM);
}

static void test_clash_with_others(void **state)
{
    (void)state;
    m = (struct machine){.mem = {{0x80000000, 0x10000000}},
                         .mem_count = 1,
                         .reserved = {{0x80000000, 0x200000}, {0x80300000, 1}},
                         .reserved_count = 2,
                         .initrd = {0x80300000, 0x1000}};
    expect_clash(MACHINE_CLASH_NONE, 0x80300000, 0x1000);
    m.initrd = (struct hyp_mem){0x802fffff, 1};
    expect_clash(MACHINE_CLASH_INITRD, 0x802fffff, 1);
    m.reserved[1] = (struct hyp_mem){0x80000000, UINT64_MAX - 0x80000000};
    expect_clash(MACHINE_CLASH_RESERVED, 0x80000000, UINT64_MAX - 0x80000000);
    m.reserved[0].size++;
    expect_clash(MACHINE_CLASH_RESERVED, 0x80000000, 0x200001);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_clash_with_ram),
        cmocka_unit_test(test_clash_with_others),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
