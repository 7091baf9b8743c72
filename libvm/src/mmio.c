/* SPDX-License-Identifier: Apache-2.0 */
/* Emulated devices: which one, and the load or store on it. */
#include "mmio.h"

#include <hyp/arch/csr.h>

/* The device that has all of [gpa, gpa + size), and where in it. */
static inline const struct vdev *find(const struct vm *vm, uint64_t gpa, uint64_t size,
                                      uint64_t *offset)
{
    for (const struct vdev *d = vm->vdev; d->size != 0; d++) {
        *offset = gpa - d->base;
        if (*offset < d->size) {
            return size <= d->size - *offset ? d : 0;
        }
    }
    return 0;
}

static inline enum vdev_result load(struct vm *vm, uint64_t gpa, uint64_t size, uint64_t *value)
{
    uint64_t offset;
    const struct vdev *d = find(vm, gpa, size, &offset);
    if (d == 0) {
        return VDEV_FAULT;
    }
    spinlock_lock(&vm->lock);
    enum vdev_result result = d->ops->read(d->state, offset, (unsigned)size, value);
    spinlock_unlock(&vm->lock);
    return result;
}

/* The guest's next instruction waits: this hart's software interrupt comes before it. */
static __attribute__((noinline)) bool has_more(struct vcpu *vcpu, enum vdev_result result)
{
    if (result == VDEV_MORE) {
        vcpu_notify(vcpu, VCPU_PENDING_MORE);
    }
    return result == VDEV_MORE;
}

static inline bool store(struct vcpu *vcpu, uint64_t gpa, uint64_t size, uint64_t value)
{
    struct vm *vm = vcpu->vm;
    uint64_t offset;
    const struct vdev *d = find(vm, gpa, size, &offset);
    if (d == 0) {
        return false;
    }
    spinlock_lock(&vm->lock);
    enum vdev_result result = d->ops->write(d->state, offset, (unsigned)size, value);
    spinlock_unlock(&vm->lock);
    return result == VDEV_OK || has_more(vcpu, result);
}

HYP_COLD void mmio_more(struct vcpu *vcpu)
{
    struct vm *vm = vcpu->vm;
    spinlock_lock(&vm->lock);
    for (const struct vdev *d = vm->vdev; d->size != 0; d++) {
        if (d->ops->more != 0) {
            (void)has_more(vcpu, d->ops->more(d->state));
        }
    }
    spinlock_unlock(&vm->lock);
}

static __attribute__((noinline)) enum vdev_result slow_store(struct vcpu *vcpu, uint64_t gpa,
                                                             uint64_t size, uint64_t value)
{
    return store(vcpu, gpa, size, value) ? VDEV_OK : VDEV_FAULT;
}

HYP_COLD static enum vdev_result load_register(struct vcpu *vcpu, uint64_t gpa,
                                               const struct insn_access *access)
{
    struct world *w = &vcpu->world;
    uint64_t value;
    enum vdev_result result = load(vcpu->vm, gpa, access->size, &value);
    if (result != VDEV_OK && !has_more(vcpu, result)) {
        return result;
    }
    if (access->kind == INSN_FP_LOAD) {
        world_write_fp(access->reg, insn_fp_load_value(access, value));
        w->sstatus |= SSTATUS_FS; /* Dirty at both levels, as after the guest's own load. */
        csr_set(CSR_VSSTATUS, SSTATUS_FS);
    } else {
        w->gpr[access->reg] = insn_load_value(access, value);
        w->gpr[0] = 0;
    }
    return VDEV_OK;
}

/* "Cache-Block Zero Instructions": stores of zeros, one a byte, up to the first that is refused. */
HYP_COLD static enum vdev_result zero_block(struct vcpu *vcpu, uint64_t gpa)
{
    uint64_t block = vcpu->vm->grant.cboz_block;
    uint64_t i = 0;
    while (i < block && slow_store(vcpu, (gpa & ~(block - 1)) + i, 1, 0) == VDEV_OK) {
        i++;
    }
    return i == block && block != 0 ? VDEV_OK : VDEV_FAULT;
}

