/* SPDX-License-Identifier: Apache-2.0 */
/* The keys of the console; VMs that share it. */
#include "config_check_rules.h"

#define CTRL_A 1 /* QEMU's own key on its serial console. */

static void report_key(struct config_run *run, uint32_t key, const char *user, const char *other)
{
    config_violation(run, CONFIG_CONSOLE_KEY, config_vm_all(run->config),
                     "the key 0x%x of %s is taken by %s", key, user, other);
}

void config_check_keys(struct config_run *run)
{
    const struct {
        uint32_t key;
        const char *user;
    } keys[] = {
        {CTRL_A, "QEMU"},
        {hyp_console_key(run->config), "the console"},
        {hyp_log_key(run->config), "the log"},
        {hyp_terminal_key(run->config), "the terminal"},
    };
    for (unsigned i = 1; i < sizeof(keys) / sizeof(keys[0]); i++) {
        for (unsigned other = 0; other < i; other++) {
            if (keys[i].key == keys[other].key) {
                report_key(run, keys[i].key, keys[i].user, keys[other].user);
                break;
            }
        }
    }
}

/* While the log waits, nothing reads what VMs write to the console. */
void config_check_log_waits(struct config_run *run, uint32_t vm)
{
    const struct vm_config *vm_config = &run->config->vms[vm];
    if (run->config->log_waits && vm_config->console.kind != VM_CONSOLE_NONE) {
        config_violation(run, CONFIG_LOG_WAITS, config_vm_bit(vm),
                         "vm %s shares the console with the log, which waits (log_waits)",
                         vm_config->name);
    }
}
