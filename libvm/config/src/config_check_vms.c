/* SPDX-License-Identifier: Apache-2.0 */
/* The count of VMs, their names, the ISA extensions that they require, their budgets of exits. */
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

static void check_name(struct config_run *run, uint32_t vm)
{
    const char *name = run->config->vms[vm].name;
    if (!name_is_valid(name)) {
        config_violation(run, CONFIG_VM_NAME, config_vm_bit(vm),
                         "vm %u (%s) needs a name of 1 to 15 characters of [a-z0-9_-]", vm,
                         config_text_or_unknown(name));
    }
    for (uint32_t other = vm + 1; other < run->config->vm_count; other++) {
        if (config_text_is_equal(name, run->config->vms[other].name)) {
            config_violation(run, CONFIG_VM_NAME_TWICE, config_vm_bit(vm) | config_vm_bit(other),
                             "vm %s and vm %s have one name (vm %u and vm %u)", name, name, vm,
                             other);
        }
    }
}

/* A budget of exits without its time is most likely a mistake, as it would not be used. */
static void check_budget(struct config_run *run, uint32_t vm)
{
    const struct vm_exit_budget *budget = &run->config->vms[vm].exits_after_boot;
    if (budget->max_exits != 0 && budget->grace_s == 0) {
        config_violation(run, CONFIG_EXITS, config_vm_bit(vm),
                         "vm %s has a budget of %lu exits after boot, but its grace_s is 0",
                         run->config->vms[vm].name, budget->max_exits);
    }
}

/* The longest word that a message shows, with its NUL. */
#define WORD_MAX 32

static void copy_word(char word[WORD_MAX], const char *from, size_t length)
{
    size_t n = length < WORD_MAX ? length : WORD_MAX - 1;
    for (size_t i = 0; i < n; i++) {
        word[i] = from[i];
    }
    word[n] = '\0';
}

static void check_extensions(struct config_run *run, uint32_t vm)
{
    const struct vm_config *vm_config = &run->config->vms[vm];
    const char *at = vm_config->isa_required;
    size_t n = 0;
    while ((n = config_next_word(&at, n)) != 0) {
        enum guest_isa ext = guest_isa_find(at, n);
        const char *who = "libhyp";
        if (ext == GUEST_ISA_SSAIA && !config_has_imsics(vm_config)) {
            who = "its interrupt controller";
        } else if (ext != GUEST_ISA_COUNT) {
            continue;
        }
        char word[WORD_MAX];
        copy_word(word, at, n);
        config_violation(run, CONFIG_EXT_UNKNOWN, config_vm_bit(vm),
                         "vm %s needs the ISA extension %s, which %s does not know",
                         vm_config->name, word, who);
    }
}

void config_check_vms(struct config_run *run)
{
    if (run->config->vm_count == 0) {
        config_violation(run, CONFIG_VM_COUNT, 0, "configuration %s has no VM (HYP_VMS)",
                         run->config->name);
    }
    for (uint32_t vm = 0; vm < run->config->vm_count; vm++) {
        check_name(run, vm);
        check_budget(run, vm);
        check_extensions(run, vm);
    }
}
