/* SPDX-License-Identifier: Apache-2.0 */
/* The walk over an APLIC in direct mode, with IDC structures of two harts. */
#include "walk_aplic.h"

#define HARTS 2

void walk_other_begin(void) {}

uint64_t walk_other_claim(void)
{
    return 0;
}

void walk_begin(void)
{
    aplic_begin();
    for (uint32_t hart = 0; hart < HARTS; hart++) {
        reg_write(IDC(hart) + IDELIVERY, 0);
        reg_write(IDC(hart) + IFORCE, 0);
        reg_write(IDC(hart) + ITHRESHOLD, 0);
    }
}

bool walk_leaves_out(uint64_t address, unsigned size)
{
    return crosses(address, size, APLIC_END);
}

uint32_t walk_mask(uint64_t address)
{
    (void)address;
    return ~UINT32_C(0);
}

void walk_was_read(uint64_t address, uint32_t value)
{
    (void)address;
    (void)value;
}

void walk_was_written(uint64_t address, uint32_t value)
{
    (void)address;
    (void)value;
}

/*
 * QEMU's chip keeps a level pending whose input falls, by the wire or by another mode; one that is
 * made inactive forgets.
 */
static bool is_low(uint32_t mode, bool wire)
{
    return (mode == LEVEL1 && !wire) || (mode == LEVEL0 && wire);
}

static void prepare_mode(uint32_t source, uint32_t mode)
{
    if (is_low(mode, wire_is_high(source)) && (reg_read(SETIP) >> source & 1) != 0) {
        reg_write(SOURCECFG(source), 0);
    }
}

/* Driven sources interrupt a hart that runs, or nobody. */
uint32_t walk_legal(uint64_t address, uint32_t value)
{
    if (address == SOURCECFG(UART_SOURCE) || address == SOURCECFG(RTC_SOURCE)) {
        prepare_mode((uint32_t)(address - APLIC) / 4, value & 7);
    }
    uint32_t legal = aplic_legal(address, value);
    bool driven = address == TARGET(UART_SOURCE) || address == TARGET(RTC_SOURCE);
    return driven && !has_other() && legal >> HART_SHIFT == 1 ? legal & ((1u << HART_SHIFT) - 1)
                                                              : legal;
}

void mode_wire_set(uint32_t source, bool high)
{
    uint32_t mode = reg_read(SOURCECFG(source)) & 7;
    if (!is_low(mode, high)) {
        wire_set(source, high);
        return;
    }
    uint32_t target = reg_read(TARGET(source));
    bool enabled = (reg_read(SETIE) >> source & 1) != 0;
    reg_write(SOURCECFG(source), 0);
    wire_set(source, high);
    reg_write(SOURCECFG(source), mode);
    reg_write(TARGET(source), target);
    if (enabled) {
        reg_write(SETIENUM, source);
    }
}

uint64_t mode_draw_register(void)
{
    static const uint8_t registers[] = {IDELIVERY, IFORCE, ITHRESHOLD, TOPI, CLAIMI, CLAIMI};
    uint64_t hart = one_in(3) ? draw(HARTS + 2) : 0;
    return IDC(hart) + (one_in(16) ? 4 * draw(8) : registers[draw(sizeof(registers))]);
}

static void step_open_hart(void)
{
    uint32_t hart = one_in(3) ? 1 : 0;
    aplic_step_open(hart << HART_SHIFT | (uint32_t)(1 + draw(7)));
    access_write(IDC(hart) + IDELIVERY, 4, 1);
    access_write(IDC(hart) + ITHRESHOLD, 4, one_in(2) ? 0 : draw(8));
}

static void step_claim(void)
{
    uint64_t hart = one_in(3) ? 1 : 0;
    for (uint64_t n = one_in(4) ? 8 : 1; n != 0; n--) {
        access_read(IDC(hart) + (one_in(4) ? TOPI : CLAIMI), 4);
    }
}

/* Few sources are left on: what pends would hide the rest. */
static void step_close(void)
{
    for (uint32_t word = 0; word < 4; word++) {
        access_write(CLRIE + 4 * word, 4, one_in(2) ? ~SOURCE_BITS : ~UINT32_C(0));
    }
    access_write(IDC(0) + IFORCE, 4, 0);
}

void walk_step(void)
{
    switch (draw(12)) {
    case 0:
    case 1: step_claim(); break;
    case 2:
    case 3: aplic_step_wire(); break;
    case 4:
    case 5: step_open_hart(); break;
    case 6:
        if (one_in(4)) {
            step_close();
        }
        break;
    default: aplic_step_register();
    }
}
