/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hart state management for guests.
 *
 *   STOPPED ──start──▶ START_PENDING ──its hart──▶ STARTED ──stop──▶ STOPPED
 *   STARTED ──suspend──▶ SUSPENDED ──an interrupt pends──▶ STARTED
 *
 * States change under vm->lock, START_PENDING to STARTED by the vCPU's own hart.
 */
#include <hyp/arch/csr.h>

#include "sbi.h"

#define SUSPEND_RETENTIVE 0u
#define SUSPEND_NON_RETENTIVE 0x80000000u

static struct sbi_ret ret(int64_t error, uint64_t value)
{
    return (struct sbi_ret){.error = error, .value = value};
}

static void set_state(struct vcpu *v, uint32_t state)
{
    /* Pairs with the acquire loads in sbi_rfence.c and run.c. */
    __atomic_store_n(&v->hsm_state, state, __ATOMIC_RELEASE);
}

/* One instruction at least, where the guest may execute. */
static bool is_start_address(const struct vm *vm, uint64_t address)
{
    return (address & 1) == 0 && vm_has_memory(vm, address, 2, HYP_ACCESS_X);
}

static struct sbi_ret start(struct vcpu *self, uint64_t id, uint64_t pc, uint64_t opaque)
{
    struct vm *vm = self->vm;
    if (id >= vm->vcpu_count) {
        return ret(SBI_ERR_INVALID_PARAM, 0);
    }
    if (!is_start_address(vm, pc)) {
        return ret(SBI_ERR_INVALID_ADDRESS, 0);
    }
    struct vcpu *v = vm->vcpus[id];
    spinlock_lock(&vm->lock);
    bool stopped = v->hsm_state == SBI_HSM_STOPPED;
    if (stopped) {
        v->start_pc = pc;
        v->start_opaque = opaque;
        set_state(v, SBI_HSM_START_PENDING);
    }
    spinlock_unlock(&vm->lock);
    if (!stopped) {
        return ret(SBI_ERR_ALREADY_AVAILABLE, 0);
    }
    vcpu_notify(v, VCPU_PENDING_START);
    return ret(SBI_SUCCESS, 0);
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
    csr_write(CSR_HIE, 0); /* With one of the guest's pending, wfi would never wait. */
    spinlock_lock(&vm->lock);
    set_state(self, SBI_HSM_STOPPED);
    bool last = all_stopped(vm);
    spinlock_unlock(&vm->lock);
    if (last) {
        vm_stop(vm, VM_STOP_IDLE);
    }
    *action = VCPU_WAIT;
    return ret(SBI_SUCCESS, 0);
}

static struct sbi_ret status(const struct vm *vm, uint64_t id)
{
    if (id >= vm->vcpu_count) {
        return ret(SBI_ERR_INVALID_PARAM, 0);
    }
    return ret(SBI_SUCCESS, __atomic_load_n(&vm->vcpus[id]->hsm_state, __ATOMIC_ACQUIRE));
}

static struct sbi_ret suspend(struct vcpu *self, uint64_t type, uint64_t pc, uint64_t opaque,
                              enum vcpu_action *action)
{
    bool resumes_at_pc = (uint32_t)type == SUSPEND_NON_RETENTIVE;
    if ((uint32_t)type != SUSPEND_RETENTIVE && !resumes_at_pc) {
        return ret(SBI_ERR_INVALID_PARAM, 0);
    }
    if (resumes_at_pc && !is_start_address(self->vm, pc)) {
        return ret(SBI_ERR_INVALID_ADDRESS, 0);
    }
    self->suspended_resume = resumes_at_pc;
    self->start_pc = pc;
    self->start_opaque = opaque;
    set_state(self, SBI_HSM_SUSPENDED);
    *action = VCPU_WAIT;
    return ret(SBI_SUCCESS, 0);
}

HYP_COLD struct sbi_ret sbi_hsm(struct vcpu *vcpu, const uint64_t arg[6], uint64_t fid,
                                enum vcpu_action *action)
{
    switch (fid) {
    case SBI_HSM_START: return start(vcpu, arg[0], arg[1], arg[2]);
    case SBI_HSM_STOP: return stop(vcpu, action);
    case SBI_HSM_STATUS: return status(vcpu->vm, arg[0]);
    case SBI_HSM_SUSPEND: return suspend(vcpu, arg[0], arg[1], arg[2], action);
    default: return ret(SBI_ERR_NOT_SUPPORTED, 0);
    }
}
