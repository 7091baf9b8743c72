/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Property: an interrupt that is pending at a trap is handled before the next trap, whatever other
 * interrupts come, also while the vCPU waits.
 */
#include <prop.h>

#include <stddef.h>

#include "test_vm.h"

#define THREE (BIT(IRQ_S_EXT) | BIT(IRQ_S_SOFT) | BIT(IRQ_S_TIMER))

static struct test_vm t;
static unsigned turns;
static uint64_t owed; /* Pending at the last trap and not handled since. */
static bool waiting;

static const uint64_t suspend_call[8] = {[6] = SBI_HSM_SUSPEND, [7] = SBI_EXT_HSM};

static void raise_some(void)
{
    static const uint64_t bit[] = {BIT(IRQ_S_EXT), BIT(IRQ_S_SOFT), BIT(IRQ_S_TIMER)};
    uint64_t set = prop_u64(8);
    for (unsigned i = 0; i < 3; i++) {
        csr_set(CSR_SIP, (set >> i & 1) != 0 ? bit[i] : 0);
    }
}

/* All three may become pending while one is handled, the same one included. */
static void served(uint64_t irq)
{
    owed &= ~BIT(irq);
    csr_set(CSR_SIP, prop_bool() ? THREE : 0);
}

static void external(struct vm_host_ops *host, struct vcpu *vcpu)
{
    test_external(host, vcpu);
    served(IRQ_S_EXT);
}

static void timer_expired(struct vm_host_ops *host, struct vcpu *vcpu)
{
    test_timer_expired(host, vcpu);
    served(IRQ_S_TIMER);
}

static void event(struct vm_host_ops *host, struct vcpu *vcpu)
{
    (void)host, (void)vcpu;
    served(IRQ_S_SOFT);
}

/* False: no trap is left. */
static bool next_turn(void)
{
    PROP_ASSERT(owed == 0);
    raise_some();
    owed = csr_read(CSR_SIP) & THREE;
    return turns-- != 0;
}

/* The highest priority: "Supervisor Interrupt Registers (sip and sie)". */
static uint64_t highest(uint64_t pending)
{
    return (pending & BIT(IRQ_S_EXT)) != 0    ? IRQ_S_EXT
           : (pending & BIT(IRQ_S_SOFT)) != 0 ? IRQ_S_SOFT
                                              : IRQ_S_TIMER;
}

static struct world_trap ecall(struct world *w, const uint64_t a[8])
{
    memcpy(&w->gpr[10], a, 8 * sizeof(a[0]));
    return (struct world_trap){.scause = CAUSE_ECALL_VS};
}

static struct world_trap guest(struct world *w, void *ctx)
{
    (void)ctx;
    if (waiting && turns != 0) {
        return ecall(w, suspend_call);
    }
    do {
        if (!next_turn()) {
            return ecall(w, test_shutdown);
        }
    } while (owed == 0);
    return (struct world_trap){.scause = CAUSE_INTERRUPT | highest(owed)};
}

/* WFI returns. The last time the guest's own interrupt ends its suspend. */
static void on_wait(enum hart_host_wait why)
{
    (void)why;
    if (!next_turn()) {
        turns = 0;
        owed = 0;
        csr_write(CSR_HIE, BIT(IRQ_VS_EXT));
        csr_write(CSR_HIP, BIT(IRQ_VS_EXT));
        csr_clear(CSR_SIP, THREE);
    }
}

void prop_run(void)
{
    test_vm_init(&t);
    t.host.handle_external_irq = external;
    t.host.timer_expired = timer_expired;
    t.host.ipi_work = event;
    t.config.no_fast_exits = prop_bool();
    waiting = prop_bool();
    turns = TURNS;
    owed = 0;
    world_host_set(guest, NULL);
    hart_host_on_wait(on_wait);
    t.vm.running = 1;
    vcpu_run(&t.vcpu[0]);
    PROP_ASSERT(t.vm.stop_reason == VM_STOP_SHUTDOWN);
}
