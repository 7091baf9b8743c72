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

static bool check_limit(struct config_run *run, struct config_owner who, const char *what,
                        uint32_t count, uint32_t max)
{
    if (count <= max) {
        return true;
    }
    struct config_finding f = {
        .rule = CONFIG_LIMIT, .blocked = UINT32_MAX, .a = who, .thing = what, .x = count, .y = max};
    config_check_tell(run, &f);
    return false;
}

/* What every loop and mask below counts on. */
static bool check_limits(struct config_run *run)
{
    const struct config_machine *machine = run->in->machine;
    struct config_owner config = {"configuration", run->config->name};
    struct config_owner platform = {"platform", run->platform->name};
    bool good = check_limit(run, config, "VMs", run->config->vm_count, HYP_VM_MAX);
    good &= check_limit(run, platform, "RAM ranges", run->platform->mem_count, CONFIG_RANGE_MAX);
    good &= check_limit(run, platform, "devices", run->platform->device_count,
                        CONFIG_PLATFORM_DEVICE_MAX);
    if (machine != NULL) {
        struct config_owner world = config_owner_world(run->in);
        good &= check_limit(run, world, "RAM ranges", machine->mem_count, CONFIG_RANGE_MAX);
        good &=
            check_limit(run, world, "reserved ranges", machine->reserved_count, CONFIG_RANGE_MAX);
    }
    for (uint32_t vm = 0; good && vm < run->config->vm_count; vm++) {
        const struct vm_config *c = &run->config->vms[vm];
        struct config_owner who = config_owner_vm(run->config, vm);
        good &= check_limit(run, who, "memory regions", c->mem_count, CONFIG_MEM_MAX);
        good &= check_limit(run, who, "devices", c->device_count, CONFIG_DEVICE_MAX);
    }
    return good;
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
            config_check_tell(run, &f);
        }
        for (uint32_t j = i + 1; j < run->config->vm_count; j++) {
            if (config_check_text_is_equal(name, run->config->vms[j].name)) {
                struct config_finding f = {.rule = CONFIG_VM_NAME_TWICE,
                                           .blocked = config_vm_bit(i) | config_vm_bit(j),
                                           .a = config_owner_vm(run->config, i),
                                           .b = config_owner_vm(run->config, j),
                                           .x = i,
                                           .y = j};
                config_check_tell(run, &f);
            }
        }
    }
}

static void check_console(struct config_run *run)
{
    struct config_owner console = {"the console", NULL};
    if (run->config->console_hart >= config_hart_count(run->in)) {
        /* A machine with fewer harts drives the console on another one: its VMs can run. */
        struct config_finding f = {.rule = CONFIG_CONSOLE_HART,
                                   .blocked =
                                       run->in->machine != NULL ? 0 : config_vm_all(run->config),
                                   .a = console,
                                   .b = config_owner_world(run->in),
                                   .x = run->config->console_hart,
                                   .y = config_hart_count(run->in)};
        config_check_tell(run, &f);
    }
    if (run->config->console_key == 1) {
        struct config_finding f = {.rule = CONFIG_CONSOLE_KEY,
                                   .blocked = config_vm_all(run->config),
                                   .a = console,
                                   .b = {"QEMU", NULL}};
        config_check_tell(run, &f);
    }
}

static void check_extension(struct config_run *run, uint32_t vm, const char *text, size_t length)
{
    enum guest_isa ext = guest_isa_find(text, length);
    struct config_finding f = {.blocked = config_vm_bit(vm), .a = config_owner_vm(run->config, vm)};
    if (ext == GUEST_ISA_COUNT) {
        f.rule = CONFIG_EXT_UNKNOWN;
        f.b = (struct config_owner){"libhyp", NULL};
        f.thing = text;
        config_check_tell(run, &f);
    } else if (run->in->machine != NULL && (run->in->machine->isa & BIT(ext)) == 0) {
        f.rule = CONFIG_EXT_ABSENT;
        f.b = config_owner_world(run->in);
        f.thing = guest_isa_name(ext);
        config_check_tell(run, &f);
    }
}

static void check_extensions(struct config_run *run)
{
    if (config_gpa_bits(run->in) == 0) {
        struct config_finding f = {.rule = CONFIG_EXT_ABSENT,
                                   .blocked = config_vm_all(run->config),
                                   .a = {"libhyp", NULL},
                                   .b = config_owner_world(run->in),
                                   .thing = "h (a G-stage mode)"};
        config_check_tell(run, &f);
    }
    for (uint32_t vm = 0; vm < run->config->vm_count; vm++) {
        const char *at = run->config->vms[vm].isa_needs;
        while (at != NULL && *at != '\0') {
            size_t n = 0;
            while (at[n] != '\0' && at[n] != ' ') {
                n++;
            }
            if (n != 0) {
                check_extension(run, vm, at, n);
            }
            at += at[n] == ' ' ? n + 1 : n;
        }
    }
}

static void check_pool(struct config_run *run)
{
    struct config_plan *plan = run->plan;
    struct config_finding f = {.a = {"configuration", run->config->name},
                               .blocked = config_vm_all(run->config),
                               .x = run->config->pool_size};
    if (!is_aligned(run->config->pool_size, HYP_PAGE_SIZE)) {
        f.rule = CONFIG_POOL_ALIGN;
        config_check_tell(run, &f);
    }
    if (run->config->pool_size > CONFIG_POOL_MAX) {
        f.rule = CONFIG_POOL_LARGE;
        f.y = CONFIG_POOL_MAX;
        config_check_tell(run, &f);
    }
    plan->pool_need = config_pool_need(run->in, plan);
    if (plan->pool_need > run->config->pool_size) {
        f.rule = CONFIG_POOL_SIZE;
        f.y = plan->pool_need;
        /* At boot the VMs that the pool has room for are made all the same. */
        f.blocked = run->in->machine != NULL ? 0 : f.blocked;
        config_check_tell(run, &f);
    }
}

static void plan_init(struct config_plan *plan)
{
    plan->runnable = 0;
    plan->finding_count = 0;
    plan->pool_need = 0;
    for (uint32_t vm = 0; vm < HYP_VM_MAX; vm++) {
        plan->harts[vm] = 0;
        for (uint32_t i = 0; i < CONFIG_MEM_MAX; i++) {
            plan->mem_hpa[vm][i] = CONFIG_NOWHERE;
        }
    }
}

void config_check(const struct config_input *in, struct config_plan *plan, config_sink *sink,
                  void *arg)
{
    struct config_run run = {.in = in,
                             .config = in->config,
                             .platform = in->platform,
                             .plan = plan,
                             .sink = sink,
                             .arg = arg};
    plan_init(plan);
    if (!check_limits(&run)) {
        return;
    }
    config_assign_harts(in, plan);
    config_place(in, plan);
    check_names(&run);
    config_check_harts(&run);
    check_console(&run);
    check_extensions(&run);
    config_check_mem(&run);
    config_check_gpas(&run);
    config_check_devices(&run);
    config_check_irqs(&run);
    config_check_images(&run);
    check_pool(&run);
    plan->runnable = config_vm_all(in->config) & ~run.blocked;
}
