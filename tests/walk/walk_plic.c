/* SPDX-License-Identifier: Apache-2.0 */
/* The walk over a PLIC with contexts M and S of two harts. */
#include "walk.h"

#define PLIC UINT64_C(0x0c000000)
#define PENDING (PLIC + 0x1000)
#define ENABLE(context) (PLIC + 0x2000 + 0x80 * (context))
#define CONTEXT(context) (PLIC + 0x200000 + 0x1000 * (context))
#define CLAIM 4
#define END (PLIC + 0x600000)

#define CONTEXTS 4
#define OWN UINT64_C(1)   /* S of the hart that walks. */
#define OTHER UINT64_C(3) /* S of the second. */

static uint32_t enabled_own; /* Driven sources only. */
static uint32_t enabled_other;
static uint32_t asked; /* Has risen since its last claim. */
static uint32_t held;  /* Asked while enabled: a hypervisor has claimed it meanwhile. */
static uint32_t claimed;

static uint32_t enabled(void)
{
    return enabled_own | enabled_other;
}

void walk_other_begin(void) {}

uint64_t walk_other_claim(void)
{
    return 0;
}

/* Clears the state that firmware left. */
void walk_begin(void)
{
    for (uint32_t source = 1; source < 96; source++) {
        reg_write(PLIC + 4 * source, 0);
    }
    for (uint32_t context = 0; context < CONTEXTS; context++) {
        for (uint32_t word = 0; word < 3; word++) {
            reg_write(ENABLE(context) + 4 * word, 0);
        }
        reg_write(CONTEXT(context), 0);
    }
}

bool walk_leaves_out(uint64_t address, unsigned size)
{
    return crosses(address, size, END);
}

/*
 * A driven source pends for a guest once it is enabled, and where it is claimed and rises anew
 * not before its completion.
 */
uint32_t walk_mask(uint64_t address)
{
    return address == PENDING ? ~(SOURCE_BITS & (~enabled() | claimed)) : ~UINT32_C(0);
}

static bool is_claim(uint64_t address)
{
    return address >= CONTEXT(0) && address < CONTEXT(CONTEXTS) && address % 0x1000 == CLAIM;
}

void walk_was_read(uint64_t address, uint32_t value)
{
    if (is_claim(address) && is_driven(value)) {
        claimed |= 1u << value;
        asked &= ~(1u << value);
        held &= ~(1u << value);
    }
}

void walk_was_written(uint64_t address, uint32_t value)
{
    if (is_claim(address) && is_driven(value)) {
        claimed &= ~(1u << value);
    }
    if (address == ENABLE(OWN)) {
        enabled_own = value & SOURCE_BITS;
    }
    if (address == ENABLE(OTHER)) {
        enabled_other = value & SOURCE_BITS;
    }
    held |= asked & enabled() & ~claimed;
    /* QEMU's chip looks at enables only when something else changes. */
    if (address >= ENABLE(0) && address < CONTEXT(0)) {
        reg_write(CONTEXT(OWN), reg_read(CONTEXT(OWN)));
    }
}

/* Driven sources interrupt harts that run; M-mode's contexts are not the guest's. */
uint32_t walk_legal(uint64_t address, uint32_t value)
{
    bool others = address >= ENABLE(0) && address % 0x80 == 0 && address != ENABLE(OWN) &&
                  !(has_other() && address == ENABLE(OTHER));
    return others ? value & ~SOURCE_BITS : value;
}

static uint64_t draw_context(void)
{
    return one_in(3) ? draw(CONTEXTS + 2) : has_other() && one_in(3) ? OTHER : OWN;
}

static uint32_t draw_source(void)
{
    switch (draw(4)) {
    case 0: return (uint32_t)draw(one_in(4) ? 1030 : 100);
    case 1: return UART_SOURCE;
    default: return one_in(2) ? RTC_SOURCE : UART_SOURCE;
    }
}

static uint64_t draw_register(void)
{
    switch (draw(8)) {
    case 0: return PLIC + 4 * (uint64_t)draw_source();
    case 1: return PENDING + 4 * draw(one_in(8) ? 40 : 3);
    case 2:
    case 3: return ENABLE(draw_context()) + 4 * (one_in(4) ? draw(32) : 0);
    case 4: return CONTEXT(draw_context());
    case 5:
    case 6: return CONTEXT(draw_context()) + CLAIM;
    default: return one_in(8) ? END - 16 + draw(8) * 4 : PLIC + draw(0x600000 / 4) * 4;
    }
}

static void step_register(void)
{
    unsigned size = draw_size();
    uint64_t address = draw_address(draw_register(), size);
    if (one_in(2)) {
        access_read(address, size);
    } else {
        access_write(address, size, is_claim(address) ? draw_source() : draw_value());
    }
}

/* Claims and completes, like a driver. */
static void step_service(void)
{
    uint64_t claim = CONTEXT(has_other() && one_in(3) ? OTHER : OWN) + CLAIM;
    access_read(claim, 4);
    if (one_in(2)) {
        wire_set(one_in(2) ? UART_SOURCE : RTC_SOURCE, false);
    }
    access_write(claim, 4, draw_source());
}

/* A source that a hypervisor has claimed for the guest comes once more if its input rises again. */
static void step_wire(void)
{
    uint32_t source = one_in(2) ? UART_SOURCE : RTC_SOURCE;
    bool up = !wire_is_high(source);
    if (!up || (held >> source & 1) == 0) {
        wire_set(source, up);
        asked |= (uint32_t)up << source;
        held |= asked & enabled() & ~claimed;
    }
}

/* Priorities and thresholds that let something through. */
static void step_open(void)
{
    access_write(PLIC + 4 * UART_SOURCE, 4, 1 + draw(7));
    access_write(PLIC + 4 * RTC_SOURCE, 4, 1 + draw(7));
    access_write(CONTEXT(OWN), 4, 0);
    access_write(ENABLE(OWN), 4, SOURCE_BITS);
    if (has_other()) {
        access_write(CONTEXT(OTHER), 4, draw(8));
        access_write(ENABLE(OTHER), 4, one_in(2) ? SOURCE_BITS : 0);
    }
}

void walk_step(void)
{
    switch (draw(12)) {
    case 0:
    case 1: step_service(); break;
    case 2:
    case 3:
    case 4: step_wire(); break;
    case 5: step_open(); break;
    default: step_register();
    }
}
