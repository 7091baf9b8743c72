/* SPDX-License-Identifier: Apache-2.0 */
/* Shared by the walks over an APLIC in direct and in MSI mode. */
#include "walk_aplic.h"

void aplic_begin(void)
{
    reg_write(DOMAINCFG, 0);
    for (uint32_t source = 1; source < SOURCES; source++) {
        reg_write(SOURCECFG(source), LEVEL1);
        reg_write(TARGET(source), 0);
        reg_write(SOURCECFG(source), 0);
    }
}

uint32_t aplic_draw_source(void)
{
    static const uint8_t edges[] = {1, 2, 31, 32, 33, 63, 64, 65, 95, 96, 97};
    switch (draw(4)) {
    case 0: return (uint32_t)draw(one_in(4) ? 1030 : SOURCES + 2);
    case 1: return edges[draw(sizeof(edges))];
    case 2: return UART_SOURCE;
    default: return RTC_SOURCE;
    }
}

static uint64_t draw_word(void)
{
    return SETIP + 0x100 * draw(4) + 4 * (one_in(8) ? draw(64) : one_in(2) ? draw(4) : 0);
}

static uint64_t draw_register(void)
{
    switch (draw(10)) {
    case 0: return SOURCECFG(aplic_draw_source());
    case 1: return TARGET(aplic_draw_source());
    case 2:
    case 3: return draw_word();
    case 4: return SETIPNUM + 0x100 * draw(4);
    case 5: return one_in(2) ? SETIPNUM_LE : SETIPNUM_BE;
    case 6: return one_in(2) ? DOMAINCFG : APLIC + 0x1bc0 + 4 * draw(4);
    case 7: return one_in(4) ? APLIC_END - 16 + 4 * draw(8) : APLIC + 4 * draw(0x8000 / 4);
    default: return mode_draw_register();
    }
}

static bool takes_number(uint64_t address)
{
    uint64_t offset = address - APLIC;
    return (offset >= 0x1c00 && offset < 0x2000 && offset % 0x100 == 0xdc) ||
           address == SETIPNUM_LE || address == SETIPNUM_BE;
}

static uint64_t draw_value_for(uint64_t address)
{
    uint32_t source = aplic_draw_source();
    uint64_t offset = address - APLIC;
    if (takes_number(address)) {
        return address == SETIPNUM_BE && !one_in(4) ? __builtin_bswap32(source) : source;
    }
    if (offset > 0 && offset < 0x1000) {
        return one_in(8) ? draw_value() : draw(8);
    }
    if (offset == 0) {
        return one_in(3) ? draw_value() : DOMAINCFG_IE;
    }
    if (offset >= 0x3000 && offset < 0x4000 && !one_in(4)) {
        return draw(one_in(4) ? 5 : 2) << HART_SHIFT | draw(one_in(2) ? 8 : 256);
    }
    return draw_value();
}

void aplic_step_register(void)
{
    unsigned size = draw_size();
    uint64_t address = draw_address(draw_register(), size);
    if (one_in(2)) {
        access_read(address, size);
    } else {
        access_write(address, size, draw_value_for(address));
    }
}

void aplic_step_wire(void)
{
    uint32_t source = one_in(2) ? UART_SOURCE : RTC_SOURCE;
    mode_wire_set(source, one_in(8) ? wire_is_high(source) : !wire_is_high(source));
}

void aplic_step_open(uint32_t target)
{
    uint32_t source = one_in(3) ? aplic_draw_source() : one_in(2) ? UART_SOURCE : RTC_SOURCE;
    access_write(DOMAINCFG, 4, DOMAINCFG_IE);
    access_write(SOURCECFG(source), 4, 4 + draw(4));
    access_write(TARGET(source), 4, target);
    access_write(SETIENUM, 4, source);
}

uint32_t aplic_legal(uint64_t address, uint32_t value)
{
    (void)address;
    return value;
}
