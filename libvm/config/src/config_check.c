/* SPDX-License-Identifier: Apache-2.0 */
/* config_check(): the rules that depend on the machine, then all others. */
#include <hyp/vm/config_check.h>

#include "config_check_rules.h"
#include "config_fit_rules.h"

static const char *rule_id(enum config_rule rule)
{
    return config_rules_get(rule)->id;
}

void config_check(const struct config_input *in, struct config_plan *plan, config_sink *sink,
                  void *arg)
{
    struct config_input build = *in;
    struct config_run run = {.in = in,
                             .config = in->config,
                             .platform = in->platform,
                             .rule_id = rule_id,
                             .plan = plan,
                             .sink = sink,
                             .arg = arg};
    if (!config_fit_run(&run)) {
        return;
    }
    /* The other rules give the same result on every machine, so they are checked without one. */
    build.machine = NULL;
    run.in = &build;
    config_check_vms(&run);
    config_check_harts(&run);
    config_check_keys(&run);
    config_check_memory(&run);
    config_check_gpa(&run);
    config_check_devices(&run);
    config_check_irqs(&run);
    config_check_files(&run);
    config_check_pool(&run);
    plan->runnable = config_vm_all(in->config) & ~run.blocked;
}
