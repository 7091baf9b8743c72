/* SPDX-License-Identifier: Apache-2.0 */
/* Decides which harts VMs get, and which hart drives the console. */
#include <hyp/vm/config_plan.h>

#include "config_resources.h"

static uint64_t lowest_bits(uint64_t mask, uint32_t count)
{
    uint64_t taken = 0;
    for (; mask != 0 && count != 0; count--) {
        uint64_t bit = mask & (~mask + 1);
        taken |= bit;
        mask &= ~bit;
    }
    return taken;
}

/* The harts that the VM gets out of `from`: as many as its vCPUs, or fewer if it allows that. */
static uint64_t take_harts(const struct vm_config *vm, uint64_t from)
{
    uint64_t harts = lowest_bits(from, vm->vcpu_count);
    return vm->allow_fewer_vcpus || bits_count(harts) == vm->vcpu_count ? harts : 0;
}

void config_assign_harts(const struct config_input *in, struct config_plan *plan)
{
    const struct hyp_config *config = in->config;
    uint64_t present = config_present_harts(in);
    uint64_t console = config->console_hart < HYP_HART_MAX ? BIT(config->console_hart) : 0;
    uint64_t free = present;
    for (uint32_t i = 0; i < config->vm_count; i++) {
        plan->harts[i] = take_harts(&config->vms[i], config->vms[i].hart_mask & present);
        free &= ~config->vms[i].hart_mask;
    }
    for (uint32_t i = 0; i < config->vm_count; i++) {
        const struct vm_config *vm = &config->vms[i];
        if (vm->hart_mask == 0) {
            plan->harts[i] = take_harts(vm, vm->real_time ? free & ~console : free);
            free &= ~plan->harts[i];
        }
    }
}

uint32_t config_console_hart(const struct config_input *in, const struct config_plan *plan,
                             uint64_t lost)
{
    uint64_t wanted = in->config->console_hart < HYP_HART_MAX ? BIT(in->config->console_hart) : 0;
    uint64_t present = config_present_harts(in);
    uint64_t used = 0;
    uint64_t real_time = 0;
    for (uint32_t i = 0; i < in->config->vm_count; i++) {
        uint64_t harts = (plan->runnable & BIT(i)) != 0 ? plan->harts[i] : 0;
        used |= harts;
        real_time |= in->config->vms[i].real_time ? harts : 0;
    }
    present &= used | ~lost;
    const uint64_t preferred[] = {wanted & ~used, ~used, wanted & ~real_time, ~real_time};
    for (uint32_t i = 0; i < ARRAY_COUNT(preferred); i++) {
        if ((preferred[i] & present) != 0) {
            return bits_first(preferred[i] & present);
        }
    }
    return CONFIG_NO_HART;
}

uint32_t config_vm_of_hart(const struct config_input *in, const struct config_plan *plan,
                           uint32_t hart)
{
    uint32_t vm = 0;
    while (vm < in->config->vm_count &&
           ((plan->runnable & BIT(vm)) == 0 || (plan->harts[vm] & BIT(hart)) == 0)) {
        vm++;
    }
    return vm;
}
