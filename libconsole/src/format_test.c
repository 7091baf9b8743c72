/* SPDX-License-Identifier: Apache-2.0 */
/* The formatter's edges, and conversions that it copies as they are written. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <limits.h>
#include <string.h>

#include <hyp/console/format.h>

/* Has no format attribute: the formats are wrong on purpose. */
static size_t unchecked(char *buf, size_t size, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    size_t length = format_vbuf(buf, size, fmt, args);
    va_end(args);
    return length;
}

static void converts(void **state)
{
    (void)state;
    char buf[128];
    assert_int_equal(format_buf(buf, sizeof(buf), "%s=%d %5u|%05d|%c%%", "k", -3, 42u, -42, 'x'),
                     19);
    assert_string_equal(buf, "k=-3    42|-0042|x%");
    format_buf(buf, sizeof(buf), "%08lx %lx %p", 0xbeefUL, ULONG_MAX, (void *)0x1000);
    assert_string_equal(buf, "0000beef ffffffffffffffff 0x1000");
    format_buf(buf, sizeof(buf), "%ld %d %lu %zu", LONG_MIN, INT_MIN, ULONG_MAX, (size_t)7);
    assert_string_equal(buf, "-9223372036854775808 -2147483648 18446744073709551615 7");
    format_buf(buf, sizeof(buf), "%6s|%3s|%2c", "abc", "abcd", 'y');
    assert_string_equal(buf, "   abc|abcd| y");
}

static void cuts_off(void **state)
{
    (void)state;
    char buf[4] = "zzz";
    assert_int_equal(format_buf(buf, 0, "abc"), 0);
    assert_string_equal(buf, "zzz");
    assert_int_equal(format_buf(buf, 1, "abc"), 0);
    assert_string_equal(buf, "");
    assert_int_equal(format_buf(buf, sizeof(buf), "%s", "abcdef"), 3);
    assert_string_equal(buf, "abc");
}

static void copies_unknown_conversions(void **state)
{
    (void)state;
    char buf[64];
    unchecked(buf, sizeof(buf), "%5.2f|%q|%", 1.0);
    assert_string_equal(buf, "%5.2f|%q|%");
    unchecked(buf, sizeof(buf), "%s", NULL);
    assert_string_equal(buf, "(null)");
    /* A width that would overflow is cut, not obeyed. */
    assert_int_equal(unchecked(buf, sizeof(buf), "%99999999999999999999d", 1), 63);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(converts),
        cmocka_unit_test(cuts_off),
        cmocka_unit_test(copies_unknown_conversions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
