/* SPDX-License-Identifier: Apache-2.0 */
/* The run loop: a vCPU on its hart from start to stop. */
#include <hyp/vm/exit.h>

#include <hyp/arch/fence.h>
#include <hyp/arch/hart.h>

#define DELEGATED_EXCEPTIONS                                                         \
    (BIT(CAUSE_INSN_MISALIGNED) | BIT(CAUSE_INSN_ACCESS) | BIT(CAUSE_ILLEGAL_INSN) | \
     BIT(CAUSE_BREAKPOINT) | BIT(CAUSE_LOAD_MISALIGNED) | BIT(CAUSE_LOAD_ACCESS) |   \
     BIT(CAUSE_STORE_MISALIGNED) | BIT(CAUSE_STORE_ACCESS) | BIT(CAUSE_ECALL_U) |    \
     BIT(CAUSE_INSN_PAGE) | BIT(CAUSE_LOAD_PAGE) | BIT(CAUSE_STORE_PAGE))

#define VS_INTERRUPTS (BIT(IRQ_VS_SOFT) | BIT(IRQ_VS_TIMER) | BIT(IRQ_VS_EXT))
#define HS_INTERRUPTS (BIT(IRQ_S_SOFT) | BIT(IRQ_S_TIMER) | BIT(IRQ_S_EXT))

/* ---- Every exit takes the slow way ----------------------------------------------------------- */

static int64_t decline_ecall(uint64_t a0, uint64_t a1, uint64_t a2, uint64_t a3, uint64_t a4,
                             uint64_t a5, uint64_t fid, uint64_t ext)
{
    (void)a0, (void)a1, (void)a2, (void)a3, (void)a4, (void)a5, (void)fid, (void)ext;
    return SBI_DECLINED;
}

static bool decline_irq(struct world *w, uint64_t scause)
{
    (void)w, (void)scause;
    return false;
}

static bool decline_fault(struct world *w, uint64_t htinst, uint64_t gpa)
{
    (void)w, (void)htinst, (void)gpa;
    return false;
}

/* ---- The hart and the vCPU's reset ----------------------------------------------------------- */

static bool has_budget(const struct vm *vm)
{
    return vm->config->exits_after_boot.boot_s != 0;
}

/* Hart CSRs that do not change when the vCPU is started again. */
HYP_COLD static void load_hart(struct vcpu *vcpu)
{
    const struct vm_grant *g = &vcpu->vm->grant;
    struct world *w = &vcpu->world;
    world_accept_guests();
    csr_write(CSR_HEDELEG, DELEGATED_EXCEPTIONS);
    csr_write(CSR_HIDELEG, VS_INTERRUPTS);
    csr_write(CSR_HIE, 0);
    csr_write(CSR_HCOUNTEREN, g->hcounteren);
    if (csr_probe(CSR_VSTIMECMP)) { /* Some emulators obey it although STCE is 0. */
        csr_write(CSR_VSTIMECMP, UINT64_MAX);
    }
    csr_write(CSR_HTIMEDELTA, 0);
    if (g->has_envcfg) {
        csr_write(CSR_HENVCFG, g->henvcfg);
    }
    if (g->has_stateen) {
        csr_write(CSR_HSTATEEN0, g->hstateen0 | vcpu->hstateen0);
    }
    csr_write(CSR_HGATP, vcpu->vm->hgatp);
    fence_hfence_gvma_all();
    csr_write(CSR_SIE, HS_INTERRUPTS);
    bool slow = vcpu->vm->config->no_fast_exits || has_budget(vcpu->vm);
    w->fast_ecall = slow ? decline_ecall : sbi_quick;
    w->fast_irq = slow ? decline_irq : vcpu_irq;
    w->fast_fault = slow ? decline_fault : vcpu_fast_fault;
}

HYP_COLD bool vcpu_hart_is_fit(const struct vcpu *vcpu)
{
    const struct vm_grant *g = &vcpu->vm->grant;
    if (!csr_probe(CSR_HSTATUS) || csr_probe(CSR_HSTATEEN0) != g->has_stateen ||
        csr_probe(CSR_HENVCFG) != g->has_envcfg || (g->fp & ~world_probe_fp(g->fp)) != 0) {
        return false;
    }
    uint64_t henvcfg = 0;
    if (g->has_envcfg) {
        csr_write(CSR_HENVCFG, g->henvcfg);
        henvcfg = csr_read(CSR_HENVCFG);
    }
    csr_write(CSR_HCOUNTEREN, g->hcounteren);
    csr_write(CSR_HGATP, vcpu->vm->hgatp);
    /* The VMID need not stay: this hart runs one VM. */
    bool mode = csr_read(CSR_HGATP) >> 60 == vcpu->vm->hgatp >> 60;
    csr_write(CSR_HGATP, 0);
    return mode && henvcfg == g->henvcfg && csr_read(CSR_HCOUNTEREN) == g->hcounteren;
}

