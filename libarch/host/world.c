/* SPDX-License-Identifier: Apache-2.0 */
/* The host's world switch: traps come from a test; the fast functions are asked as by trap.S. */
#include <hyp/arch_backend/world_host.h>

#include <hyp/arch/csr.h>
#include <hyp/arch/hart.h>
#include <hyp/base/assert.h>

/* In w->sepc while a fast function runs that must not look there. */
#define POISON UINT64_C(0x5a5a5a5a5a5a5a5a)

static _Thread_local world_host_guest the_guest;
static _Thread_local void *the_ctx;
static _Thread_local struct world_host_cleared cleared;

void world_host_set(world_host_guest guest, void *ctx)
{
    the_guest = guest;
    the_ctx = ctx;
}

struct world_trap world_host_script(struct world *w, void *ctx)
{
    struct world_script *script = ctx;
    if (script->next == script->count) {
        HYP_PANIC("the guest's script has ended, and its VM has not");
    }
    const struct world_step *s = &script->step[script->next++];
    for (unsigned i = 0; s->a != 0 && i < 8; i++) {
        w->gpr[10 + i] = s->a[i];
    }
    if (s->before != 0) {
        s->before(w);
    }
    return s->trap;
}

static bool fast_ecall(struct world *w)
{
    const uint64_t *a = &w->gpr[10];
    uint64_t sepc = w->sepc;
    w->sepc = POISON;
    bool answered = w->fast_ecall(a[0], a[1], a[2], a[3], a[4], a[5], a[6], a[7]);
    HYP_REQUIRE(w->sepc == POISON);
    w->sepc = answered ? sepc + 4 : sepc;
    return answered;
}

static bool fast_irq(struct world *w, uint64_t scause)
{
    uint64_t sepc = w->sepc;
    w->sepc = POISON;
    bool answered = w->fast_irq(w, scause);
    HYP_REQUIRE(w->sepc == POISON);
    w->sepc = sepc;
    return answered;
}

static void save(struct world *w, const struct world_trap *trap)
{
    w->scause = trap->scause;
    w->stval = trap->stval;
    w->htval = trap->htval;
    w->htinst = trap->htinst;
}

/* True: a fast function has answered. */
static bool trap_entry(struct world *w, const struct world_trap *trap)
{
    if (trap->scause == CAUSE_ECALL_VS && w->fast_ecall != 0 && fast_ecall(w)) {
        return true;
    }
    if ((trap->scause & CAUSE_INTERRUPT) != 0 && w->fast_irq != 0 && fast_irq(w, trap->scause)) {
        return true;
    }
    save(w, trap);
    bool page = trap->scause == CAUSE_LOAD_GUEST_PAGE || trap->scause == CAUSE_STORE_GUEST_PAGE;
    return page && w->fast_fault != 0 && w->fast_fault(w);
}

void world_switch(struct world *w)
{
    HYP_REQUIRE(the_guest != 0);
    hart_self()->world = w;
    csr_write(CSR_SSTATUS, w->sstatus);
    csr_write(CSR_HSTATUS, w->hstatus);
    struct world_trap trap;
    do {
        HYP_REQUIRE(w->gpr[0] == 0);
        trap = the_guest(w, the_ctx);
    } while (trap_entry(w, &trap));
}

struct world_host_cleared *world_host_cleared(void)
{
    return &cleared;
}

void world_clear_fp(bool has_vector)
{
    cleared.fp++;
    cleared.vector += has_vector;
}
