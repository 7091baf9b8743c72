/* SPDX-License-Identifier: Apache-2.0 */
/* The world switch of the host: a test makes the traps; fast functions are called as in trap.S. */
#include <hyp/arch_backend/world_host.h>

#include <hyp/arch/csr.h>
#include <hyp/arch/hart.h>
#include <hyp/base/assert.h>

#include <stddef.h>

/* Value of the members of a world that a fast function must not read. */
#define POISON UINT64_C(0x5a5a5a5a5a5a5a5a)

/* Bit n: xn is gp or s0 … s11; the trap entry saves these only for a fault that names one. */
#define CALLEE_SAVED_SET UINT32_C(0x0ffc0308)

static _Thread_local world_host_guest the_guest;
static _Thread_local void *the_ctx;
static _Thread_local struct world_host_cleared cleared;
static _Thread_local uint64_t fp[32];
static _Thread_local unsigned absent_fp;

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
    for (unsigned i = 0; s->a != NULL && i < 8; i++) {
        w->gpr[10 + i] = s->a[i];
    }
    if (s->before != NULL) {
        s->before(w);
    }
    return s->trap;
}

/* Poisons the members that are not saved while a fast function runs; `shown` are saved ones. */
static struct world hide(struct world *w, uint32_t shown)
{
    struct world was = *w;
    w->sepc = POISON;
    for (unsigned i = 1; i < 32; i++) {
        if ((CALLEE_SAVED_SET & ~shown & UINT32_C(1) << i) != 0) {
            w->gpr[i] = POISON;
        }
    }
    return was;
}

static void show(struct world *w, const struct world *was, uint32_t shown, uint64_t sepc)
{
    HYP_REQUIRE(w->sepc == POISON);
    w->sepc = sepc;
    for (unsigned i = 1; i < 32; i++) {
        if ((CALLEE_SAVED_SET & ~shown & UINT32_C(1) << i) != 0) {
            HYP_REQUIRE(w->gpr[i] == POISON);
            w->gpr[i] = was->gpr[i];
        }
    }
}

static bool fast_ecall(struct world *w)
{
    struct world was = hide(w, 0);
    const uint64_t *a = &was.gpr[10];
    int64_t error = w->fast_ecall(a[0], a[1], a[2], a[3], a[4], a[5], a[6], a[7]);
    bool handled = error <= 0;
    show(w, &was, 0, handled ? was.sepc + 4 : was.sepc);
    if (handled) {
        w->gpr[10] = (uint64_t)error;
    }
    return handled;
}

static bool fast_irq(struct world *w, uint64_t scause)
{
    struct world was = hide(w, 0);
    bool handled = w->fast_irq(w, scause);
    show(w, &was, 0, was.sepc);
    return handled;
}

static bool fast_fault(struct world *w, const struct world_trap *trap)
{
    unsigned reg = (trap->htinst >> ((trap->htinst & 0x20) != 0 ? 20 : 7)) & 31;
    bool all = (CALLEE_SAVED_SET >> reg & 1) != 0;
    struct world was = hide(w, all ? CALLEE_SAVED_SET : 0);
    bool handled = w->fast_fault(w, trap->htinst, trap->htval << 2 | (trap->stval & 3));
    uint64_t step = handled ? 2 + (trap->htinst & 2) : 0;
    show(w, &was, all ? CALLEE_SAVED_SET : 0, was.sepc + step);
    return handled;
}

static void save(struct world *w, const struct world_trap *trap)
{
    w->scause = trap->scause;
    w->stval = trap->stval;
    w->htval = trap->htval;
    w->htinst = trap->htinst;
}

/* Returns true if a fast function has handled the trap. */
static bool trap_entry(struct world *w, const struct world_trap *trap)
{
    bool irq = (trap->scause & CAUSE_INTERRUPT) != 0;
    w->exits[(irq ? WORLD_EXIT_IRQ : 0) + (trap->scause & 31)]++;
    bool page = trap->scause == CAUSE_LOAD_GUEST_PAGE || trap->scause == CAUSE_STORE_GUEST_PAGE;
    if ((trap->scause == CAUSE_ECALL_VS && fast_ecall(w)) || (irq && fast_irq(w, trap->scause)) ||
        (page && fast_fault(w, trap))) {
        return true;
    }
    save(w, trap);
    return false;
}

void world_switch(struct world *w)
{
    HYP_REQUIRE(the_guest != NULL);
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

void world_host_set_absent_fp(unsigned absent)
{
    absent_fp = absent;
}

unsigned world_probe_fp(unsigned asked)
{
    return (WORLD_F | WORLD_D | (asked & WORLD_V)) & ~absent_fp;
}

void world_clear_fp(unsigned has)
{
    HYP_REQUIRE((has & absent_fp) == 0);
    cleared.fp += (has & WORLD_F) != 0;
    cleared.vector += (has & WORLD_V) != 0;
}

void world_accept_guests(void)
{
    HYP_REQUIRE(csr_host_has(CSR_HSTATUS));
}

uint64_t *world_host_fp(void)
{
    return fp;
}

/* On the machine the access would trap. */
static void require_fp(unsigned reg)
{
    HYP_REQUIRE(reg < 32 && (csr_read(CSR_SSTATUS) & SSTATUS_FS) != 0);
}

uint64_t world_read_fp(unsigned reg)
{
    require_fp(reg);
    return fp[reg];
}

void world_write_fp(unsigned reg, uint64_t bits)
{
    require_fp(reg);
    fp[reg] = bits;
}