/* No interrupt of the guest pends but its devices'; its timer is off. */
HYP_COLD static void reset_interrupts(struct vcpu *vcpu)
{
    csr_write(CSR_HVIP, vcpu->ext_level ? BIT(IRQ_VS_EXT) : 0);
    vcpu->timer = UINT64_MAX;
    if (vcpu->vm->grant.sstc) {
        csr_write(CSR_VSTIMECMP, UINT64_MAX);
    }
}

/*
 * SBI "Hart State Management Extension": satp = 0, sstatus.SIE = 0, a0 = hart id, a1 = opaque.
 * SBI leaves the other registers open, but programs rely on what OpenSBI gives them: floating-point
 * and vector registers that are on, and cycle, time and instret for user mode, without which the
 * vDSO of Linux is an illegal instruction.
 */
HYP_COLD static void reset(struct vcpu *vcpu)
{
    const struct vm_grant *g = &vcpu->vm->grant;
    struct world *w = &vcpu->world;
    for (unsigned i = 0; i < 32; i++) {
        w->gpr[i] = 0;
    }
    w->gpr[10] = vcpu->id;
    w->gpr[11] = vcpu->start_opaque;
    w->sepc = vcpu->start_pc;
    uint64_t on = SSTATUS_UXL_64 | ((g->fp & WORLD_F) != 0 ? SSTATUS_FS : 0) |
                  ((g->fp & WORLD_V) != 0 ? SSTATUS_VS : 0);
    w->sstatus = SSTATUS_SPP | on;
    w->hstatus = HSTATUS_VSXL_64 | HSTATUS_SPV | HSTATUS_SPVP |
                 (uint64_t)vcpu->guest_file << HSTATUS_VGEIN_SHIFT;
    csr_write(CSR_SSTATUS, w->sstatus);
    world_clear_fp(g->fp);
    csr_write(CSR_VSSTATUS, on);
    csr_write(CSR_VSIE, 0);
    csr_write(CSR_VSTVEC, 0);
    csr_write(CSR_VSSCRATCH, 0);
    csr_write(CSR_VSEPC, 0);
    csr_write(CSR_VSCAUSE, 0);
    csr_write(CSR_VSTVAL, 0);
    csr_write(CSR_VSATP, 0);
    csr_write(CSR_SCOUNTEREN, COUNTEREN_ZICNTR);
    if (g->has_envcfg) {
        csr_write(CSR_SENVCFG, 0);
    }
}

/* Without Sstc. */
int64_t vcpu_timer_set_slow(struct vcpu *vcpu, uint64_t when)
{
    struct vm_env *env = vcpu->vm->env;
    csr_clear(CSR_HVIP, BIT(IRQ_VS_TIMER));
    vcpu->timer = when;
    env->timer_changed(env, vcpu);
    return SBI_SUCCESS;
}

void vcpu_timer_expired(struct vcpu *vcpu, uint64_t now)
{
    if (vcpu->timer <= now) {
        vcpu->timer = UINT64_MAX;
        csr_set(CSR_HVIP, BIT(IRQ_VS_TIMER));
    }
}

void vcpu_take_pending(struct vcpu *vcpu)
{
    struct vm *vm = vcpu->vm;
    /*
     * Whoever holds a ticket up to `asked` has set its bits before: they are in this
     * exchange, or an earlier one of this hart took them and fenced. Pairs with fence_others().
     */
    uint64_t asked = __atomic_load_n(&vcpu->fence_asked, __ATOMIC_ACQUIRE);
    uint64_t bits = __atomic_exchange_n(&vcpu->pending, 0, __ATOMIC_ACQUIRE);
    if ((bits & VCPU_PENDING_IPI) != 0) {
        csr_set(CSR_HVIP, BIT(IRQ_VS_SOFT));
    }
    if ((bits & VCPU_PENDING_FENCE_I) != 0) {
        fence_i();
    }
    if ((bits & VCPU_PENDING_VVMA) != 0) {
        fence_hfence_vvma_all();
    }
    /* Pairs with the acquire load in wait_for() of sbi_rfence.c. */
    __atomic_store_n(&vcpu->fence_done, asked, __ATOMIC_RELEASE);
    if ((bits & VCPU_PENDING_MORE) != 0) {
        mmio_more(vcpu);
    }
    if ((bits & (VCPU_PENDING_EXT | VCPU_PENDING_CONSOLE)) != 0) {
        spinlock_lock(&vm->lock);
        if ((bits & VCPU_PENDING_CONSOLE) != 0 && vm->console_update != 0) {
            vm->console_update(vm->console_ctx);
        }
        vcpu_set_external(vcpu, vcpu->ext_level);
        spinlock_unlock(&vm->lock);
    }
}

static bool may_run(const struct vcpu *vcpu)
{
    return __atomic_load_n(&vcpu->vm->stop_reason, __ATOMIC_RELAXED) == VM_RUNNING &&
           vcpu->hsm_state == SBI_HSM_STARTED;
}

