/* SPDX-License-Identifier: Apache-2.0 */
/*
 * All sizes, loads and stores, at every single byte of the virtual UART and of the pages where the
 * virtual PLIC has registers, and at both ends of each of its other pages. The model's answer for
 * each byte of all pages is //libirq:vplic_every_prop_random_test.
 */
#include "hostile.h"

#define PAGE UINT64_C(0x1000)
#define EDGE 16u
#define NOBODY UINT64_C(0x0f0f0f0f0f0f0f0f) /* All fault. */
#define WORDS UINT64_C(0x0f0f0f030f0f0f0b)  /* But 4 bytes at 0 and 4, and 8 bytes at 4. */
#define LAST UINT64_C(0x0f0f0f0b0f0f0f0b)   /* 8 bytes at 4 would go beyond the end. */

void hostile_second(uint64_t hart, uint64_t opaque)
{
    (void)hart;
    (void)opaque;
}

/* Priorities, pending bits, enables; thresholds and claims of four contexts. */
static bool has_registers(uint64_t page)
{
    return page < 0x3000 || (page >= 0x200000 && page < 0x204000);
}

static uint64_t edges(void)
{
    uint64_t wrong = 0;
    for (uint64_t page = 0; page < PLIC_SIZE; page += PAGE) {
        uint64_t end = page + PAGE < PLIC_SIZE ? page + PAGE : PLIC_SIZE - 8;
        if (!has_registers(page)) {
            wrong += hostile_sweep(PLIC + page, PLIC + page + EDGE, WORDS);
            wrong += hostile_sweep(PLIC + page + PAGE - EDGE, PLIC + end, WORDS);
        }
    }
    return wrong;
}

void guest_main(uint64_t hart, const void *fdt)
{
    (void)hart;
    (void)fdt;
    hostile_begin();
    hostile_check("uart", hostile_sweep(UART + 8, UART + PAGE, NOBODY), 0);
    hostile_check("plic.before", hostile_sweep(PLIC - 64, PLIC - 8, NOBODY), 0);
    hostile_check("plic.sources", hostile_sweep(PLIC, PLIC + 0x3000, WORDS), 0);
    hostile_check("plic.contexts", hostile_sweep(PLIC + 0x200000, PLIC + 0x204000, WORDS), 0);
    hostile_check("plic.edges", edges(), 0);
    hostile_check("plic.last", hostile_sweep(PLIC + PLIC_SIZE - 8, PLIC + PLIC_SIZE, LAST), 0);
    hostile_check("plic.behind", hostile_sweep(PLIC + PLIC_SIZE, PLIC + PLIC_SIZE + 64, NOBODY), 0);
    hostile_done("mmio_every");
    guest_shutdown(false);
}
