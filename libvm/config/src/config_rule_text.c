/* SPDX-License-Identifier: Apache-2.0 */
/* Sentences of all rules. */
#include <hyp/vm/config_check.h>

#include "config_run.h"

/* A string literal may not be as long as all of them. */
#define CONFIG_RULE_ROOM(name, id, text) char name[sizeof(id ": " text)];
#define CONFIG_RULE_TEXT(name, id, text) .name = id ": " text,
static const struct {
    CONFIG_FIT_RULES(CONFIG_RULE_ROOM) CONFIG_FILE_RULES(CONFIG_RULE_ROOM)
} all_texts = {CONFIG_FIT_RULES(CONFIG_RULE_TEXT) CONFIG_FILE_RULES(CONFIG_RULE_TEXT)};

const char *config_rule_text(enum config_rule rule)
{
    return config_text_at((const char *)&all_texts, rule);
}
