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

struct world_trap world_host_script(struct world *world, void *ctx)
{
    struct world_script *script = ctx;
    if (script->next == script->count) {
        HYP_PANIC("the guest's script has ended, and its VM has not");
    }
    const struct world_step *step = &script->step[script->next++];
    for (unsigned i = 0; step->a != NULL && i < 8; i++) {
        world->gpr[10 + i] = step->a[i];
    }
    if (step->before != NULL) {
        step->before(world);
    }
    return step->trap;
}

/* Poisons the members that are not saved while a fast function runs; `shown` are saved ones. */
static struct world hide(struct world *world, uint32_t shown)
{
    struct world was = *world;
    world->sepc = POISON;
    for (unsigned i = 1; i < 32; i++) {
        if ((CALLEE_SAVED_SET & ~shown & UINT32_C(1) << i) != 0) {
            world->gpr[i] = POISON;
        }
    }
    return was;
}

static void show(struct world *world, const struct world *was, uint32_t shown, uint64_t sepc)
{
    HYP_REQUIRE(world->sepc == POISON);
    world->sepc = sepc;
    for (unsigned i = 1; i < 32; i++) {
        if ((CALLEE_SAVED_SET & ~shown & UINT32_C(1) << i) != 0) {
            HYP_REQUIRE(world->gpr[i] == POISON);
            world->gpr[i] = was->gpr[i];
        }
    }
}

static bool fast_ecall(struct world *world)
{
    struct world was = hide(world, 0);
    const uint64_t *a = &was.gpr[10];
    int64_t error = world->fast_ecall(a[0], a[1], a[2], a[3], a[4], a[5], a[6], a[7]);
    bool handled = error <= 0;
    show(world, &was, 0, handled ? was.sepc + 4 : was.sepc);
    if (handled) {
        world->gpr[10] = (uint64_t)error;
    }
    return handled;
}

static bool fast_irq(struct world *world, uint64_t scause)
{
    struct world was = hide(world, 0);
    bool handled = world->fast_irq(world, scause);
    show(world, &was, 0, was.sepc);
    return handled;
}

static bool fast_fault(struct world *world, const struct world_trap *trap)
{
    unsigned reg = (trap->htinst >> ((trap->htinst & 0x20) != 0 ? 20 : 7)) & 31;
    bool all = (CALLEE_SAVED_SET >> reg & 1) != 0;
    struct world was = hide(world, all ? CALLEE_SAVED_SET : 0);
    bool handled = world->fast_fault(world, trap->htinst, trap->htval << 2 | (trap->stval & 3));
    uint64_t step = handled ? 2 + (trap->htinst & 2) : 0;
    show(world, &was, all ? CALLEE_SAVED_SET : 0, was.sepc + step);
    return handled;
}

static void save(struct world *world, const struct world_trap *trap)
{
    world->scause = trap->scause;
    world->stval = trap->stval;
    world->htval = trap->htval;
    world->htinst = trap->htinst;
}

/* Returns true if a fast function has handled the trap. */
static bool trap_entry(struct world *world, const struct world_trap *trap)
{
    bool irq = (trap->scause & CAUSE_INTERRUPT) != 0;
    world->exits[(irq ? WORLD_EXIT_IRQ : 0) + (trap->scause & 31)]++;
    bool page = trap->scause == CAUSE_LOAD_GUEST_PAGE || trap->scause == CAUSE_STORE_GUEST_PAGE;
    if ((trap->scause == CAUSE_ECALL_VS && fast_ecall(world)) ||
        (irq && fast_irq(world, trap->scause)) || (page && fast_fault(world, trap))) {
        return true;
    }
    save(world, trap);
    return false;
}

void world_switch(struct world *world)
{
    HYP_REQUIRE(the_guest != NULL);
    hart_self()->world = world;
    csr_write(CSR_SSTATUS, world->sstatus);
    csr_write(CSR_HSTATUS, world->hstatus);
    struct world_trap trap;
    do {
        HYP_REQUIRE(world->gpr[0] == 0);
        trap = the_guest(world, the_ctx);
    } while (trap_entry(world, &trap));
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