HYP_COLD static enum vdev_result access_device(struct vcpu *vcpu, uint64_t gpa,
                                               const struct insn_access *access)
{
    uint64_t offset;
    if (access->addr_offset != 0) {
        return VDEV_FAULT;
    }
    switch (access->kind) {
    case INSN_LOAD:
    case INSN_FP_LOAD: return load_register(vcpu, gpa, access);
    case INSN_STORE: return slow_store(vcpu, gpa, access->size, vcpu->world.gpr[access->reg]);
    case INSN_FP_STORE: return slow_store(vcpu, gpa, access->size, world_read_fp(access->reg));
    case INSN_CBO: /* Nothing is cached. */
        return find(vcpu->vm, gpa, 1, &offset) != 0 ? VDEV_OK : VDEV_FAULT;
    case INSN_CBO_ZERO: return zero_block(vcpu, gpa);
    case INSN_NONE:
    case INSN_WALK:
    case INSN_AMO:
    case INSN_VECTOR:
    case INSN_HLV:
    case INSN_OTHER: return VDEV_FAULT;
    }
    return VDEV_FAULT;
}

/* Did the guest have floating point on when it trapped? Else its own access would not trap here. */
static bool fp_is_on(const struct vcpu *vcpu)
{
    return (vcpu->world.sstatus & SSTATUS_FS) != 0 && (csr_read(CSR_VSSTATUS) & SSTATUS_FS) != 0;
}

HYP_COLD enum vcpu_action mmio_handle(struct vcpu *vcpu, gpa_t gpa,
                                      const struct insn_access *access)
{
    bool fp = access->kind == INSN_FP_LOAD || access->kind == INSN_FP_STORE;
    if (fp && !fp_is_on(vcpu)) {
        return VCPU_SAME_INSN; /* Another hart has rewritten the instruction. */
    }
    switch (access_device(vcpu, gpa.a, access)) {
    case VDEV_FAULT: return VCPU_TRAP_GUEST;
    case VDEV_AGAIN: return VCPU_SAME_INSN;
    case VDEV_OK:
    case VDEV_MORE: break;
    }
    vcpu->world.sepc += access->length;
    return VCPU_SAME_INSN;
}

/*
 * As mmio_handle(), of the usual htinst; each way has no more alive than it needs. A read that is
 * not simply done declines: the slow way repeats it.
 */
static __attribute__((noinline)) bool fast_load(struct world *w, uint64_t htinst, uint64_t gpa)
{
    uint64_t value;
    if (load(((struct vcpu *)w)->vm, gpa, insn_htinst_size(htinst), &value) != VDEV_OK) {
        return false;
    }
    w->gpr[insn_htinst_rd(htinst)] = insn_htinst_load_value(htinst, value);
    w->gpr[0] = 0;
    return true;
}

/* Most device registers are words: of these, size and sign are known while compiling. */
static __attribute__((noinline)) bool fast_load_word(struct world *w, uint64_t htinst, uint64_t gpa)
{
    uint64_t value;
    if (load(((struct vcpu *)w)->vm, gpa, 4, &value) != VDEV_OK) {
        return false;
    }
    w->gpr[insn_htinst_rd(htinst)] = (uint64_t)(int32_t)value;
    w->gpr[0] = 0;
    return true;
}

bool vcpu_fast_fault(struct world *w, uint64_t htinst, uint64_t gpa)
{
    if (insn_htinst_is_lw(htinst)) {
        return fast_load_word(w, htinst, gpa);
    }
    if (insn_htinst_is_load(htinst)) {
        return fast_load(w, htinst, gpa);
    }
    return insn_htinst_is_store(htinst) &&
           store((struct vcpu *)w, gpa, insn_htinst_size(htinst), w->gpr[insn_htinst_rs2(htinst)]);
}

HYP_COLD enum hyp_status vm_add_vdev(struct vm *vm, const struct vdev *dev)
{
    if (vm->vdev_count == VM_VDEV_MAX) {
        return HYP_E_NOMEM;
    }
    if (dev->size == 0) {
        return HYP_E_PARAM;
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
