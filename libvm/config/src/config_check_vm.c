/* SPDX-License-Identifier: Apache-2.0 */
/* A VM by itself: its name, the extensions that it needs, its budget of exits. */
#include "config_check_rules.h"

#include <hyp/vm/guest_isa.h>

#include "config_irqc.h"
#include "config_text.h"

static bool name_is_valid(const char *name)
{
    size_t n = 0;
    for (; name != NULL && name[n] != '\0'; n++) {
        char c = name[n];
        bool good = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
        if (!good || n == 15) {
            return false;
        }
    }
    return n != 0;
}

void config_check_names(struct config_run *run)
{
    for (uint32_t i = 0; i < run->config->vm_count; i++) {
        const char *name = run->config->vms[i].name;
        if (!name_is_valid(name)) {
            struct config_finding f = {.rule = CONFIG_VM_NAME,
                                       .blocked = config_vm_bit(i),
                                       .a = config_owner_vm(run->config, i),
                                       .thing = name,
                                       .x = i};
            config_tell(run, &f);
        }
        for (uint32_t j = i + 1; j < run->config->vm_count; j++) {
            if (config_text_is_equal(name, run->config->vms[j].name)) {
                struct config_finding f = {.rule = CONFIG_VM_NAME_TWICE,
                                           .blocked = config_vm_bit(i) | config_vm_bit(j),
                                           .a = config_owner_vm(run->config, i),
                                           .b = config_owner_vm(run->config, j),
                                           .x = i,
                                           .y = j};
                config_tell(run, &f);
            }
        }
    }
}

/* Who gives a number of exits means to have a budget. */
void config_check_budgets(struct config_run *run)
{
    for (uint32_t i = 0; i < run->config->vm_count; i++) {
        const struct vm_exit_budget *b = &run->config->vms[i].exits_after_boot;
        if (b->max_exits != 0 && b->grace_s == 0) {
            struct config_finding f = {.rule = CONFIG_EXITS,
                                       .blocked = config_vm_bit(i),
                                       .a = config_owner_vm(run->config, i),
                                       .x = b->max_exits};
            config_tell(run, &f);
        }
    }
}

void config_check_extensions(struct config_run *run)
{
    for (uint32_t vm = 0; vm < run->config->vm_count; vm++) {
        const char *at = run->config->vms[vm].isa_required;
        size_t n = 0;
        while ((n = config_next_word(&at, n)) != 0) {
            enum guest_isa ext = guest_isa_find(at, n);
            struct config_finding f = {.rule = CONFIG_EXT_UNKNOWN,
                                       .blocked = config_vm_bit(vm),
                                       .a = config_owner_vm(run->config, vm),
                                       .b = {"libhyp", NULL},
                                       .thing = at};
            if (ext == GUEST_ISA_SSAIA && !config_has_imsics(&run->config->vms[vm])) {
                f.b.kind = "its interrupt controller";
            } else if (ext != GUEST_ISA_COUNT) {
                continue;
            }
            config_tell(run, &f);
        }
    }
}
