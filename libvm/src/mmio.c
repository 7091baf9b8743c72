/* SPDX-License-Identifier: Apache-2.0 */
/* Emulated devices: which one, and the load or store on it. */
#include <hyp/vm/exit.h>

static const struct vdev *find(const struct vm *vm, uint64_t gpa)
{
    for (uint32_t i = 0; i < vm->vdev_count; i++) {
        const struct vdev *d = &vm->vdev[i];
        if (gpa - d->base < d->size) {
            return d;
        }
    }
    return 0;
}

enum vcpu_action mmio_handle(struct vcpu *vcpu, const struct exit *e)
{
    const struct insn_access *access = &e->access;
    struct vm *vm = vcpu->vm;
    const struct vdev *d = find(vm, e->gpa.a);
    bool store = access->kind == INSN_STORE;
    if (d == 0 || (access->kind != INSN_LOAD && !store) || access->addr_offset != 0 ||
        e->gpa.a - d->base + access->size > d->size) {
        return VCPU_TRAP_GUEST;
    }
    uint64_t offset = e->gpa.a - d->base;
    uint64_t value = store ? vcpu->world.gpr[access->reg] : 0;
    spinlock_lock(&vm->lock);
    enum vdev_result result = store ? d->ops->write(d->state, offset, access->size, value)
                                    : d->ops->read(d->state, offset, access->size, &value);
    spinlock_unlock(&vm->lock);
    if (result != VDEV_OK) {
        return VCPU_TRAP_GUEST;
    }
    if (!store && access->reg != 0) {
        vcpu->world.gpr[access->reg] = insn_load_value(access, value);
    }
    vcpu->world.sepc += access->length;
    return VCPU_SAME_INSN;
}

bool vcpu_fast_fault(struct world *w)
{
    struct exit e;
    e.access = insn_decode_htinst(w->htinst);
    if (e.access.kind != INSN_LOAD && e.access.kind != INSN_STORE) {
        return false;
    }
    e.gpa = GPA((w->htval << 2) | (w->stval & 3));
    return mmio_handle((struct vcpu *)w, &e) == VCPU_SAME_INSN;
}

enum hyp_status vm_add_vdev(struct vm *vm, const struct vdev *dev)
{
    if (vm->vdev_count == VM_VDEV_MAX) {
        return HYP_E_NOMEM;
    }
    for (uint32_t i = 0; i < vm->vdev_count; i++) {
        const struct vdev *d = &vm->vdev[i];
        if (dev->base < d->base + d->size && d->base < dev->base + dev->size) {
            return HYP_E_EXIST;
        }
    }
    vm->vdev[vm->vdev_count++] = *dev;
    return HYP_OK;
}
