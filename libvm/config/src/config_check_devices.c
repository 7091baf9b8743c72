/* SPDX-License-Identifier: Apache-2.0 */
/* A device has one owner, has whole pages, and its DMA is contained or trusted. */
#include "config_check_rules.h"

#include "config_owner.h"
#include "config_text.h"

static void report_overlap(struct config_run *run, uint32_t blocked,
                           const struct hyp_device *device, struct config_owner owner,
                           struct config_owner other)
{
    config_violation(run, CONFIG_DEV_OVERLAP, blocked,
                     "the page of device %s at 0x%lx is owned by " OWNER " and " OWNER,
                     device->name, device->hpa, OWNER_ARGS(owner), OWNER_ARGS(other));
}

static void check_pair(struct config_run *run, const struct config_held_device *a,
                       const struct config_held_device *b)
{
    uint32_t blocked = a->vm_bit | b->vm_bit;
    if (a->device == b->device) {
        config_violation(run, CONFIG_DEV_TWICE, blocked,
                         "device %s is owned by " OWNER " and " OWNER, a->device->name,
                         OWNER_ARGS(a->owner), OWNER_ARGS(b->owner));
    } else if (a->vm_bit != b->vm_bit &&
               range_overlaps(config_range(a->device->hpa, a->device->size),
                              config_range(b->device->hpa, b->device->size))) {
        config_violation(run, CONFIG_DEV_OVERLAP, blocked,
                         "the page of device %s at 0x%lx is owned by " OWNER " and " OWNER
                         " (device %s)",
                         a->device->name, a->device->hpa, OWNER_ARGS(a->owner),
                         OWNER_ARGS(b->owner), b->device->name);
    }
}

/* A device that is not behind an IOMMU can write all memory: the VM must be trusted with that. */
static void check_dma(struct config_run *run, uint32_t vm, const struct vm_device *vm_device)
{
    const struct vm_config *vm_config = &run->config->vms[vm];
    if (!vm_device->dma_trusted) {
        config_violation(run, CONFIG_DEV_DMA, config_vm_bit(vm),
                         "device %s of vm %s can write memory of everyone: no IOMMU, not "
                         "dma_trusted",
                         vm_device->name, vm_config->name);
        return;
    }
    for (uint32_t i = 0; i < vm_config->mem_count; i++) {
        const struct vm_mem *mem = &vm_config->mem[i];
        uint64_t hpa = mem->hpa_fixed ? mem->hpa : run->plan->mem_hpa[vm][i];
        if (!mem->hpa_fixed || hpa != mem->gpa) {
            config_violation(run, CONFIG_DEV_DMA_GPA, config_vm_bit(vm),
                             "device %s of vm %s needs gpa = hpa, but memory at gpa 0x%lx lies "
                             "at 0x%lx",
                             vm_device->name, vm_config->name, mem->gpa, hpa);
        }
    }
}

/* The pages of the device hold neither reserved registers nor a device that has no owner. */
static void check_neighbours(struct config_run *run, uint32_t vm, const struct hyp_device *device)
{
    struct range pages = config_range(device->hpa, device->size);
    struct config_owner owner = config_owner_vm(run->config, vm);
    struct hyp_regs regs;
    for (uint32_t k = 0; config_regs_get(run->platform, k, &regs); k++) {
        if (range_overlaps(pages, config_range_of(regs.mem))) {
            report_overlap(run, config_vm_bit(vm), device, owner,
                           (struct config_owner){regs.owner, ""});
            return;
        }
    }
    for (uint32_t k = 0; k < run->platform->device_count; k++) {
        const struct hyp_device *other = &run->platform->devices[k];
        if (range_overlaps(pages, config_range(other->hpa, other->size)) &&
            !config_device_is_held(run, other)) {
            report_overlap(run, config_vm_bit(vm), device, owner,
                           (struct config_owner){"device ", other->name});
        }
    }
}

static void check_device(struct config_run *run, uint32_t vm, const struct vm_device *vm_device)
{
    const struct hyp_device *device = config_find_device(run->platform, vm_device->name);
    const char *vm_name = run->config->vms[vm].name;
    if (device == NULL) {
        config_violation(run, CONFIG_DEV_UNKNOWN, config_vm_bit(vm),
                         "vm %s names device %s, which platform %s does not have", vm_name,
                         config_text_or_unknown(vm_device->name), run->platform->name);
        return;
    }
    if (!is_aligned(device->hpa | device->size, HYP_PAGE_SIZE) ||
        !range_covers(config_range(0, BIT(56)), device->hpa, device->size) ||
        device->reg_size > device->size) {
        config_violation(run, CONFIG_DEV_ALIGN, config_vm_bit(vm),
                         "device %s of vm %s at 0x%lx, 0x%lx bytes, is not whole pages with "
                         "reg_size inside",
                         device->name, vm_name, device->hpa, device->size);
    }
    check_neighbours(run, vm, device);
    if (device->dma && !device->iommu) {
        check_dma(run, vm, vm_device);
    }
}

static void check_uart(struct config_run *run)
{
    const char *name = run->platform->uart.device;
    if (name != NULL && config_find_device(run->platform, name) == NULL) {
        config_violation(run, CONFIG_DEV_UNKNOWN, config_vm_all(run->config),
                         "uart.device of platform %s is %s, which is none of its devices",
                         run->platform->name, name);
    }
}

void config_check_devices(struct config_run *run)
{
    check_uart(run);
    for (uint32_t vm = 0; vm < run->config->vm_count; vm++) {
        const struct vm_config *vm_config = &run->config->vms[vm];
        config_check_log_waits(run, vm);
        for (uint32_t k = 0; k < vm_config->device_count; k++) {
            check_device(run, vm, &vm_config->devices[k]);
            config_for_later_devices(run, vm, k, check_pair);
        }
    }
}
