/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SBI hart state management (HSM) for guests.
 *
 *   STOPPED ──start──▶ START_PENDING ──its own hart──▶ STARTED ──stop──▶ STOPPED
 *   STARTED ──suspend──▶ SUSPENDED ──an interrupt is pending──▶ STARTED
 *
 * Any vCPU may start another one; vm->lock makes sure that only one of them does. All other
 * changes of a state are made by the vCPU's own hart; run.c makes those to STARTED.
 */
#include <hyp/arch/csr.h>

#include "sbi.h"

#define SUSPEND_RETENTIVE 0u
#define SUSPEND_NON_RETENTIVE 0x80000000u

static void set_state(struct vcpu *vcpu, uint32_t state)
{
    /* Pairs with the acquire loads in sbi_rfence.c and run.c. */
    __atomic_store_n(&vcpu->hsm_state, state, __ATOMIC_RELEASE);
}

/* At least one instruction fits there, in memory that the guest may execute. */
static bool is_start_address(const struct vm *vm, uint64_t address)
{
    return (address & 1) == 0 && vm_has_memory(vm, address, 2, HYP_ACCESS_X);
}

static struct sbi_ret start(struct vcpu *self, uint64_t id, uint64_t pc, uint64_t opaque)
{
    struct vm *vm = self->vm;
    if (id >= vm->vcpu_count) {
        return sbi_error(SBI_ERR_INVALID_PARAM);
    }
    if (!is_start_address(vm, pc)) {
        return sbi_error(SBI_ERR_INVALID_ADDRESS);
    }
    struct vcpu *target = vm->vcpus[id];
    spinlock_lock(&vm->lock);
    bool stopped = target->hsm_state == SBI_HSM_STOPPED;
    if (stopped) {
        target->start_pc = pc;
        target->start_opaque = opaque;
        set_state(target, SBI_HSM_START_PENDING);
    }
    spinlock_unlock(&vm->lock);
    if (!stopped) {
        return sbi_error(SBI_ERR_ALREADY_AVAILABLE);
    }
    vcpu_notify(target, VCPU_PENDING_START);
    return sbi_ok(0);
}

static bool all_stopped(const struct vm *vm) REQUIRES(vm->lock)
{
    for (uint32_t i = 0; i < vm->vcpu_count; i++) {
        if (vm->vcpus[i]->hsm_state != SBI_HSM_STOPPED) {
            return false;
        }
    }
    return true;
}

static struct sbi_ret stop(struct vcpu *self, enum vcpu_action *action)
{
    struct vm *vm = self->vm;
    csr_write(CSR_HIE, 0); /* Else WFI would not wait while an interrupt of the guest pends. */
    sbi_pmu_reset(self);
    spinlock_lock(&vm->lock);
    set_state(self, SBI_HSM_STOPPED);
    bool last = all_stopped(vm);
    spinlock_unlock(&vm->lock);
    if (last) {
        vm_stop(vm, VM_STOP_IDLE);
    }
    *action = VCPU_WAIT;
    return sbi_ok(0);
}

static struct sbi_ret status(const struct vm *vm, uint64_t id)
{
    if (id >= vm->vcpu_count) {
        return sbi_error(SBI_ERR_INVALID_PARAM);
    }
    return sbi_ok(__atomic_load_n(&vm->vcpus[id]->hsm_state, __ATOMIC_ACQUIRE));
}

static struct sbi_ret suspend(struct vcpu *self, uint64_t type, uint64_t pc, uint64_t opaque,
                              enum vcpu_action *action)
{
    bool non_retentive = (uint32_t)type == SUSPEND_NON_RETENTIVE;
    if ((uint32_t)type != SUSPEND_RETENTIVE && !non_retentive) {
        return sbi_error(SBI_ERR_INVALID_PARAM);
    }
    if (non_retentive && !is_start_address(self->vm, pc)) {
        return sbi_error(SBI_ERR_INVALID_ADDRESS);
    }
    self->non_retentive_suspend = non_retentive;
    self->start_pc = pc;
    self->start_opaque = opaque;
    set_state(self, SBI_HSM_SUSPENDED);
    *action = VCPU_WAIT;
    return sbi_ok(0);
}

HYP_COLD struct sbi_ret sbi_hsm(struct vcpu *vcpu, const uint64_t arg[6], uint64_t fid,
                                enum vcpu_action *action)
{
    switch (fid) {
    case SBI_HSM_START: return start(vcpu, arg[0], arg[1], arg[2]);
    case SBI_HSM_STOP: return stop(vcpu, action);
    case SBI_HSM_STATUS: return status(vcpu->vm, arg[0]);
    case SBI_HSM_SUSPEND: return suspend(vcpu, arg[0], arg[1], arg[2], action);
    default: return sbi_error(SBI_ERR_NOT_SUPPORTED);
    }
}
