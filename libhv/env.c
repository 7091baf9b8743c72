/* SPDX-License-Identifier: Apache-2.0 */
/* The machine as vCPUs use it while they run: interrupts, timer, harts, and grants of VMs. */
#include "hyp.h"

#include <hyp/arch/csr.h>
#include <hyp/arch/sbi_call.h>
#include <hyp/irq/ipi_path.h>
#include <hyp/vm/vm.h>

/* Calls the firmware; a part of the image may know a shorter way. */
static void send_ipi(struct vm_env *env, uint32_t hart_index)
{
    (void)sbi_call(SBI_EXT_IPI, 0, 1, hyp_of(env)->machine.hart_id[hart_index], 0);
}

static void send_ipis(struct vm_env *env, uint64_t harts)
{
    ipi_sbi_send(hyp_of(env)->machine.hart_id, harts);
}

static void external(struct vm_env *env, struct vcpu *vcpu)
{
    struct hyp *h = hyp_of(env);
    if (h->irqc.ops == 0) {
        csr_clear(CSR_SIE, BIT(IRQ_S_EXT)); /* Nobody can end it. */
        return;
    }
    uint32_t source = h->irqc.ops->claim(h->irqc.state, vcpu->hart_index);
    uint8_t owner = source < SOURCE_MAX ? h->source_owner[source] : 0;
    if (owner == OWNER_CONSOLE) {
        hyp_console_step(h, hyp_self());
        hyp_report(h);
        h->irqc.ops->complete(h->irqc.state, vcpu->hart_index, source);
    } else if (owner == OWNER_IPI) {
        csr_set(CSR_SIP, BIT(IRQ_S_SOFT)); /* And goes on as one. */
    } else if (owner != 0) {
        struct vm *vm = &h->vms[owner - 1]->vm;
        spinlock_lock(&vm->lock);
        vm->irq_raise(vm->irq_ctx, source, vcpu->hart_index);
        spinlock_unlock(&vm->lock);
    } else if (source != 0) {
        /* Nobody's: silence it, so that it comes once. */
        h->irqc.ops->complete(h->irqc.state, vcpu->hart_index, source);
        h->irqc.ops->set_enable(h->irqc.state, vcpu->hart_index, source, false);
    } else if (h->machine.irqc_index[vcpu->hart_index] == MACHINE_NO_INDEX) {
        csr_clear(CSR_SIE, BIT(IRQ_S_EXT)); /* No controller of ours: nobody can end it. */
    }
}

static void event(struct vm_env *env, struct vcpu *vcpu)
{
    struct hyp *h = hyp_of(env);
    if (vcpu->hart_index == h->console_hart) {
        if (vconsole_mux_is_called(&h->mux)) { /* Else it was an IPI of the guest's. */
            hyp_console_step(h, hyp_self());
        }
        hyp_report(h);
    }
}

void hyp_program_timer(struct host_hart *hh)
{
    uint64_t when = hh->deadline;
    if (hh->sstc) {
        csr_write(CSR_STIMECMP, when);
        return;
    }
    if (hh->vcpu != 0 && hh->vcpu->timer < when) {
        when = hh->vcpu->timer;
    }
    if (when != hh->timer) {
        hh->timer = when;
        (void)sbi_call(SBI_EXT_TIME, 0, when, 0, 0);
    }
}

static void timer_changed(struct vm_env *env, struct vcpu *vcpu)
{
    (void)env;
    (void)vcpu;
    hyp_program_timer(hyp_self());
}

static void timer_expired(struct vm_env *env, struct vcpu *vcpu)
{
    struct host_hart *hh = hyp_self();
    uint64_t now = csr_read(CSR_TIME);
    hh->timer = 0; /* The firmware's has fired: program it in any case. */
    vcpu_timer_expired(vcpu, now);
    if (hh->deadline <= now) {
        hh->deadline = UINT64_MAX;
        hyp_console_step(hyp_of(env), hh);
        hyp_report(hyp_of(env));
    }
    hyp_program_timer(hh);
}

HYP_COLD void hyp_init_env(struct hyp *h)
{
    const struct machine *m = &h->machine;
    h->env = (struct vm_env){
        .timebase_hz = m->timebase_hz,
        .send_ipi = send_ipi,
        .send_ipis = send_ipis,
        .external = external,
        .event = event,
        .timer_expired = timer_expired,
        .timer_changed = timer_changed,
        .vm_event = hyp_vm_event,
        .vm_ended = hyp_vm_ended,
    };
}

/* Registers of extensions that the guest is not shown are off: it cannot leave anything there. */
static uint32_t fp_of(uint64_t isa)
{
    _Static_assert(GUEST_ISA_D == GUEST_ISA_F + 1 && WORLD_D == 2 * WORLD_F, "one shift for both");
    return (isa >> GUEST_ISA_F & (WORLD_F | WORLD_D)) | (isa >> GUEST_ISA_V & 1) * WORLD_V;
}

HYP_COLD void hyp_grant(struct hyp *h, struct host_vm *hv)
{
    const struct machine *m = &h->machine;
    struct machine_grant has = machine_common(m, h->plan.harts[hv->vm.index]);
    bool has_zicboz = (has.isa & BIT(GUEST_ISA_ZICBOZ)) != 0;
    hv->has = has;
    hv->vm.grant = (struct vm_grant){
        .sstc = (has.isa & BIT(GUEST_ISA_SSTC)) != 0,
        .has_envcfg = m->envcfg,
        .has_stateen = m->stateen,
        .fp = fp_of(has.isa),
        .henvcfg = machine_henvcfg(has.isa),
        .hcounteren = machine_hcounteren(m, has.isa),
        .hstateen0 = HSTATEEN0_ENVCFG, /* senvcfg; nothing else is in their ISA strings */
        /* The block size that worked when it was tried, not the one that the tree says. */
        .cboz_block = has_zicboz && has.block[2] == h->pool.zero_block ? has.block[2] : 0,
    };
}
