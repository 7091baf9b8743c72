/* SPDX-License-Identifier: Apache-2.0 */
/* Devices: one owner each, whole pages, and DMA that something contains. */
#include "config_check_rules.h"

#include "config_owner.h"

static void check_device_pair(struct config_run *run, const struct config_holding *a,
                              const struct config_holding *b)
{
    struct config_finding f = {
        .blocked = a->vm_bit | b->vm_bit, .a = a->owner, .b = b->owner, .thing = a->device->name};
    if (a->device == b->device) {
        f.rule = CONFIG_DEV_TWICE;
        config_tell(run, &f);
        return;
    }
    if (a->vm_bit != b->vm_bit && range_overlaps(config_range(a->device->hpa, a->device->size),
                                                 config_range(b->device->hpa, b->device->size))) {
        f.rule = CONFIG_DEV_OVERLAP;
        f.x = a->device->hpa;
        config_tell(run, &f);
    }
}

static void check_dma(struct config_run *run, uint32_t vm, const struct vm_device *own,
                      struct config_finding *f)
{
    if (!own->dma_trusted) {
        f->rule = CONFIG_DEV_DMA;
        f->b = (struct config_owner){"everyone", NULL};
        config_tell(run, f);
        return;
    }
    const struct vm_config *c = &run->config->vms[vm];
    for (uint32_t i = 0; i < c->mem_count; i++) {
        uint64_t hpa = c->mem[i].hpa_fixed ? c->mem[i].hpa : run->plan->mem_hpa[vm][i];
        if (!c->mem[i].hpa_fixed || hpa != c->mem[i].gpa) {
            f->rule = CONFIG_DEV_DMA_GPA;
            f->b = (struct config_owner){"memory", NULL};
            f->x = c->mem[i].gpa;
            f->y = hpa;
            config_tell(run, f);
        }
    }
}

/* What else its pages hold: registers that are taken; a device that nobody has been given. */
static void check_neighbours(struct config_run *run, const struct hyp_device *device,
                             struct config_finding *f)
{
    struct range own_pages = config_range(device->hpa, device->size);
    struct hyp_regs regs;
    f->rule = CONFIG_DEV_OVERLAP;
    f->x = device->hpa;
    for (uint32_t k = 0; config_regs_get(run->platform, k, &regs); k++) {
        if (range_overlaps(own_pages, config_range_of(regs.mem))) {
            f->b = (struct config_owner){regs.owner, NULL};
            config_tell(run, f);
            return;
        }
    }
    for (uint32_t k = 0; k < run->platform->device_count; k++) {
        const struct hyp_device *other = &run->platform->devices[k];
        if (range_overlaps(own_pages, config_range(other->hpa, other->size)) &&
            !config_device_is_held(run, other)) {
            f->b = (struct config_owner){"device", other->name};
            config_tell(run, f);
        }
    }
}

static void check_device(struct config_run *run, uint32_t vm, const struct vm_device *own)
{
    const struct hyp_device *device = config_find_device(run->platform, own->name);
    struct config_finding f = {
        .blocked = config_vm_bit(vm), .a = config_owner_vm(run->config, vm), .thing = own->name};
    if (device == NULL) {
        f.rule = CONFIG_DEV_UNKNOWN;
        f.b = (struct config_owner){"platform", run->platform->name};
        config_tell(run, &f);
        return;
    }
    if (!is_aligned(device->hpa | device->size, HYP_PAGE_SIZE) ||
        !range_covers(config_range(0, BIT(56)), device->hpa, device->size) ||
        device->reg_size > device->size) {
        f.rule = CONFIG_DEV_ALIGN;
        f.b = (struct config_owner){"device", device->name};
        f.x = device->hpa;
        f.y = device->size;
        config_tell(run, &f);
    }
    check_neighbours(run, device, &f);
    if (device->dma && !device->iommu) {
        check_dma(run, vm, own, &f);
    }
}

void config_check_devices(struct config_run *run)
{
    for (uint32_t vm = 0; vm < run->config->vm_count; vm++) {
        const struct vm_config *c = &run->config->vms[vm];
        config_check_log_waits(run, vm);
        for (uint32_t k = 0; k < c->device_count; k++) {
            check_device(run, vm, &c->devices[k]);
            config_for_later_holdings(run, vm, k, check_device_pair);
        }
    }
}
