/* SPDX-License-Identifier: Apache-2.0 */
/* The checker's frame: names, extensions, the console's key, the pool's shape. */
#include <hyp/vm/config_check.h>

#include <hyp/vm/guest_isa.h>

#include "config_priv.h"

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

static void check_names(struct config_run *run)
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
static void check_budgets(struct config_run *run)
{
    for (uint32_t i = 0; i < run->config->vm_count; i++) {
        const struct vm_exit_budget *b = &run->config->vms[i].exits_after_boot;
        if (b->most != 0 && b->boot_s == 0) {
            struct config_finding f = {.rule = CONFIG_EXITS,
                                       .blocked = config_vm_bit(i),
                                       .a = config_owner_vm(run->config, i),
                                       .x = b->most};
            config_tell(run, &f);
        }
    }
}

/* 0 is Ctrl-] and Ctrl-^. */
static void check_keys(struct config_run *run)
{
    uint8_t console = run->config->console_key != 0 ? run->config->console_key : 0x1d;
    uint8_t log = run->config->log_key != 0 ? run->config->log_key : 0x1e;
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

static void check_extensions(struct config_run *run)
{
    for (uint32_t vm = 0; vm < run->config->vm_count; vm++) {
        const char *at = run->config->vms[vm].isa_needs;
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

static void check_pool(struct config_run *run)
{
    struct config_finding f = {.a = {"configuration", run->config->name},
                               .blocked = config_vm_all(run->config),
                               .x = run->config->pool_size};
    if (!is_aligned(run->config->pool_size, HYP_PAGE_SIZE)) {
        f.rule = CONFIG_POOL_ALIGN;
        config_tell(run, &f);
    }
    if (run->config->pool_size > CONFIG_POOL_MAX) {
        f.rule = CONFIG_POOL_LARGE;
        f.y = CONFIG_POOL_MAX;
        config_tell(run, &f);
    }
}

void config_check(const struct config_input *in, struct config_plan *plan, config_sink *sink,
                  void *arg)
{
    struct config_input build = *in;
    struct config_run run = {.in = in,
                             .config = in->config,
                             .platform = in->platform,
                             .texts = (const char *)&all_texts,
                             .plan = plan,
                             .sink = sink,
                             .arg = arg};
    if (!config_fit_run(&run)) {
        return;
    }
    /* What no machine changes is judged without one. */
    build.machine = NULL;
    run.in = &build;
    check_names(&run);
    config_check_harts(&run);
    check_keys(&run);
    check_budgets(&run);
    check_extensions(&run);
    config_check_mem(&run);
    config_check_gpas(&run);
    config_check_devices(&run);
    config_check_irqs(&run);
    config_check_images(&run);
    check_pool(&run);
    plan->runnable = config_vm_all(in->config) & ~run.blocked;
}
