/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The run loop: executes a vCPU on its hart until its VM stops.
 *
 * Each hart of the VM calls vcpu_run() once. First all harts clear the VM's memory. Then vCPU 0
 * runs the guest at its entry: it is START_PENDING from boot on. The other vCPUs are STOPPED until
 * their guest starts them by SBI HSM. Each hart leaves when vm_stop() was called, by itself or by
 * any other hart.
 *
 * Context HS-mode with sstatus.SIE = 0. An interrupt traps only while the guest runs; the loops
 * that wait poll for it.
 */
#include <hyp/arch/csr.h>
#include <hyp/arch/fence.h>
#include <hyp/arch/hart.h>

#include "exit.h"
#include "sbi.h"
#include "vcpu.h"

/* Waits for an interrupt and handles it. May return without one, as WFI may. */
static void wait_for_interrupt(struct vcpu *vcpu)
{
    hart_wait();
    vcpu_poll_irqs(vcpu);
}

/* ---- Memory ---------------------------------------------------------------------------------- */

/*
 * Clears this hart's share of the VM's memory. vCPU 0 waits for the other harts' shares. They need
 * not wait: their vCPUs are STOPPED until vCPU 0 runs.
 */
static void clear_memory(struct vcpu *vcpu)
{
    struct vm *vm = vcpu->vm;
    if (vm->scrub.count != 0) { /* 0: no memory is to be cleared. */
        vcpu_load_scrubber(vcpu);
        scrub_run(vcpu);
        vcpu_load_hart(vcpu);
    }
    if (vcpu->id == 0) {
        while (!scrub_is_done(vm) && vm_is_running(vm)) {
            wait_for_interrupt(vcpu);
        }
        scrub_finish(vcpu); /* It also restricts access rights, so it is called in any case. */
    }
}

/* ---- Stopped and suspended vCPUs ------------------------------------------------------------- */

/*
 * True if an enabled interrupt of the guest is pending, which ends its suspend. These bits of hie
 * are the guest's own enables, as its sie is an alias of them. Like WFI, this does not depend on
 * the guest's sstatus.SIE.
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

/* Starts the vCPU at start_pc: at boot, after SBI hart_start or a non-retentive suspend. */
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

/* Waits until the vCPU is STARTED; returns early if the VM stops. */
static void wait_until_started(struct vcpu *vcpu)
{
    while (vm_is_running(vcpu->vm)) {
        /* Pairs with set_state() in sbi_hsm.c: start_pc was written before the state. */
        uint32_t state = __atomic_load_n(&vcpu->hsm_state, __ATOMIC_ACQUIRE);
        if (state == SBI_HSM_START_PENDING) {
            vcpu_reset_interrupts(vcpu); /* Those of its former run, if there was one. */
            start(vcpu);
            return;
        }
        if (state == SBI_HSM_SUSPENDED && guest_has_interrupt()) {
            if (vcpu->non_retentive_suspend) {
                start(vcpu); /* The interrupt that ended the suspend stays pending. */
            } else {
                vcpu->world.sepc += 4; /* Return from the ecall; a0 and a1 are set already. */
                set_started(vcpu);
            }
            return;
        }
        wait_for_interrupt(vcpu);
    }
}

/* ---- The budget of exits --------------------------------------------------------------------- */

/*
 * Exits count from grace_s seconds after the guest's first instruction. Called on vCPU 0's hart
 * before that instruction. The other harts see boot_end: only vCPU 0's guest can start them.
 */
static void start_grace_period(struct vm *vm)
{
    uint64_t grace_s = vm->config->exits_after_boot.grace_s;
    vm->boot_end = csr_read(CSR_TIME) + grace_s * vm->host->timebase_hz;
}

/*
 * Counts an exit after boot, and reports the first one that exceeds the budget. No lock: exactly
 * one hart gets the value max_exits from the counter.
 */
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

/*
 * Turns the guest's interrupts off; else a pending one would end each later WFI of this hart. The
 * VM's last hart also stops its interrupt controller, and reports the end of the VM.
 */
static void leave(struct vcpu *vcpu)
{
    struct vm *vm = vcpu->vm;
    csr_write(CSR_HVIP, 0);
    csr_write(CSR_HIE, 0);
    sbi_pmu_reset(vcpu);
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
        /* Not atomic: another hart changes only STOPPED to START_PENDING. */
        if (vcpu->hsm_state != SBI_HSM_STARTED) {
            wait_until_started(vcpu);
            continue;
        }
        world_switch(&vcpu->world); /* The guest runs until a trap that no fast function handles. */
        /* A VM with a budget has no fast functions, so no exit is missed. */
        if (vm_has_budget(vm)) {
            count_exit(vm);
        }
        struct exit exit = exit_decode(&vcpu->world);
        switch (exit_handle(vcpu, &exit)) {
        case VCPU_NEXT_INSN: vcpu->world.sepc += 4; break; /* An ecall or a CSR instruction. */
        case VCPU_SAME_INSN: break; /* Resume at sepc, which the handler has moved if necessary. */
        case VCPU_TRAP_GUEST: vcpu_inject_trap(vcpu, exit.trap_cause, exit.trap_value); break;
        case VCPU_WAIT: wait_until_started(vcpu); break;
        case VCPU_STOP: break; /* The VM has stopped, so the loop's condition is false. */
        }
    }
    leave(vcpu);
}
