/* SPDX-License-Identifier: Apache-2.0 */
/* Keys of the console and the log; VMs that share it. */
#include "config_check_rules.h"

void config_check_keys(struct config_run *run)
{
    uint8_t console = hyp_console_key(run->config);
    uint8_t log = hyp_log_key(run->config);
    struct config_finding f = {.rule = CONFIG_CONSOLE_KEY,
                               .blocked = config_vm_all(run->config),
                               .a = {"the console", NULL},
                               .b = {"QEMU", NULL},
                               .x = console};
    if (console == 1) {
        config_tell(run, &f);
    }
    f.a.kind = "the log";
    f.x = log;
    if (log == 1 || log == console) {
        f.b.kind = log == 1 ? "QEMU" : "the console";
        config_tell(run, &f);
    }
}

/* While the log waits nothing would read what the console's VMs write. */
void config_check_log_waits(struct config_run *run, uint32_t vm)
{
    if (run->config->log_waits && run->config->vms[vm].console.kind != VM_CONSOLE_NONE) {
        struct config_finding f = {.rule = CONFIG_LOG_WAITS,
                                   .blocked = config_vm_bit(vm),
                                   .a = config_owner_vm(run->config, vm),
                                   .b = {"the log", NULL}};
        config_tell(run, &f);
    }
}
