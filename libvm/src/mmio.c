/* SPDX-License-Identifier: Apache-2.0 */
/* The bus of a VM: finds the emulated device, and performs the load or store on it. */
#include "mmio.h"

#include <hyp/arch/csr.h>

/* The device that contains all of [gpa, gpa + size), and the offset in it. */
static inline const struct vdev *find_device(const struct vm *vm, uint64_t gpa, uint64_t size,
                                             uint64_t *offset)
{
    for (const struct vdev *dev = vm->vdev; dev->size != 0; dev++) {
        *offset = gpa - dev->base;
        if (*offset < dev->size) {
            return size <= dev->size - *offset ? dev : NULL;
        }
    }
    return NULL;
}

static inline enum vdev_result read_device(struct vm *vm, uint64_t gpa, uint64_t size,
                                           uint64_t *value)
{
    uint64_t offset;
    const struct vdev *dev = find_device(vm, gpa, size, &offset);
    if (dev == NULL) {
        return VDEV_FAULT;
    }
    spinlock_lock(&vm->lock);
    enum vdev_result result = dev->ops->read(dev->state, offset, (unsigned)size, value);
    spinlock_unlock(&vm->lock);
    return result;
}

/*
 * True if a device has done what it was asked to. Where it has left work, raises this hart's
 * software interrupt, so that mmio_continue() is called before the guest's next instruction.
 */
static bool is_done(struct vcpu *vcpu, enum vdev_result result)
{
    if (result == VDEV_MORE) {
        vcpu_notify(vcpu, VCPU_PENDING_MORE);
    }
    return result == VDEV_OK || result == VDEV_MORE;
}

static inline bool write_device(struct vcpu *vcpu, uint64_t gpa, uint64_t size, uint64_t value)
{
    struct vm *vm = vcpu->vm;
    uint64_t offset;
    const struct vdev *dev = find_device(vm, gpa, size, &offset);
    if (dev == NULL) {
        return false;
    }
    spinlock_lock(&vm->lock);
    enum vdev_result result = dev->ops->write(dev->state, offset, (unsigned)size, value);
    spinlock_unlock(&vm->lock);
    return result == VDEV_OK || is_done(vcpu, result);
}

HYP_COLD void mmio_continue(struct vcpu *vcpu)
{
    struct vm *vm = vcpu->vm;
    spinlock_lock(&vm->lock);
    for (const struct vdev *dev = vm->vdev; dev->size != 0; dev++) {
        if (dev->ops->more != NULL) {
            (void)is_done(vcpu, dev->ops->more(dev->state));
        }
    }
    spinlock_unlock(&vm->lock);
}

/* ---- Accesses that are decoded from the instruction or by exit.c ----------------------------- */

HYP_COLD static enum vdev_result emulate_load(struct vcpu *vcpu, uint64_t gpa,
                                              const struct insn_access *access)
{
    struct world *world = &vcpu->world;
    uint64_t value;
    enum vdev_result result = read_device(vcpu->vm, gpa, access->size, &value);
    if (!is_done(vcpu, result)) {
        return result;
    }
    if (access->kind == INSN_FP_LOAD) {
        world_write_fp(access->reg, insn_fp_load_value(access, value));
        world->sstatus |= SSTATUS_FS; /* Dirty at both levels, as after the guest's own load. */
        csr_set(CSR_VSSTATUS, SSTATUS_FS);
    } else {
        world->gpr[access->reg] = insn_load_value(access, value);
        world->gpr[0] = 0;
    }
    return VDEV_OK;
}

HYP_COLD static enum vdev_result emulate_store(struct vcpu *vcpu, uint64_t gpa, uint64_t size,
                                               uint64_t value)
{
    return write_device(vcpu, gpa, size, value) ? VDEV_OK : VDEV_FAULT;
}

/* "Cache-Block Zero Instructions": stores zeros byte by byte, up to the first that is refused. */
HYP_COLD static enum vdev_result emulate_cbo_zero(struct vcpu *vcpu, uint64_t gpa)
{
    uint64_t block = vcpu->vm->grant.cboz_block;
    uint64_t i = 0;
    while (i < block && emulate_store(vcpu, (gpa & ~(block - 1)) + i, 1, 0) == VDEV_OK) {
        i++;
    }
    return i == block && block != 0 ? VDEV_OK : VDEV_FAULT;
}

