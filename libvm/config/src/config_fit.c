/* SPDX-License-Identifier: Apache-2.0 */
/* config_fit(): limits, decisions, rules that depend on the machine, pool. */
#include "config_fit_rules.h"

static const char *rule_id(enum config_rule rule)
{
#define RULE_ID(rule, id, type, member, meaning) id,
    static const char *const ids[] = {CONFIG_FIT_RULES(RULE_ID)};
    return ids[rule];
}

static bool check_limit(struct config_run *run, struct config_owner owner, const char *what,
                        uint32_t count, uint32_t max)
{
    if (count <= max) {
        return true;
    }
    config_violation(run, CONFIG_LIMIT, UINT32_MAX, OWNER " has %u %s, at most %u are supported",
                     OWNER_ARGS(owner), count, what, max);
    return false;
}

/* Checks the bounds on which every loop and mask below relies. */
static bool check_limits(struct config_run *run)
{
    struct config_owner config = {"configuration ", run->config->name};
    struct config_owner platform = {"platform ", run->platform->name};
    struct config_owner provider = config_owner_provider(run->in);
    const struct hyp_mem *mem;
    bool good = check_limit(run, config, "VMs", run->config->vm_count, HYP_VM_MAX);
    good &= check_limit(run, provider, "RAM ranges", config_ram(run->in, &mem), CONFIG_RANGE_MAX);
    good &= check_limit(run, provider, "reserved ranges", config_reserved(run->in, &mem),
                        CONFIG_RANGE_MAX);
    good &= check_limit(run, platform, "devices", run->platform->device_count,
                        CONFIG_PLATFORM_DEVICE_MAX);
    for (uint32_t vm = 0; good && vm < run->config->vm_count; vm++) {
        const struct vm_config *vm_config = &run->config->vms[vm];
        struct config_owner owner = config_owner_vm(run->config, vm);
        good &= check_limit(run, owner, "memory regions", vm_config->mem_count, CONFIG_MEM_MAX);
        good &= check_limit(run, owner, "devices", vm_config->device_count, CONFIG_DEVICE_MAX);
    }
    return good;
}

/* At boot, VMs are built as long as the pool lasts. */
static void check_pool(struct config_run *run)
{
    struct config_plan *plan = run->plan;
    plan->pool_need = config_pool_need(run->in, plan);
    if (plan->pool_need > run->config->pool_size) {
        config_violation(run, CONFIG_POOL_SIZE, config_vm_all_at_build(run),
                         "pool_size of configuration %s is %lu bytes, needed are %lu",
                         run->config->name, run->config->pool_size, plan->pool_need);
    }
}

static void plan_init(struct config_plan *plan)
{
    plan->runnable = 0;
    plan->violation_count = 0;
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
                             .rule_id = rule_id,
                             .plan = plan,
                             .sink = sink,
                             .arg = arg};
    if (config_fit_run(&run)) {
        plan->runnable = config_vm_all(in->config) & ~run.blocked;
    }
}
