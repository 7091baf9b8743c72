/* SPDX-License-Identifier: Apache-2.0 */
/* SBI calls of guests: dispatch, BASE, TIME, IPI, SRST and DBCN. */
#include "sbi.h"

#include <hyp/arch/guest_mem.h>
#include <hyp/arch/hart.h>

#include "vcpu.h"

#define SBI_SPEC_2_0 (2u << 24)
#define SBI_IMPL_LIBHYP 0x687970 /* "hyp"; the SBI specification has not assigned this id. */
#define SBI_IMPL_VERSION 1

#define SRST_TYPE_LAST 2 /* shutdown, cold reboot, warm reboot */
#define SRST_REASON_FAILURE 1

static bool has_extension(const struct vm *vm, uint64_t ext)
{
    switch (ext) {
    case SBI_EXT_BASE:
    case SBI_EXT_TIME:
    case SBI_EXT_IPI:
    case SBI_EXT_RFENCE:
    case SBI_EXT_HSM:
    case SBI_EXT_SRST: return true;
    case SBI_EXT_DBCN: return vm->console_write != NULL;
    case SBI_EXT_PMU: return vm->grant.counters != 0;
    default: return false;
    }
}

/* ---- Calls with a fast way ------------------------------------------------------------------- */

/* mvendorid, marchid and mimpid are 0: the guest does not learn which machine it runs on. */
static inline int64_t handle_base(struct vcpu *vcpu, uint64_t fid, uint64_t arg)
{
    uint64_t *value = &vcpu->world.gpr[11];
    if (fid == SBI_BASE_SPEC_VERSION) { /* Not in the switch: its table costs 10 instructions. */
        *value = SBI_SPEC_2_0;
        return SBI_SUCCESS;
    }
    *value = 0;
    switch (fid) {
    case SBI_BASE_IMPL_ID: *value = SBI_IMPL_LIBHYP; return SBI_SUCCESS;
    case SBI_BASE_IMPL_VERSION: *value = SBI_IMPL_VERSION; return SBI_SUCCESS;
    case SBI_BASE_PROBE: *value = has_extension(vcpu->vm, arg); return SBI_SUCCESS;
    case SBI_BASE_MVENDORID:
    case SBI_BASE_MARCHID:
    case SBI_BASE_MIMPID: return SBI_SUCCESS;
    default: return SBI_ERR_NOT_SUPPORTED;
    }
}

static inline int64_t handle_ipi(struct vcpu *vcpu, uint64_t mask, uint64_t hart_base)
{
    struct sbi_ret set = sbi_hart_set(vcpu->vm, mask, hart_base);
    if (set.error != SBI_SUCCESS) {
        return set.error;
    }
    uint64_t self = BIT(vcpu->id);
    if ((set.value & self) != 0) {
        csr_set(CSR_HVIP, BIT(IRQ_VS_SOFT));
    }
    if ((set.value & ~self) != 0) {
        vm_notify(vcpu->vm, set.value & ~self, VCPU_PENDING_IPI);
    }
    return SBI_SUCCESS;
}

int64_t vcpu_fast_ecall(uint64_t a0, uint64_t a1, uint64_t a2, uint64_t a3, uint64_t a4,
                        uint64_t a5, uint64_t fid, uint64_t ext)
{
    struct vcpu *vcpu = (struct vcpu *)hart_self()->world;
    uint64_t *value = &vcpu->world.gpr[11];
    if (ext == SBI_EXT_BASE) {
        return handle_base(vcpu, fid, a0);
    }
    if (ext == SBI_EXT_TIME) {
        *value = 0;
        return fid == 0 ? vcpu_set_timer(vcpu, a0) : SBI_ERR_NOT_SUPPORTED;
    }
    if (ext == SBI_EXT_IPI) {
        *value = 0;
        return fid == 0 ? handle_ipi(vcpu, a0, a1) : SBI_ERR_NOT_SUPPORTED;
    }
    if (ext == SBI_EXT_RFENCE) {
        *value = 0;
        return sbi_rfence(a0, a1, a2, a3, a4, a5, fid);
    }
    return SBI_DECLINED;
}

/* ---- Calls without --------------------------------------------------------------------------- */

HYP_COLD static struct sbi_ret handle_srst(struct vcpu *vcpu, const uint64_t arg[6], uint64_t fid,
                                           enum vcpu_action *action)
{
    if (fid != 0) {
        return sbi_error(SBI_ERR_NOT_SUPPORTED);
    }
    uint32_t type = (uint32_t)arg[0];
    uint32_t reason = (uint32_t)arg[1];
    if (type > SRST_TYPE_LAST || reason > SRST_REASON_FAILURE) {
        return sbi_error(SBI_ERR_INVALID_PARAM);
    }
    if (reason == SRST_REASON_FAILURE) {
        const struct vm_stop_place place = {.hart_index = vcpu->hart_index, .pc = vcpu->world.sepc};
        vm_stop_at(vcpu->vm, VM_STOP_FAILURE, VM_STOP_KNOWS_PC, &place);
    } else {
        vm_stop(vcpu->vm, type == 0 ? VM_STOP_SHUTDOWN : VM_STOP_REBOOT);
    }
    *action = VCPU_STOP;
    return sbi_ok(0);
}

