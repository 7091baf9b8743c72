/* SPDX-License-Identifier: Apache-2.0 */
/* Options of VMs in command lines, and their values. */
#include <hyp/vm/config_option.h>

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

/* `value` NULL: the line has no vm.key. */
static void check_of(const char *line, const char *vm, const char *key, const char *value)
{
    size_t length = 77;
    const char *got = config_option_get(line, vm, key, &length);
    if (value == NULL) {
        assert_null(got);
        assert_int_equal(length, 77);
        return;
    }
    assert_non_null(got);
    assert_int_equal(length, strlen(value));
    assert_memory_equal(got, value, length);
    assert_true(got >= line && got + length <= line + strlen(line));
}

static void check(const char *line, const char *value)
{
    check_of(line, "vm", "key", value);
}

static void test_values(void **state)
{
    (void)state;
    check("vm.key=1", "1");
    check("vm.key=a=b,c.d=e", "a=b,c.d=e");
    check("vm.key=", "");
    check("vm.key= 1", "");
    check("vm.key=1 2", "1");
    check("vm.key==", "=");
    check("vm.key=\t1\n", "\t1\n");
}

/* The option stands anywhere in the line; there may be several blanks. */
static void test_places(void **state)
{
    (void)state;
    check("x vm.key=1", "1");
    check("  vm.key=1  ", "1");
    check("quiet other.key=2 vm.other=3 vm.key=1 vm.last=4", "1");
    check("vm.key=1 vm.key=2", "1");
    check("vm.key= vm.key=2", "");
}

static void test_absent(void **state)
{
    (void)state;
    static const char *const lines[] = {
        "",        " ",        "vm",       "vm.",       "vm.key",     "key=1",       "vm.keys=1",
        "vm.ke=1", "vmm.key=", "v.key=1",  "Vm.key=1",  "vm.Key=1",   "vm .key=1",   "vm. key=1",
        "vm.key ", "vm.key =", "xvm.key=", "vm-key=1",  "vm.key:1",   "-vm.key=1",   ".key=1",
        "=1",      "vm.=1",    "avm.key=", "\tvm.key=", "x\nvm.key=", "vm.vm.key=1",
    };
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        check(lines[i], NULL);
    }
}

/* Names that begin like other names are not mixed up. */
static void test_names_that_begin_alike(void **state)
{
    (void)state;
    const char *line = "vm2.key=1 vm.key2=2 vm.key=3 v.key=4 vm.ke=5";
    check_of(line, "vm", "key", "3");
    check_of(line, "vm2", "key", "1");
    check_of(line, "vm", "key2", "2");
    check_of(line, "v", "key", "4");
    check_of(line, "vm", "ke", "5");
    check_of(line, "vm2", "key2", NULL);
    check_of("a.b.c=1", "a", "b.c", "1");
    check_of("a.b.c=1", "a.b", "c", "1");
}

static void test_quotes(void **state)
{
    (void)state;
    check("vm.key=\"1 2\" vm.other=3", "1 2");
    check("vm.key=\"\"", "");
    check("vm.key=\"\" 1", "");
    check("vm.key=\"  \"", "  ");
    check("vm.key=\"a=\"b\" c\"", "a=\"b\" c");
    /* Quotes that are not around the whole value stay. */
    check("vm.key=a\"1 2\"b 3", "a\"1 2\"b");
    check("vm.key=\"1 2\"b 3", "\"1 2\"b");
    check("vm.key=\"1\"b 3\"", "\"1\"b");
    check("vm.key=a\"1 2\" 3", "a\"1 2\"");
    check("vm.key=\"a\"b\"c\" 3", "a\"b\"c");
}

/* A quote without a second one: the rest of the line is one word. */
static void test_open_quotes(void **state)
{
    (void)state;
    check("vm.key=\"", "\"");
    check("vm.key=\"1 2", "\"1 2");
    check("vm.key=1\" 2 vm.key=3", "1\" 2 vm.key=3");
    check("x=\" vm.key=1", NULL);
    check("x\" vm.key=1", NULL);
    check("\"", NULL);
}

/* Text between quotes begins no word. */
static void test_options_inside_quotes(void **state)
{
    (void)state;
    check("other.append=\"a vm.key=1 b\" vm.key=2", "2");
    check("other.append=\"a vm.key=1 b\"", NULL);
    check("\"vm.key=1\"", NULL);
    check("\" vm.key=1\" vm.key=2", "2");
    check("x=\"1\"\"2 3\" vm.key=2", "2");
}

static void check_size(const char *text, size_t length, bool good, uint64_t expected)
{
    uint64_t size = 77;
    assert_int_equal(config_option_size(text, length, &size), good);
    assert_int_equal(size, good ? expected : 77);
}

static void test_sizes(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        uint64_t size;
    } good[] = {
        {"0", 0},
        {"7", 7},
        {"65536", 65536},
        {"0010", 10},
        {"999999999999999999", 999999999999999999},
        {"0x0", 0},
        {"0xffF", 0xfff},
        {"0X1a", 0x1a},
        {"0x0000000000000001", 1},
        {"0xffffffffffffffff", UINT64_MAX},
    };
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        check_size(good[i].text, strlen(good[i].text), true, good[i].size);
    }
    /* Characters behind the value do not count. */
    check_size("12\" 34", 2, true, 12);
    check_size("0x12", 1, true, 0);
    check_size("0x12", 3, true, 1);
    check_size("1234567890123456789", 18, true, 123456789012345678);
}

static void test_no_sizes(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",
        " 1",
        "1 ",
        "-1",
        "+1",
        "5K",
        "a",
        "f",
        "0x",
        "0xg",
        "0x-1",
        "0x 1",
        "x1",
        "/",
        ":",
        "1:",
        "1/",
        "0x1@",
        "G",
        "g",
        "0x1`",
        "1.0",
        "0b1",
        "1000000000000000000",
        "\"1\"",
        "0x10000000000000000",
        "0x00000000000000000",
        "\xff",
        "\xb1",
        "0x\xc1",
    };
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        check_size(bad[i], strlen(bad[i]), false, 0);
    }
    check_size("1", 0, false, 0);
    check_size("0x12", 2, false, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_places),
        cmocka_unit_test(test_absent),
        cmocka_unit_test(test_names_that_begin_alike),
        cmocka_unit_test(test_quotes),
        cmocka_unit_test(test_open_quotes),
        cmocka_unit_test(test_options_inside_quotes),
        cmocka_unit_test(test_sizes),
        cmocka_unit_test(test_no_sizes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
