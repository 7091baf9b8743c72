/* SPDX-License-Identifier: Apache-2.0 */
/* Extensions by name, and as properties of a device tree. */
#include <hyp/vm/guest_isa.h>

#include <hyp/base/bits.h>

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

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
        cmocka_unit_test(test_guest_isa),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
