/* SPDX-License-Identifier: Apache-2.0 */
/* Devices and interrupts: one owner each, and DMA that something contains. */
#include "config_priv.h"

/* Names the writer of the platform's UART: the hypervisor's driver or the firmware's; or NULL. */
static const char *uart_writer(const struct hyp_config *config)
{
    for (uint32_t vm = 0; vm < config->vm_count; vm++) {
        if (config->vms[vm].console.kind != VM_CONSOLE_NONE) {
            return "the console";
        }
    }
    return config->log_waits ? NULL : "the log";
}

/* A device and who has it. */
struct holding {
    const struct hyp_device *device;
    struct config_owner owner;
    uint32_t vm_bit; /* 0: the hypervisor's console or log. */
};

/* Device k of that VM; behind the last VM the console's UART. */
static bool holding_get(const struct config_run *run, uint32_t vm, uint32_t k, struct holding *h)
{
    const struct hyp_config *config = run->config;
    if (vm < config->vm_count) {
        *h = (struct holding){config_find_device(run->platform, config->vms[vm].devices[k].name),
                              config_owner_vm(config, vm), config_vm_bit(vm)};
    } else {
        *h = (struct holding){config_find_device(run->platform, run->platform->uart.device),
                              {uart_writer(config), NULL},
                              0};
    }
    return h->device != NULL;
}

/* The hypervisor's console counts as a VM after the last, with one device. */
static uint32_t holding_count(const struct config_run *run, uint32_t vm)
{
    if (vm < run->config->vm_count) {
        return run->config->vms[vm].device_count;
    }
    return vm == run->config->vm_count && uart_writer(run->config) != NULL ? 1 : 0;
}

static bool is_held(const struct config_run *run, const struct hyp_device *device)
{
    for (uint32_t vm = 0; vm <= run->config->vm_count; vm++) {
        for (uint32_t k = 0; k < holding_count(run, vm); k++) {
            struct holding h;
            if (holding_get(run, vm, k, &h) && h.device == device) {
                return true;
            }
        }
    }
    return false;
}

static void check_device_pair(struct config_run *run, const struct holding *a,
                              const struct holding *b)
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

/* Two devices on one interrupt are one owner's business, not two owners'. */
static void check_irq_pair(struct config_run *run, const struct holding *a, const struct holding *b)
{
    if (a->device == b->device || a->vm_bit == b->vm_bit) {
        return;
    }
    for (uint32_t i = 0; i < 4 && a->device->irq[i] != 0; i++) {
        for (uint32_t j = 0; j < 4 && b->device->irq[j] != 0; j++) {
            if (a->device->irq[i] == b->device->irq[j]) {
                struct config_finding f = {.rule = CONFIG_IRQ_TWICE,
                                           .blocked = a->vm_bit | b->vm_bit,
                                           .a = a->owner,
                                           .b = b->owner,
                                           .x = a->device->irq[i]};
                config_tell(run, &f);
            }
        }
    }
}

typedef void pair_check(struct config_run *run, const struct holding *a, const struct holding *b);

/* `check` for each pair whose first is device k of that VM. */
static void for_later_holdings(struct config_run *run, uint32_t vm, uint32_t k, pair_check *check)
{
    struct holding a;
    struct holding b;
    if (!holding_get(run, vm, k, &a)) {
        return;
    }
    for (uint32_t other = vm; other <= run->config->vm_count; other++) {
        for (uint32_t j = other == vm ? k + 1 : 0; j < holding_count(run, other); j++) {
            if (holding_get(run, other, j, &b)) {
                check(run, &a, &b);
            }
        }
    }
}

/* ---- Devices ---- */

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

