/* SPDX-License-Identifier: Apache-2.0 */
/* The frame of config_check(): rules on the world, then what no machine changes. */
#include <hyp/vm/config_check.h>

#include "config_check_rules.h"
#include "config_fit_rules.h"

void config_check(const struct config_input *in, struct config_plan *plan, config_sink *sink,
                  void *arg)
{
    struct config_input build = *in;
    struct config_run run = {.in = in,
                             .config = in->config,
                             .platform = in->platform,
                             .texts =
                                 config_rule_text((enum config_rule)0), /* The others follow. */
                             .plan = plan,
                             .sink = sink,
                             .arg = arg};
    if (!config_fit_run(&run)) {
        return;
    }
    /* What no machine changes is judged without one. */
    build.machine = NULL;
    run.in = &build;
    config_check_names(&run);
    config_check_harts(&run);
    config_check_keys(&run);
    config_check_budgets(&run);
    config_check_extensions(&run);
    config_check_memory(&run);
    config_check_gpa(&run);
    config_check_devices(&run);
    config_check_irqs(&run);
    config_check_files(&run);
    config_check_pool(&run);
    plan->runnable = config_vm_all(in->config) & ~run.blocked;
}
