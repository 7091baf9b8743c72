/* SPDX-License-Identifier: Apache-2.0 */
/* The run loop: a vCPU on its hart from start to stop. */
#include <hyp/arch/csr.h>
#include <hyp/arch/fence.h>
#include <hyp/arch/hart.h>

#include "exit.h"
#include "vcpu.h"

static void set_started(struct vcpu *vcpu)
{
    /* Pairs with the acquire loads of those who ask for the state. */
    __atomic_store_n(&vcpu->hsm_state, SBI_HSM_STARTED, __ATOMIC_RELEASE);
}

/* Is an interrupt pending that the guest has enabled? As WFI: whatever sstatus.SIE says. */
static bool guest_has_interrupt(void)
{
    return (csr_read(CSR_HIP) & csr_read(CSR_HIE) & VS_INTERRUPTS) != 0;
}

/* Stopped or suspended: until started, or an interrupt pends, or the VM stops. */
static void vcpu_wait(struct vcpu *vcpu)
{
    while (__atomic_load_n(&vcpu->vm->stop_reason, __ATOMIC_RELAXED) == VM_RUNNING) {
        /* Pairs with set_state() in sbi_hsm.c. */
        uint32_t state = __atomic_load_n(&vcpu->hsm_state, __ATOMIC_ACQUIRE);
        bool resumes = state == SBI_HSM_SUSPENDED && guest_has_interrupt();
        if (state == SBI_HSM_START_PENDING || (resumes && vcpu->suspended_resume)) {
            if (vcpu->vm->memory_cleared != 0) {
                fence_hfence_gvma_all(); /* vCPU 0 has changed access rights. */
            }
            vcpu_reset(vcpu);
            if (!resumes) {
                vcpu_reset_interrupts(vcpu); /* What ends a suspend is still there after it. */
            }
            /* Started before the fences: who asks for one before that sees them done. */
            set_started(vcpu);
            fence_hfence_vvma_all();
            fence_i();
            return;
        }
        if (resumes) {
            vcpu->world.sepc += 4; /* Over the ecall. */
            set_started(vcpu);
            return;
        }
        hart_wait();
        vcpu_poll_irqs(vcpu);
    }
}

static void leave(struct vcpu *vcpu)
{
    struct vm *vm = vcpu->vm;
    csr_write(CSR_HVIP, 0);
    csr_write(CSR_HIE, 0);
    /* The last one ends the VM; pairs with the others' own release. */
    if (__atomic_sub_fetch(&vm->running, 1, __ATOMIC_ACQ_REL) == 0) {
        spinlock_lock(&vm->lock);
        if (vm->virqc != 0) {
            vm->virqc->stop(vm->virqc_state);
        }
        spinlock_unlock(&vm->lock);
        vm->host->vm_ended(vm->host, vm);
    }
}

/* Counts an exit of a VM that has booted; of the first beyond its budget the embedder is told. */
static void count_exit(struct vm *vm)
{
    if (csr_read(CSR_TIME) >= vm->boot_end &&
        __atomic_fetch_add(&vm->exits_after_boot, 1, __ATOMIC_RELAXED) ==
            vm->config->exits_after_boot.max_exits) {
        __atomic_fetch_or(&vm->events, VM_EVENT_EXITS, __ATOMIC_RELAXED);
        vm->host->budget_exceeded(vm->host, vm);
    }
}

/* All harts clear the VM's memory; when the last one has, vCPU 0 may start. */
static void clear_memory(struct vcpu *vcpu)
{
    struct vm *vm = vcpu->vm;
    if (vm->scrub.count != 0) {
        vcpu_load_scrubber(vcpu);
        scrub_run(vcpu);
        vcpu_load_hart(vcpu);
    }
    if (vcpu->id == 0) {
        while (!scrub_is_done(vm) &&
               __atomic_load_n(&vm->stop_reason, __ATOMIC_RELAXED) == VM_RUNNING) {
            hart_wait();
            vcpu_poll_irqs(vcpu);
        }
        scrub_end(vcpu);
    }
}

void vcpu_run(struct vcpu *vcpu)
{
    struct vm *vm = vcpu->vm;
    vcpu_load_hart(vcpu);
    clear_memory(vcpu);
    if (vcpu->id == 0) { /* The others run only when its guest has started them. */
        uint64_t grace_s = vm->config->exits_after_boot.grace_s;
        vm->boot_end = csr_read(CSR_TIME) + grace_s * vm->host->timebase_hz;
    }
    while (__atomic_load_n(&vm->stop_reason, __ATOMIC_RELAXED) == VM_RUNNING) {
        if (vcpu->hsm_state != SBI_HSM_STARTED) {
            vcpu_wait(vcpu);
            continue;
        }
        world_switch(&vcpu->world); /* the guest runs; returns at a trap */
        if (vm_has_budget(vm)) {
            count_exit(vm);
        }
        struct exit exit = exit_decode(&vcpu->world); /* pure: what happened */
        switch (exit_handle(vcpu, &exit)) {           /* what to do about it */
        case VCPU_NEXT_INSN: vcpu->world.sepc += 4; break;
        case VCPU_SAME_INSN: break;
        case VCPU_TRAP_GUEST: vcpu_inject(vcpu, exit.trap_cause, exit.trap_value); break;
        case VCPU_WAIT: vcpu_wait(vcpu); break;
        case VCPU_STOP: break;
        }
    }
    leave(vcpu);
}
