/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Functions of a vCPU that the sources of libvm share:
 *
 *   vcpu_notify.c    sends requests to vCPUs
 *   vcpu_timer.c     emulates the guest's timer where Sstc is absent
 *   vcpu_pending.c   handles the requests of other harts
 *   vcpu_irq.c       handles interrupts of HS-mode; sets the guest's external interrupt
 *   vcpu_trap.c      injects traps; stops the VM at one
 *   vcpu_reset.c     resets a vCPU that starts
 *   vcpu_hart.c      sets the hart's CSRs for its vCPU
 *   run.c            runs the vCPU
 *
 * A file calls only files above it, so that there is no circle of calls.
 *
 * Locks   The caller holds none, unless a function states otherwise.
 * Context The vCPU's own hart, in HS-mode, interrupts off.
 */
#pragma once

#include <hyp/arch/csr.h>
#include <hyp/arch/sbi_call.h>
#include <hyp/vm/vm.h>

#define VS_INTERRUPTS (BIT(IRQ_VS_SOFT) | BIT(IRQ_VS_TIMER) | BIT(IRQ_VS_EXT))
#define HS_INTERRUPTS (BIT(IRQ_S_SOFT) | BIT(IRQ_S_TIMER) | BIT(IRQ_S_EXT))

/* True if the configuration limits the VM's exits after boot. Such a VM has no fast exits. */
static inline bool vm_has_budget(const struct vm *vm)
{
    return vm->config->exits_after_boot.grace_s != 0;
}

/* ---- vcpu_notify.c, vcpu_pending.c ----------------------------------------------------------- */

/*
 * Sends an IPI to each hart of a set, by index. `last` is a member of the set, if there is one: a
 * set of one needs no search.
 */
static inline void vm_send_ipis(struct vm_host_ops *host, uint64_t harts, uint32_t last)
{
    if ((harts & (harts - 1)) != 0) {
        host->send_ipis(host, harts);
    } else if (harts != 0) {
        host->send_ipi(host, last);
    }
}

/* Clears vcpu->pending and handles the requests that it held. */
void vcpu_handle_pending(struct vcpu *vcpu);

/* ---- vcpu_timer.c ---------------------------------------------------------------------------- */

/* vcpu_set_timer() for a VM without Sstc. */
int64_t vcpu_set_soft_timer(struct vcpu *vcpu, uint64_t when);

/* Sets the guest's timer to `when`, as SBI TIME does. Returns SBI_SUCCESS. */
static inline int64_t vcpu_set_timer(struct vcpu *vcpu, uint64_t when)
{
    if (!vcpu->vm->grant.sstc) {
        return vcpu_set_soft_timer(vcpu, when);
    }
    csr_write(CSR_VSTIMECMP, when);
    return SBI_SUCCESS;
}

/* ---- vcpu_irq.c ------------------------------------------------------------------------------ */

/* Sets hvip.VSEIP to the level of the controller's output. */
static inline void vcpu_write_vseip(bool level)
{
    if (level) {
        csr_set(CSR_HVIP, BIT(IRQ_VS_EXT));
    } else {
        csr_clear(CSR_HVIP, BIT(IRQ_VS_EXT));
    }
}

/*
 * Handles an interrupt of HS-mode that has interrupted the guest: as world.fast_irq, and again as
 * the slow way where fast exits are off. Returns true if the guest resumes at once; false if the
 * run loop must look at the vCPU's state, as the VM has stopped or the vCPU is not STARTED.
 */
bool vcpu_fast_irq(struct world *world, uint64_t scause);

/* Handles interrupts that are pending while no guest runs: with sstatus.SIE = 0 none of them traps.
 */
void vcpu_poll_irqs(struct vcpu *vcpu);

/* ---- vcpu_trap.c ----------------------------------------------------------------------------- */

/* Makes the guest take a trap at world.sepc: "Trap Entry" into VS-mode. */
void vcpu_inject_trap(struct vcpu *vcpu, uint64_t cause, uint64_t value);

/* Guest-physical address of the guest-page fault that world_switch() has saved. Pure. */
static inline gpa_t world_fault_gpa(const struct world *world)
{
    return GPA((world->htval << 2) | (world->stval & 3));
}

/* Stops the VM: its guest cannot take the trap that is in vsepc, vscause and vstval. */
void vcpu_stop_at_vector(struct vcpu *vcpu);

/* Stops the VM at the trap that world_switch() has saved: its memory cannot be cleared. */
void vcpu_stop_at_trap(struct vcpu *vcpu);

/* ---- vcpu_reset.c ---------------------------------------------------------------------------- */

/* Sets registers and VS-level CSRs of a vCPU that starts at start_pc with start_opaque. */
void vcpu_reset(struct vcpu *vcpu);

/* Turns the guest's timer off and clears its interrupts, but for the external one. */
void vcpu_reset_interrupts(struct vcpu *vcpu);

/* ---- vcpu_hart.c ----------------------------------------------------------------------------- */

/* Sets the hart's CSRs that do not change when the vCPU starts again, and the fast functions. */
void vcpu_load_hart(struct vcpu *vcpu);

/*
 * Prepares the hart and the world for the routine of scrub.h: as for a guest that starts, but all
 * traps and interrupts come to HS-mode, and no fast function handles them. vcpu_load_hart() undoes
 * this.
 */
void vcpu_load_scrubber(struct vcpu *vcpu);