static bool take_soft(struct vcpu *vcpu)
{
    struct vm_env *env = vcpu->vm->env;
    csr_clear(CSR_SIP, BIT(IRQ_S_SOFT));
    fence_io(); /* A bit that a sender sets from here on interrupts again. */
    vcpu_take_pending(vcpu);
    if (env->event != 0) {
        env->event(env, vcpu);
    }
    return may_run(vcpu);
}

/* Each of the interrupts that pend, once: none of them waits for another one to end. */
static __attribute__((noinline)) bool take_irqs(struct vcpu *vcpu, uint64_t pending)
{
    struct vm_env *env = vcpu->vm->env;
    if ((pending & BIT(IRQ_S_TIMER)) != 0) {
        env->timer_expired(env, vcpu);
    }
    if ((pending & BIT(IRQ_S_EXT)) != 0) {
        env->external(env, vcpu);
    }
    return (pending & BIT(IRQ_S_SOFT)) == 0 || take_soft(vcpu);
}

bool vcpu_irq(struct world *w, uint64_t scause)
{
    struct vcpu *vcpu = (struct vcpu *)w;
    struct vm_env *env = vcpu->vm->env;
    /* scause names the first by priority. One that pends alone is answered at once. */
    uint64_t pending = (csr_read(CSR_SIP) | BIT(scause & 63)) & HS_INTERRUPTS;
    if (pending == BIT(IRQ_S_EXT)) {
        env->external(env, vcpu);
        return true;
    }
    if (pending == BIT(IRQ_S_SOFT)) {
        return take_soft(vcpu);
    }
    return take_irqs(vcpu, pending);
}

/* Interrupts that came while no guest ran: sstatus.SIE is 0, so they are looked for. */
static void poll_irqs(struct vcpu *vcpu)
{
    (void)take_irqs(vcpu, csr_read(CSR_SIP) & csr_read(CSR_SIE) & HS_INTERRUPTS);
}

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
            reset(vcpu);
            if (!resumes) {
                reset_interrupts(vcpu); /* What ends a suspend is still there after it. */
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
        poll_irqs(vcpu);
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
        vm->env->vm_ended(vm->env, vm);
    }
}

/* Counts an exit of a VM that has booted; of the first beyond its budget the embedder is told. */
static void count_exit(struct vm *vm)
{
    if (csr_read(CSR_TIME) >= vm->boot_end &&
        __atomic_fetch_add(&vm->exits_after_boot, 1, __ATOMIC_RELAXED) ==
            vm->config->exits_after_boot.most) {
        __atomic_fetch_or(&vm->events, VM_EVENT_EXITS, __ATOMIC_RELAXED);
        vm->env->vm_event(vm->env, vm);
    }
}

/* The scrubber runs as a guest that starts, but all its traps and interrupts come to HS-mode. */
static void load_scrubber(struct vcpu *vcpu)
{
    const struct vm_grant *g = &vcpu->vm->grant;
    struct world *w = &vcpu->world;
    reset(vcpu);
    csr_write(CSR_HEDELEG, 0);
    csr_write(CSR_HIDELEG, 0);
    if (g->has_envcfg) {
        csr_write(CSR_HENVCFG, g->henvcfg | (g->cboz_block != 0 ? HENVCFG_CBZE : 0));
    }
    w->fast_ecall = decline_ecall;
    w->fast_irq = decline_irq;
    w->fast_fault = decline_fault;
    fence_hfence_vvma_all();
    fence_i(); /* Another hart has written the code. */
}

/* All harts clear the VM's memory; when the last one has, vCPU 0 may start. */
static void clear_memory(struct vcpu *vcpu)
{
    struct vm *vm = vcpu->vm;
    if (vm->scrub.count != 0) {
        load_scrubber(vcpu);
        scrub_run(vcpu);
        load_hart(vcpu);
    }
    if (vcpu->id == 0) {
        while (!scrub_is_done(vm) &&
               __atomic_load_n(&vm->stop_reason, __ATOMIC_RELAXED) == VM_RUNNING) {
            hart_wait();
            poll_irqs(vcpu);
        }
        scrub_end(vcpu);
    }
}

void vcpu_run(struct vcpu *vcpu)
{
    struct vm *vm = vcpu->vm;
    load_hart(vcpu);
    clear_memory(vcpu);
    if (vcpu->id == 0) { /* The others run only when its guest has started them. */
        uint64_t boot_s = vm->config->exits_after_boot.boot_s;
        vm->boot_end = csr_read(CSR_TIME) + boot_s * vm->env->timebase_hz;
    }
    while (__atomic_load_n(&vm->stop_reason, __ATOMIC_RELAXED) == VM_RUNNING) {
        if (vcpu->hsm_state != SBI_HSM_STARTED) {
            vcpu_wait(vcpu);
            continue;
        }
        world_switch(&vcpu->world); /* the guest runs; returns at a trap */
        if (has_budget(vm)) {
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
