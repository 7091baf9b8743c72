/* SPDX-License-Identifier: Apache-2.0 */
/* The checker's frame: limits, names, harts, extensions, pool. */
#include "config_check_priv.h"

#include <hyp/vm/guest_isa.h>

void config_check_tell(struct config_run *run, const struct config_finding *finding)
{
    run->plan->finding_count++;
    run->blocked |= finding->blocked;
    if (run->sink != NULL) {
        run->sink(run->arg, finding);
    }
}

static bool limit(struct config_run *run, struct config_owner who, const char *what, uint32_t count,
                  uint32_t max, const char *text)
{
    if (count <= max) {
        return true;
    }
    struct config_finding f = {.rule = CONFIG_LIMIT, .a = who, .thing = what, .x = count, .y = max};
    (void)text;
    config_check_tell(run, &f);
    return false;
}
