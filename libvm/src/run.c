/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The run loop: executes a vCPU on its hart until its VM stops.
 *
 * Each hart of the VM calls vcpu_run() once. First all harts clear the VM's memory. Then vCPU 0
 * runs the guest at its entry; the other vCPUs are STOPPED until their guest starts them by SBI
 * HSM. Each hart leaves when vm_stop() was called, by itself or by any other hart.
 */
#include <hyp/arch/csr.h>
#include <hyp/arch/fence.h>
#include <hyp/arch/hart.h>

#include "exit.h"
#include "vcpu.h"

/* Waits for an interrupt of HS-mode and handles it. May return without one, as WFI may. */
static void wait_for_interrupt(struct vcpu *vcpu)
{
    hart_wait();
    vcpu_poll_irqs(vcpu);
}

/* ---- Memory ---------------------------------------------------------------------------------- */

/* Clears this hart's share of the VM's memory. vCPU 0 waits for the other harts' shares. */
static void clear_memory(struct vcpu *vcpu)
{
    struct vm *vm = vcpu->vm;
    if (vm->scrub.count != 0) {
        vcpu_load_scrubber(vcpu);
        scrub_run(vcpu);
        vcpu_load_hart(vcpu);
    }
    if (vcpu->id == 0) {
        while (!scrub_is_done(vm) && vm_is_running(vm)) {
            wait_for_interrupt(vcpu);
        }
        scrub_finish(vcpu);
    }
}

/* ---- Stopped and suspended vCPUs ------------------------------------------------------------- */

/*
 * True if an enabled interrupt of the guest is pending, which ends its suspend. Like WFI, this does
 * not depend on the guest's sstatus.SIE.
 */
static bool guest_has_interrupt(void)
{
    return (csr_read(CSR_HIP) & csr_read(CSR_HIE) & VS_INTERRUPTS) != 0;
}

static void set_started(struct vcpu *vcpu)
{
    /* Pairs with the acquire loads of hsm_state in sbi_hsm.c and sbi_rfence.c. */
    __atomic_store_n(&vcpu->hsm_state, SBI_HSM_STARTED, __ATOMIC_RELEASE);
}

/* Starts the vCPU at start_pc: after SBI hart_start, or after a non-retentive suspend. */
static void start(struct vcpu *vcpu)
{
    if (vcpu->vm->memory_cleared != NULL) {
        fence_hfence_gvma_all(); /* vCPU 0 has changed access rights in the G-stage table. */
    }
    vcpu_reset(vcpu);
    /*
     * STARTED first, then the fences. A hart that still reads START_PENDING does not request a
     * remote fence of this one; the fences below then cover what that hart wrote before.
     */
    set_started(vcpu);
    fence_hfence_vvma_all();
    fence_i();
}

/* Waits while the vCPU is STOPPED or SUSPENDED; returns early if the VM stops. */
static void wait_for_start(struct vcpu *vcpu)
{
    while (vm_is_running(vcpu->vm)) {
        /* Pairs with set_state() in sbi_hsm.c: start_pc was written before the state. */
        uint32_t state = __atomic_load_n(&vcpu->hsm_state, __ATOMIC_ACQUIRE);
        if (state == SBI_HSM_START_PENDING) {
            vcpu_reset_interrupts(vcpu);
            start(vcpu);
            return;
        }
        if (state == SBI_HSM_SUSPENDED && guest_has_interrupt()) {
            if (vcpu->non_retentive_suspend) {
                start(vcpu); /* The interrupt that ended the suspend stays pending. */
            } else {
                vcpu->world.sepc += 4; /* Step over the ecall. */
                set_started(vcpu);
            }
            return;
        }
        wait_for_interrupt(vcpu);
    }
}

/* ---- The budget of exits --------------------------------------------------------------------- */

/* Exits count from grace_s seconds after the guest's first instruction. */
static void start_grace_period(struct vm *vm)
{
    uint64_t grace_s = vm->config->exits_after_boot.grace_s;
    vm->boot_end = csr_read(CSR_TIME) + grace_s * vm->host->timebase_hz;
}

/* Counts an exit after boot, and reports the first one that exceeds the budget. */
static void count_exit(struct vm *vm)
{
    if (csr_read(CSR_TIME) < vm->boot_end) {
        return;
    }
    uint64_t exits_before = __atomic_fetch_add(&vm->exits_after_boot, 1, __ATOMIC_RELAXED);
    if (exits_before == vm->config->exits_after_boot.max_exits) {
        __atomic_store_n(&vm->over_budget, true, __ATOMIC_RELAXED);
        vm->host->budget_exceeded(vm->host, vm);
    }
}

/* ---- The loop -------------------------------------------------------------------------------- */

/* Turns the guest's interrupts off. The VM's last hart also stops its controller. */
static void leave(struct vcpu *vcpu)
{
    struct vm *vm = vcpu->vm;
    csr_write(CSR_HVIP, 0);
    csr_write(CSR_HIE, 0);
    /* Each hart's release pairs with the last hart's acquire, which sees all that they wrote. */
    if (__atomic_sub_fetch(&vm->running, 1, __ATOMIC_ACQ_REL) == 0) {
        spinlock_lock(&vm->lock);
        if (vm->virqc != NULL) {
            vm->virqc->stop(vm->virqc_state);
        }
        spinlock_unlock(&vm->lock);
        vm->host->vm_ended(vm->host, vm);
    }
}

void vcpu_run(struct vcpu *vcpu)
{
    struct vm *vm = vcpu->vm;
    vcpu_load_hart(vcpu);
    clear_memory(vcpu);
    if (vcpu->id == 0) {
        start_grace_period(vm);
    }
    while (vm_is_running(vm)) {
        /* No atomic access: once it is STARTED, only this hart changes the state. */
        if (vcpu->hsm_state != SBI_HSM_STARTED) {
            wait_for_start(vcpu);
            continue;
        }
        world_switch(&vcpu->world); /* The guest runs until a trap that no fast function handles. */
        if (vm_has_budget(vm)) {
            count_exit(vm);
        }
        struct exit exit = exit_decode(&vcpu->world);
        switch (exit_handle(vcpu, &exit)) {
        case VCPU_NEXT_INSN: vcpu->world.sepc += 4; break; /* An ecall or a CSR instruction. */
        case VCPU_SAME_INSN: break;
        case VCPU_TRAP_GUEST: vcpu_inject_trap(vcpu, exit.trap_cause, exit.trap_value); break;
        case VCPU_WAIT: wait_for_start(vcpu); break;
        case VCPU_STOP: break; /* The VM has stopped, so the loop's condition is false. */
        }
    }
    leave(vcpu);
}