HYP_COLD static enum vdev_result emulate_access(struct vcpu *vcpu, uint64_t gpa,
                                                const struct insn_access *access)
{
    uint64_t offset;
    if (access->addr_offset != 0) {
        return VDEV_FAULT; /* A misaligned access that begins in another page. */
    }
    switch (access->kind) {
    case INSN_LOAD:
    case INSN_FP_LOAD: return emulate_load(vcpu, gpa, access);
    case INSN_STORE: return emulate_store(vcpu, gpa, access->size, vcpu->world.gpr[access->reg]);
    case INSN_FP_STORE: return emulate_store(vcpu, gpa, access->size, world_read_fp(access->reg));
    case INSN_CBO: /* No effect: device registers are not cached. */
        return find_device(vcpu->vm, gpa, 1, &offset) != NULL ? VDEV_OK : VDEV_FAULT;
    case INSN_CBO_ZERO: return emulate_cbo_zero(vcpu, gpa);
    case INSN_NONE:
    case INSN_WALK:
    case INSN_AMO:
    case INSN_VECTOR:
    case INSN_HLV:
    case INSN_OTHER: return VDEV_FAULT;
    }
    return VDEV_FAULT;
}

/* True if floating point was on in the guest when it trapped. */
static bool fp_is_on(const struct vcpu *vcpu)
{
    return (vcpu->world.sstatus & SSTATUS_FS) != 0 && (csr_read(CSR_VSSTATUS) & SSTATUS_FS) != 0;
}

HYP_COLD enum vcpu_action mmio_handle(struct vcpu *vcpu, gpa_t gpa,
                                      const struct insn_access *access)
{
    bool fp = access->kind == INSN_FP_LOAD || access->kind == INSN_FP_STORE;
    if (fp && !fp_is_on(vcpu)) {
        return VCPU_SAME_INSN; /* This instruction cannot have faulted: another hart stored it. */
    }
    switch (emulate_access(vcpu, gpa.a, access)) {
    case VDEV_FAULT: return VCPU_TRAP_GUEST;
    case VDEV_AGAIN: return VCPU_SAME_INSN;
    case VDEV_OK:
    case VDEV_MORE: break;
    }
    vcpu->world.sepc += access->length;
    return VCPU_SAME_INSN;
}

/* ---- The fast way: integer loads and stores that htinst describes ---------------------------- */

/*
 * Declines a load that is not complete at once; mmio_handle() repeats it. Not inlined: so each way
 * saves only the registers that it needs (3 instructions of some 40).
 */
static __attribute__((noinline)) bool fast_load(struct world *world, uint64_t htinst, uint64_t gpa)
{
    uint64_t value;
    struct vm *vm = ((struct vcpu *)world)->vm;
    if (read_device(vm, gpa, insn_htinst_size(htinst), &value) != VDEV_OK) {
        return false;
    }
    world->gpr[insn_htinst_rd(htinst)] = insn_htinst_load_value(htinst, value);
    world->gpr[0] = 0;
    return true;
}

/* The same for LW, the access to most device registers, with size and sign as constants. */
static __attribute__((noinline)) bool fast_load_word(struct world *world, uint64_t htinst,
                                                     uint64_t gpa)
{
    uint64_t value;
    struct vm *vm = ((struct vcpu *)world)->vm;
    if (read_device(vm, gpa, 4, &value) != VDEV_OK) {
        return false;
    }
    world->gpr[insn_htinst_rd(htinst)] = (uint64_t)(int32_t)value;
    world->gpr[0] = 0;
    return true;
}

bool vcpu_fast_fault(struct world *world, uint64_t htinst, uint64_t gpa)
{
    if (insn_htinst_is_lw(htinst)) {
        return fast_load_word(world, htinst, gpa);
    }
    if (insn_htinst_is_load(htinst)) {
        return fast_load(world, htinst, gpa);
    }
    if (insn_htinst_is_store(htinst)) {
        uint64_t value = world->gpr[insn_htinst_rs2(htinst)];
        return write_device((struct vcpu *)world, gpa, insn_htinst_size(htinst), value);
    }
    return false;
}

/* ---- Devices --------------------------------------------------------------------------------- */

HYP_COLD enum hyp_status vm_add_vdev(struct vm *vm, const struct vdev *dev)
{
    if (vm->vdev_count == VM_VDEV_MAX) {
        return HYP_E_NOMEM;
    }
    if (dev->size == 0) {
        return HYP_E_PARAM;
    }
    for (uint32_t i = 0; i < vm->vdev_count; i++) {
        const struct vdev *other = &vm->vdev[i];
        if (dev->base < other->base + other->size && other->base < dev->base + dev->size) {
            return HYP_E_EXIST;
        }
    }
    vm->vdev[vm->vdev_count++] = *dev;
    return HYP_OK;
}
