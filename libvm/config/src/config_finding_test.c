/* SPDX-License-Identifier: Apache-2.0 */
/* Every rule as a line of text. */
#include <hyp/vm/config_check.h>

#include <hyp/base/bits.h>

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void test_line(void **state)
{
    (void)state;
    struct config_finding f = {.text = config_rule_text(CONFIG_HART_TWICE),
                               .a = {"vm", "linux"},
                               .b = {"vm", "rt"},
                               .x = 1};
    char line[CONFIG_LINE_SIZE];
    static const char text[] = "E-HART-TWICE: hart 1 is owned by vm linux and vm rt";
    assert_int_equal(config_finding_line(&f, line, sizeof(line)), sizeof(text) - 1);
    assert_string_equal(line, text);
    assert_int_equal(config_finding_line(&f, line, 10), 9);
    assert_string_equal(line, "E-HART-TW");
    assert_int_equal(config_finding_line(&f, line, 1), 0);
    assert_string_equal(line, "");
    f = (struct config_finding){.text = config_rule_text(CONFIG_MEM_ALIGN), .x = UINT64_MAX};
    (void)config_finding_line(&f, line, sizeof(line));
    assert_string_equal(line, "E-MEM-ALIGN: memory of nobody at gpa 0xffffffffffffffff: ? 0x0 is "
                              "not a multiple of 4 KiB");
}

static void test_every_line(void **state)
{
    (void)state;
    for (uint32_t rule = 0; rule < CONFIG_RULE_COUNT; rule++) {
        struct config_finding f = {.text = config_rule_text((enum config_rule)rule),
                                   .a = {"vm", "0123456789abcde"},
                                   .b = {"the interrupt controller", NULL},
                                   .thing = "interrupt controller",
                                   .x = UINT64_MAX,
                                   .y = UINT64_MAX};
        char line[CONFIG_LINE_SIZE];
        assert_true(config_finding_line(&f, line, sizeof(line)) < sizeof(line) - 1);
        assert_true(strncmp(line, "E-", 2) == 0 && strchr(line, '%') == NULL);
        size_t id = strcspn(f.text, ":");
        for (uint32_t other = 0; other < rule; other++) {
            assert_int_not_equal(strncmp(config_rule_text((enum config_rule)other), f.text, id), 0);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_line),
        cmocka_unit_test(test_every_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
