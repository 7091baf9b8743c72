/* SPDX-License-Identifier: Apache-2.0 */
/* The table of rules, and how a run hands over a violation. */
#include <hyp/vm/config_check.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "config_run.h"

static struct config_plan plan;
static struct config_violation last;
static char text[128];

static const char *rule_id(enum config_rule rule)
{
    return config_rules_get(rule)->id;
}

static void sink(void *arg, const struct config_violation *violation, const char *format,
                 va_list args)
{
    assert_ptr_equal(arg, text);
    last = *violation;
    (void)vsnprintf(text, sizeof(text), format, args);
}

static void test_violation(void **state)
{
    (void)state;
    struct config_run run = {.rule_id = rule_id, .plan = &plan, .sink = sink, .arg = text};
    plan.violation_count = 0;
    config_violation(&run, CONFIG_HART_TWICE, 6, "hart %u is owned by vm %s and vm %s", 1u, "linux",
                     "rt");
    assert_int_equal(last.rule, CONFIG_HART_TWICE);
    assert_string_equal(last.id, "E-HART-TWICE");
    assert_int_equal(last.blocked, 6);
    assert_string_equal(text, "hart 1 is owned by vm linux and vm rt");
    run.sink = NULL;
    config_violation(&run, CONFIG_MEM_KEEP, 8, "x");
    assert_int_equal(plan.violation_count, 2);
    assert_int_equal(run.blocked, 14);
    assert_int_equal(last.rule, CONFIG_HART_TWICE);
}

/* The message names the common part; ranges that only touch are no violation. */
static void test_overlap(void **state)
{
    (void)state;
    static const struct vm_config vms[] = {{.name = "a"}, {.name = "b"}};
    static const struct hyp_config config = {HYP_VMS_OF(vms)};
    struct config_run run = {
        .rule_id = rule_id, .config = &config, .plan = &plan, .sink = sink, .arg = text};
    struct config_region a = {config_range(0x1000, 0x3000), 1, 3};
    struct config_claim b = {config_range(0x2000, 0x1000), {"the firmware", ""}};
    plan.violation_count = 0;
    config_check_overlap(&run, CONFIG_MEM_FIRMWARE, &a, &b);
    assert_string_equal(
        text, "host memory 0x2000, 0x1000 bytes, is owned by vm b (mem[3]) and the firmware");
    assert_int_equal(last.blocked, 2);
    b.range = config_range(0x3000, 0x4000);
    config_check_overlap(&run, CONFIG_MEM_FIRMWARE, &a, &b);
    assert_string_equal(
        text, "host memory 0x3000, 0x1000 bytes, is owned by vm b (mem[3]) and the firmware");
    b.range = config_range(0x4000, 0x1000);
    config_check_overlap(&run, CONFIG_MEM_FIRMWARE, &a, &b);
    assert_int_equal(plan.violation_count, 2);
}

/* Each rule has an id of its own, and names a member of config.h. */
static void test_table(void **state)
{
    (void)state;
    for (uint32_t rule = 0; rule < CONFIG_RULE_COUNT; rule++) {
        const struct config_rule_row *row = config_rules_get((enum config_rule)rule);
        assert_int_equal(row->rule, rule);
        assert_true(strncmp(row->id, "E-", 2) == 0 && strchr(row->where, '.') != NULL);
        assert_true(row->meaning[strlen(row->meaning) - 1] == '.');
        for (uint32_t other = 0; other < rule; other++) {
            assert_string_not_equal(config_rules_get((enum config_rule)other)->id, row->id);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_violation),
        cmocka_unit_test(test_overlap),
        cmocka_unit_test(test_table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