/*
 * "Console Write" and "Console Read" may move fewer bytes than the guest asks for; the guest calls
 * again for the rest. So each call is bounded. Each byte is read from the guest once.
 */
HYP_COLD static struct sbi_ret dbcn_write(struct vm *vm, uint64_t gpa, uint64_t size)
{
    uint8_t bytes[SBI_DBCN_WRITE_MAX];
    uint32_t want = size < SBI_DBCN_WRITE_MAX ? (uint32_t)size : SBI_DBCN_WRITE_MAX;
    if (guest_mem_read(GPA(gpa), bytes, want) != HYP_OK) {
        return sbi_error(SBI_ERR_INVALID_PARAM);
    }
    spinlock_lock(&vm->lock);
    uint32_t taken = vm->console_write(vm->console_ctx, bytes, want);
    spinlock_unlock(&vm->lock);
    return sbi_ok(taken);
}

HYP_COLD static struct sbi_ret dbcn_read(struct vm *vm, uint64_t gpa, uint64_t size)
{
    uint8_t bytes[SBI_DBCN_READ_MAX];
    uint32_t want = size < SBI_DBCN_READ_MAX ? (uint32_t)size : SBI_DBCN_READ_MAX;
    spinlock_lock(&vm->lock);
    uint32_t got = vm->console_read(vm->console_ctx, bytes, want);
    spinlock_unlock(&vm->lock);
    if (guest_mem_write(GPA(gpa), bytes, got) != HYP_OK) {
        return sbi_error(SBI_ERR_INVALID_PARAM);
    }
    return sbi_ok(got);
}

HYP_COLD struct sbi_ret sbi_dbcn(struct vcpu *vcpu, const uint64_t arg[6], uint64_t fid)
{
    struct vm *vm = vcpu->vm;
    if (vm->console_write == NULL || fid > SBI_DBCN_WRITE_BYTE) {
        return sbi_error(SBI_ERR_NOT_SUPPORTED);
    }
    if (fid == SBI_DBCN_WRITE_BYTE) {
        uint8_t byte = (uint8_t)arg[0];
        spinlock_lock(&vm->lock);
        uint32_t taken = vm->console_write(vm->console_ctx, &byte, 1);
        spinlock_unlock(&vm->lock);
        return taken == 1 ? sbi_ok(0) : sbi_error(SBI_ERR_FAILED);
    }
    unsigned access = fid == SBI_DBCN_WRITE ? HYP_ACCESS_R : HYP_ACCESS_W;
    if (arg[0] == 0) {
        return sbi_ok(0);
    }
    if (arg[2] != 0 || !vm_has_memory(vm, arg[1], arg[0], access)) {
        return sbi_error(SBI_ERR_INVALID_PARAM);
    }
    return fid == SBI_DBCN_WRITE ? dbcn_write(vm, arg[1], arg[0]) : dbcn_read(vm, arg[1], arg[0]);
}

HYP_COLD enum vcpu_action sbi_handle(struct vcpu *vcpu)
{
    uint64_t *gpr = vcpu->world.gpr;
    uint64_t fid = gpr[16];
    uint64_t ext = gpr[17];
    enum vcpu_action action = VCPU_NEXT_INSN;
    int64_t error = vcpu_fast_ecall(gpr[10], gpr[11], gpr[12], gpr[13], gpr[14], gpr[15], fid, ext);
    if (error == SBI_DECLINED) {
        struct sbi_ret ret;
        switch (ext) {
        case SBI_EXT_HSM: ret = sbi_hsm(vcpu, &gpr[10], fid, &action); break;
        case SBI_EXT_SRST: ret = handle_srst(vcpu, &gpr[10], fid, &action); break;
        case SBI_EXT_DBCN: ret = sbi_dbcn(vcpu, &gpr[10], fid); break;
        case SBI_EXT_PMU: ret = sbi_pmu(vcpu, &gpr[10], fid); break;
        default: ret = sbi_error(SBI_ERR_NOT_SUPPORTED); break;
        }
        if (ext > SBI_EXT_LEGACY_LAST) { /* Legacy calls preserve a1. */
            gpr[11] = ret.value;
        }
        error = ret.error;
    }
    gpr[10] = (uint64_t)error;
    return action;
}
