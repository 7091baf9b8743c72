/* SPDX-License-Identifier: Apache-2.0 */
/* The table of all rules. */
#include <hyp/vm/config_check.h>

#define MEMBER_EXISTS(type, member) (sizeof(((struct type *)0)->member) != 0)
#define ROW(rule, id, type, member, meaning) {CONFIG_##rule, id, #type "." #member, meaning},
#define ASSERT_ROW(rule, id, type, member, meaning) _Static_assert(MEMBER_EXISTS(type, member), id);

CONFIG_FIT_RULES(ASSERT_ROW)
CONFIG_CHECK_RULES(ASSERT_ROW)

static const struct config_rule_row rows[] = {CONFIG_FIT_RULES(ROW) CONFIG_CHECK_RULES(ROW)};

const struct config_rule_row *config_rules_get(enum config_rule rule)
{
    return &rows[rule];
}
