/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Why a guest left, as a value; and what each module does about it.
 *
 * Locks   The handlers take vm->lock where they need it; the caller holds nothing.
 * Context The vCPU's own hart, in HS-mode, after world_switch() returned.
 */
#pragma once

#include <hyp/arch/csr.h>
#include <hyp/arch/insn.h>
#include <hyp/arch/sbi_call.h>
#include <hyp/vm/vm.h>

enum exit_kind {
    EXIT_IRQ,     /* An interrupt of HS-mode; `irq` says which. */
    EXIT_SBI,     /* ecall from VS-mode. */
    EXIT_MMIO,    /* Load or store at a guest-physical address that is not mapped. */
    EXIT_WALK,    /* The hart found the guest's page table at such an address. */
    EXIT_FETCH,   /* An instruction is there. */
    EXIT_VIRTUAL, /* Virtual instruction: what the guest may not do natively. */
    EXIT_REFLECT, /* Any other exception, which the guest gets as it is. */
};

struct exit {
    enum exit_kind kind;
    uint64_t irq;              /* EXIT_IRQ: its number. */
    gpa_t gpa;                 /* EXIT_MMIO, EXIT_FETCH, EXIT_WALK */
    struct insn_access access; /* EXIT_MMIO; kind INSN_NONE: fetch the instruction. */
    uint64_t trap_cause;       /* The trap of the guest, if it is to get one. */
    uint64_t trap_value;
};

/* Decodes what happened from the saved world alone. Pure. */
struct exit exit_decode(const struct world *w);

/* Handles it: the one switch over exits. */
enum vcpu_action exit_handle(struct vcpu *vcpu, struct exit *exit);

/* Makes the guest take a trap: "Trap Entry" into VS-mode. */
void vcpu_inject(struct vcpu *vcpu, uint64_t cause, uint64_t value);

/*
 * The load or store of exit->access at exit->gpa on the VM's bus. Answered: the register is
 * written. VCPU_TRAP_GUEST: no device there, or it refused; nothing has changed.
 *
 * A device does a bounded part of a long access at a time (vdev.h). A load that is not done yet is
 * repeated by the guest. A store that is done, but has left work, raises this hart's own software
 * interrupt, which comes before the guest's next instruction and calls mmio_more().
 */
enum vcpu_action mmio_handle(struct vcpu *vcpu, const struct exit *exit);

/* The next part of the work that stores have left at the VM's devices; again if that is not all. */
void mmio_more(struct vcpu *vcpu);

/* An ecall from VS-mode: RISC-V SBI 2.0. Writes a0 and a1 of the guest. */
enum vcpu_action sbi_handle(struct vcpu *vcpu);

/*
 * The calls that need neither guest memory nor another vCPU's state, by the vCPU that runs on
 * this hart. Returns its a0 and has set its gpr[11]; or SBI_DECLINED for all others, with
 * nothing changed. It is world.fast_ecall, and sbi_handle() comes here first. The
 * arguments stay in the registers that they came in.
 */
#define SBI_DECLINED 1
int64_t sbi_quick(uint64_t a0, uint64_t a1, uint64_t a2, uint64_t a3, uint64_t a4, uint64_t a5,
                  uint64_t fid, uint64_t ext);
/* The guest's a0. */
int64_t sbi_rfence(uint64_t mask, uint64_t hart_base, uint64_t start, uint64_t size, uint64_t asid,
                   uint64_t a5, uint64_t fid);
/*
 * The most bytes that one DBCN call moves, so that no call costs this hart more than 2500
 * instructions (tests/qemu: dbcn_cost).
 */
#define SBI_DBCN_WRITE_MAX 48u
#define SBI_DBCN_READ_MAX 32u
struct sbi_ret sbi_dbcn(struct vcpu *vcpu, const uint64_t arg[6], uint64_t fid);

/* HSM: *action tells what the calling vCPU does next (VCPU_WAIT for stop and suspend). */
struct sbi_ret sbi_hsm(struct vcpu *vcpu, const uint64_t arg[6], uint64_t fid,
                       enum vcpu_action *action);

/*
 * The set of vCPUs that (mask, base) names, as SBI's "Hart list parameter": base −1 is all.
 * SBI_ERR_INVALID_PARAM if one of them does not exist.
 */
static inline struct sbi_ret sbi_hart_set(const struct vm *vm, uint64_t mask, uint64_t base)
{
    uint64_t all = vm_all_vcpus(vm);
    if (base == UINT64_MAX) {
        return (struct sbi_ret){.value = all};
    }
    bool exist = base < vm->vcpu_count ? (mask & ~(all >> base)) == 0 : mask == 0;
    if (!exist) {
        return (struct sbi_ret){.error = SBI_ERR_INVALID_PARAM};
    }
    return (struct sbi_ret){.value = base < vm->vcpu_count ? mask << base : 0};
}

/*
 * Interrupts a set of other harts, by index; `last` is one of them, if there is one. A single one
 * is not looked for in the set.
 */
static inline void vm_send_ipis(struct vm_env *env, uint64_t harts, uint32_t last)
{
    if ((harts & (harts - 1)) != 0) {
        env->send_ipis(env, harts);
    } else if (harts != 0) {
        env->send_ipi(env, last);
    }
}

/* Does what other harts left in vcpu->pending. Own hart. */
void vcpu_take_pending(struct vcpu *vcpu);

/* The guest's timer: SBI TIME, whose error is 0, and, without Sstc, its expiry. Own hart. */
int64_t vcpu_timer_set_slow(struct vcpu *vcpu, uint64_t when);
static inline int64_t vcpu_set_timer(struct vcpu *vcpu, uint64_t when)
{
    if (!vcpu->vm->grant.sstc) {
        return vcpu_timer_set_slow(vcpu, when);
    }
    csr_write(CSR_VSTIMECMP, when);
    return SBI_SUCCESS;
}
void vcpu_timer_expired(struct vcpu *vcpu, uint64_t now);

/*
 * An interrupt of HS-mode while the guest ran: the same function answers it fast
 * (world.fast_irq) and slow. True: the guest goes on at once; false: the run loop must look
 * at the vCPU's state (its VM has stopped, or it must start afresh).
 */
bool vcpu_irq(struct world *w, uint64_t scause);

/* world.fast_fault: mmio_handle() for what htinst tells. */
bool vcpu_fast_fault(struct world *w, uint64_t htinst, uint64_t gpa);
