/* SPDX-License-Identifier: Apache-2.0 */
/* The machine's interrupt controller, and what a VM sees of it. */
#include "hyp.h"

/* Uses the machine's PLIC, wherever the platform has expected it. */
static void init_plic(struct hyp *h)
{
    const struct machine *m = &h->machine;
    uintptr_t va;
    if (m->source_count < 2 ||
        hspace_map_device(&h->space, HPA(m->plic.hpa), m->plic.size, &va) != HYP_OK) {
        return;
    }
    mmio_t regs = {.base = va};
    if (plic_init(&h->plic, regs, m->irqc_index, m->hart_count, m->source_count) != HYP_OK) {
        return;
    }
    h->irqc = plic_irqc(&h->plic);
}

void hyp_init_irqs(struct hyp *h)
{
    if (h->irqc_kind == 0) {
        init_plic(h);
    }
    hyp_at(h, HYP_INIT);
}

void hyp_init_hart_irqs(struct hyp *h, uint32_t hart)
{
    if (h->irqc.ops != 0) {
        h->irqc.ops->init_hart(h->irqc.state, hart);
    }
    hyp_at(h, HYP_HART);
    if (hart != h->console_hart || h->irqc.ops == 0) {
        return;
    }
    for (uint32_t s = 1, end = h->machine.source_count; s < end; s++) {
        if (h->source_owner[s] == OWNER_CONSOLE) {
            h->irqc.ops->set_enable(h->irqc.state, hart, s, true);
            h->console_irq = h->machine.irqc_index[hart] != MACHINE_NO_INDEX;
        }
    }
}

static void set_external(void *ctx, uint32_t vcpu, bool level)
{
    const struct vm *vm = ctx;
    vcpu_set_external(vm->vcpus[vcpu], level);
}

static void irq_raise(void *ctx, uint32_t source, uint32_t hart)
{
    vplic_raise(ctx, source, hart);
}

static void irq_stop(void *ctx)
{
    vplic_stop(ctx);
}

static struct irq_line line(void *controller, uint32_t source)
{
    return vplic_line(controller, source);
}

_Static_assert(sizeof(struct vplic) + VM_VCPU_MAX <= FOOTPRINT_IRQC_STRUCT, "footprint.h");
_Static_assert(sizeof(struct vplic_source) <= FOOTPRINT_IRQC_SOURCE &&
                   sizeof(struct vplic_context) <= FOOTPRINT_IRQC_CONTEXT &&
                   VPLIC_PRIORITY_MAX + 1 <= FOOTPRINT_IRQC_LEVELS,
               "footprint.h");

/* Context 2n is M and 2n + 1 is S of vCPU n, as on QEMU virt; else n is S of vCPU n. */
static uint32_t fill_contexts(const struct vm *vm, uint8_t *vcpu, uint8_t *hart)
{
    uint32_t step = vm->config->irqc.m_contexts ? 2 : 1;
    for (uint32_t n = 0; n < vm->vcpu_count; n++) {
        vcpu[step * n] = VPLIC_NO_VCPU;
        vcpu[step * n + step - 1] = (uint8_t)n;
        hart[n] = (uint8_t)vm->vcpus[n]->hart_index;
    }
    return step * vm->vcpu_count;
}

static enum hyp_status own_sources(struct host_vm *hv, struct vplic *vplic)
{
    const struct vm_config *c = hv->vm.config;
    for (uint32_t i = 0; i < c->device_count; i++) {
        const struct hyp_device *d = hyp_device(hv->vm.index, i);
        for (uint32_t n = 0; n < ARRAY_COUNT(d->irq) && d->irq[n] != 0; n++) {
            HYP_TRY(vplic_own(vplic, d->irq[n]));
        }
    }
    return HYP_OK;
}

enum hyp_status hyp_add_irqc(struct hyp *h, struct host_vm *hv)
{
    struct vm *vm = &hv->vm;
    const struct vm_irqc *c = &vm->config->irqc;
    uint8_t vcpu[VPLIC_CONTEXT_MAX];
    if (c->absent) {
        return HYP_OK;
    }
    if (c->model != HYP_IRQC_PLIC) {
        return h->irqc_kind != 0 ? h->irqc_kind->add_vm(h, hv) : HYP_E_UNSUPPORTED;
    }
    uint8_t *hart = hyp_alloc(h, sizeof(struct vplic) + VM_VCPU_MAX);
    if (hart == 0) {
        return HYP_E_NOMEM;
    }
    struct vplic *vplic = (struct vplic *)(hart + VM_VCPU_MAX);
    struct vplic_config config = {
        .source_count = c->source_count,
        .context_count = fill_contexts(vm, vcpu, hart),
        .priority_max = hyp_platform.irqc.priority_max,
        .vcpu = vcpu,
        .hart = hart,
        .irqc = h->irqc.ops != 0 ? &h->irqc : 0,
        .set_external = set_external,
        .ctx = vm,
    };
    void *storage = hyp_alloc(h, vplic_storage_size(c->source_count, config.context_count));
    if (storage == 0) {
        return HYP_E_NOMEM;
    }
    HYP_TRY(vplic_init(vplic, &config, storage));
    HYP_TRY(own_sources(hv, vplic));
    vm->irq_raise = irq_raise;
    vm->irq_stop = irq_stop;
    vm->irq_ctx = vplic;
    hv->line = line;
    struct vdev dev = {
        .base = c->gpa,
        .size = VPLIC_SIZE,
        .ops = &vplic_vdev_ops,
        .state = vplic,
    };
    return vm_add_vdev(vm, &dev);
}
