/* SPDX-License-Identifier: Apache-2.0 */
/* Requirements of a configuration on its world: limits, harts, extensions, pool. */
#include "config_priv.h"

#include <hyp/vm/guest_isa.h>

static const char fit_text[] =
#define CONFIG_RULE_TEXT(name, id, text) id ": " text "\0"
    CONFIG_FIT_RULES(CONFIG_RULE_TEXT);
#undef CONFIG_RULE_TEXT

const char *config_text_at(const char *texts, enum config_rule rule)
{
    for (uint32_t n = rule; n != 0; texts++) {
        n -= *texts == '\0' ? 1 : 0;
    }
    return texts;
}

static struct config_finding *about(struct config_run *run, uint32_t blocked,
                                    struct config_owner who)
{
    run->finding =
        (struct config_finding){.blocked = blocked, .a = who, .b = config_owner_world(run->in)};
    return &run->finding;
}

struct config_finding *config_about(struct config_run *run, uint32_t vm)
{
    return about(run, config_vm_bit(vm), config_owner_vm(run->config, vm));
}

/* One that is no VM's own: at build it blocks all, as at boot the rest may run. */
static struct config_finding *about_all(struct config_run *run, const char *kind, const char *name)
{
    return about(run, run->in->machine != NULL ? 0 : config_vm_all(run->config),
                 (struct config_owner){kind, name});
}

void config_tell(struct config_run *run, struct config_finding *finding)
{
    finding->text = config_text_at(run->texts, finding->rule);
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
    struct config_finding *f = about(run, UINT32_MAX, who);
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

/* Harts that the VM names, or free ones. */
static void check_harts(struct config_run *run, uint32_t vm)
{
    const struct vm_config *c = &run->config->vms[vm];
    uint64_t present = config_present_harts(run->in);
    uint64_t missing = c->hart_mask & ~present;
    uint64_t got = run->plan->harts[vm];
    struct config_finding *f = config_about(run, vm);
    if (missing != 0 && (got == 0 || run->in->machine == NULL)) {
        f->rule = CONFIG_HART_ABSENT;
        f->x = bits_first(missing);
        f->y = config_hart_count(run->in);
        config_tell(run, f);
    } else if (c->hart_mask == 0 && got == 0 && c->vcpu_count != 0) {
        uint64_t taken = c->real_time ? BIT(run->config->console_hart & 63) : 0;
        for (uint32_t i = 0; i < run->config->vm_count; i++) {
            taken |= run->plan->harts[i] | run->config->vms[i].hart_mask;
        }
        f->rule = CONFIG_HART_FREE;
        f->x = c->vcpu_count;
        f->y = bits_count(present & ~taken);
        config_tell(run, f);
    }
}

/* A machine with fewer harts drives the console on another one: its VMs can run. */
static void check_console_hart(struct config_run *run)
{
    uint32_t have = config_hart_count(run->in);
    if (run->config->console_hart >= have) {
        struct config_finding *f = about_all(run, "the console", NULL);
        f->rule = CONFIG_CONSOLE_HART;
        f->x = run->config->console_hart;
        f->y = have;
        config_tell(run, f);
    }
}

/* The extensions of the VM's own harts; of all harts if it has none. */
uint64_t config_vm_isa(const struct config_run *run, uint32_t vm)
{
    const struct config_machine *machine = run->in->machine;
    uint64_t harts = run->plan->harts[vm];
    return machine->isa_of_harts != NULL && harts != 0
               ? machine->isa_of_harts(machine->isa_ctx, harts)
               : machine->isa;
}

static void check_extensions(struct config_run *run)
{
    const struct config_machine *machine = run->in->machine;
    if (machine == NULL) {
        return;
    }
    if (machine->gpa_bits == 0) {
        struct config_finding *f = about_all(run, "libhyp", NULL);
        f->rule = CONFIG_EXT_ABSENT;
        f->blocked = config_vm_all(run->config);
        f->thing = "h (a G-stage mode)";
        config_tell(run, f);
    }
    for (uint32_t vm = 0; vm < run->config->vm_count; vm++) {
        const char *at = run->config->vms[vm].isa_needs;
        uint64_t isa = config_vm_isa(run, vm);
        size_t n = 0;
        while ((n = config_next_word(&at, n)) != 0) {
            enum guest_isa ext = guest_isa_find(at, n);
            if (ext != GUEST_ISA_COUNT && (isa & BIT(ext)) == 0) {
                struct config_finding *f = config_about(run, vm);
                f->rule = CONFIG_EXT_ABSENT;
                f->thing = guest_isa_name(ext);
                config_tell(run, f);
            }
        }
    }
}

/* At boot the VMs that the pool has room for are made all the same. */
static void check_pool(struct config_run *run)
{
    struct config_plan *plan = run->plan;
    plan->pool_need = config_pool_need(run->in, plan);
    if (plan->pool_need > run->config->pool_size) {
        struct config_finding *f = about_all(run, "configuration", run->config->name);
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
    for (uint32_t vm = 0; vm < run->config->vm_count; vm++) {
        check_harts(run, vm);
    }
    check_console_hart(run);
    check_extensions(run);
    config_fit_mem(run);
    config_fit_devices(run);
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
