/* SPDX-License-Identifier: Apache-2.0 */
/* The frame of config_fit(): limits, decisions, rules on the world, pool. */
#include "config_fit_rules.h"

static const char fit_text[] =
#define CONFIG_RULE_TEXT(name, id, text) id ": " text "\0"
    CONFIG_FIT_RULES(CONFIG_RULE_TEXT);
#undef CONFIG_RULE_TEXT

static bool check_limit(struct config_run *run, struct config_owner who, const char *what,
                        uint32_t count, uint32_t max)
{
    if (count <= max) {
        return true;
    }
    struct config_finding *f = config_about_owner(run, UINT32_MAX, who);
    f->rule = CONFIG_LIMIT;
    f->thing = what;
    f->x = count;
    f->y = max;
    config_tell(run, f);
    return false;
}

/* Bounds that every loop and mask below counts on. */
static bool check_limits(struct config_run *run)
{
    struct config_owner config = {"configuration", run->config->name};
    struct config_owner platform = {"platform", run->platform->name};
    struct config_owner world = config_owner_world(run->in);
    const struct hyp_mem *mem;
    bool good = check_limit(run, config, "VMs", run->config->vm_count, HYP_VM_MAX);
    good &= check_limit(run, world, "RAM ranges", config_ram(run->in, &mem), CONFIG_RANGE_MAX);
    good &=
        check_limit(run, world, "reserved ranges", config_taken(run->in, &mem), CONFIG_RANGE_MAX);
    good &= check_limit(run, platform, "devices", run->platform->device_count,
                        CONFIG_PLATFORM_DEVICE_MAX);
    for (uint32_t vm = 0; good && vm < run->config->vm_count; vm++) {
        const struct vm_config *c = &run->config->vms[vm];
        struct config_owner who = config_owner_vm(run->config, vm);
        good &= check_limit(run, who, "memory regions", c->mem_count, CONFIG_MEM_MAX);
        good &= check_limit(run, who, "devices", c->device_count, CONFIG_DEVICE_MAX);
    }
    return good;
}

/* At boot the VMs that the pool has room for are made all the same. */
static void check_pool(struct config_run *run)
{
    struct config_plan *plan = run->plan;
    plan->pool_need = config_pool_need(run->in, plan);
    if (plan->pool_need > run->config->pool_size) {
        struct config_finding *f = config_about_all(run, "configuration", run->config->name);
        f->rule = CONFIG_POOL_SIZE;
        f->x = run->config->pool_size;
        f->y = plan->pool_need;
        config_tell(run, f);
    }
}

static void plan_init(struct config_plan *plan)
{
    plan->runnable = 0;
    plan->finding_count = 0;
    plan->pool_need = 0;
    for (uint32_t vm = 0; vm < HYP_VM_MAX; vm++) {
        plan->harts[vm] = 0;
        plan->no_context[vm] = 0;
        for (uint32_t i = 0; i < CONFIG_MEM_MAX; i++) {
            plan->mem_hpa[vm][i] = CONFIG_NOWHERE;
        }
    }
}

bool config_fit_run(struct config_run *run)
{
    plan_init(run->plan);
    if (!check_limits(run)) {
        return false;
    }
    for (uint32_t vm = 0; vm < run->config->vm_count; vm++) {
        run->plan->gpa_bits[vm] = (uint8_t)config_vm_gpa_bits(run->in, vm);
    }
    config_assign_harts(run->in, run->plan);
    config_place(run->in, run->plan);
    config_fit_harts(run);
    config_fit_isa(run);
    config_fit_memory(run);
    for (uint32_t vm = 0; vm < run->config->vm_count; vm++) {
        config_fit_devices(run, vm);
        config_fit_irqc(run, vm);
    }
    check_pool(run);
    return true;
}

void config_fit(const struct config_input *in, struct config_plan *plan, config_sink *sink,
                void *arg)
{
    struct config_run run = {.in = in,
                             .config = in->config,
                             .platform = in->platform,
                             .texts = fit_text,
                             .plan = plan,
                             .sink = sink,
                             .arg = arg};
    if (config_fit_run(&run)) {
        plan->runnable = config_vm_all(in->config) & ~run.blocked;
    }
}