bool config_regs_get(const struct hyp_platform *platform, uint32_t k, struct hyp_regs *regs)
{
    const struct hyp_irqc_desc *irqc = &platform->irqc;
    switch (k) {
    case 0: *regs = (struct hyp_regs){"the interrupt controller", {irqc->hpa, irqc->size}}; break;
    case 1:
        *regs = (struct hyp_regs){"the interrupt controller", {irqc->imsic_hpa, irqc->imsic_size}};
        break;
    case 2:
        *regs = (struct hyp_regs){"the hypervisor's fail register",
                                  {platform->fail_hpa, platform->fail_hpa != 0 ? 4 : 0}};
        break;
    default:
        if (k - 3 >= platform->reserved_count) {
            return false;
        }
        *regs = platform->reserved[k - 3];
    }
    return true;
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
            !is_held(run, other)) {
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

/* While the log waits nothing would read what the console's VMs write. */
static void check_log_waits(struct config_run *run, uint32_t vm)
{
    if (run->config->log_waits && run->config->vms[vm].console.kind != VM_CONSOLE_NONE) {
        struct config_finding f = {.rule = CONFIG_LOG_WAITS,
                                   .blocked = config_vm_bit(vm),
                                   .a = config_owner_vm(run->config, vm),
                                   .b = {"the log", NULL}};
        config_tell(run, &f);
    }
}

void config_check_devices(struct config_run *run)
{
    for (uint32_t vm = 0; vm < run->config->vm_count; vm++) {
        const struct vm_config *c = &run->config->vms[vm];
        check_log_waits(run, vm);
        for (uint32_t k = 0; k < c->device_count; k++) {
            check_device(run, vm, &c->devices[k]);
            for_later_holdings(run, vm, k, check_device_pair);
        }
    }
}

/* ---- Interrupts ---- */

static void check_irq(struct config_run *run, uint32_t vm, const struct hyp_device *device,
                      uint32_t irq)
{
    const struct vm_config *c = &run->config->vms[vm];
    struct config_finding f = {.blocked = config_vm_bit(vm),
                               .a = config_owner_vm(run->config, vm),
                               .thing = device->name,
                               .x = irq};
    /* A VM without a controller polls its devices. */
    if (!c->irqc.absent && c->irqc.source_count >= 2 && irq >= c->irqc.source_count) {
        f.rule = CONFIG_IRQ_GUEST;
        f.b = (struct config_owner){"its interrupt controller", NULL};
        f.y = c->irqc.source_count - 1;
        config_tell(run, &f);
    }
    if (c->console.kind == VM_CONSOLE_VUART && irq == c->console.irq) {
        f.rule = CONFIG_IRQ_CLASH;
        f.b = (struct config_owner){"its console", NULL};
        config_tell(run, &f);
    }
}

static void check_vm_irqc(struct config_run *run, uint32_t vm)
{
    const struct vm_config *c = &run->config->vms[vm];
    struct config_finding f = {.blocked = config_vm_bit(vm), .a = config_owner_vm(run->config, vm)};
    if (!c->irqc.absent && (c->irqc.source_count < 2 || c->irqc.source_count > 1024)) {
        f.rule = CONFIG_IRQC_SOURCES;
        f.b.kind = c->irqc.model == HYP_IRQC_PLIC ? "a PLIC" : "an APLIC";
        f.x = c->irqc.source_count;
        f.y = 1024;
        config_tell(run, &f);
        return;
    }
    if (c->irqc_else_count > CONFIG_IRQC_ELSE_MAX) {
        f.rule = CONFIG_IRQC_ELSE;
        f.x = c->irqc_else_count;
        f.y = CONFIG_IRQC_ELSE_MAX;
        config_tell(run, &f);
    }
    uint32_t count = c->irqc.absent ? 1 : c->irqc.source_count;
    if (c->console.kind == VM_CONSOLE_VUART && c->console.irq >= count) {
        f.rule = CONFIG_IRQ_GUEST;
        f.b = (struct config_owner){"its interrupt controller", NULL};
        f.thing = "console";
        f.x = c->console.irq;
        f.y = count - 1;
        config_tell(run, &f);
    }
}

void config_check_irqs(struct config_run *run)
{
    for (uint32_t vm = 0; vm < run->config->vm_count; vm++) {
        const struct vm_config *c = &run->config->vms[vm];
        check_vm_irqc(run, vm);
        for (uint32_t k = 0; k < c->device_count; k++) {
            const struct hyp_device *device = config_find_device(run->platform, c->devices[k].name);
            for (uint32_t i = 0; device != NULL && i < 4 && device->irq[i] != 0; i++) {
                check_irq(run, vm, device, device->irq[i]);
            }
            for_later_holdings(run, vm, k, check_irq_pair);
        }
    }
}
