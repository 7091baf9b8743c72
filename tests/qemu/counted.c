/* SPDX-License-Identifier: Apache-2.0 */
/* A guest whose exits are known: each byte of input makes it exit so often by each cause. */
#include "check.h"

#define PLIC UINT64_C(0x0c000000)
#define SBI_BASE 0x10
#define SBI_DBCN UINT64_C(0x4442434e)
#define SBI_DBCN_READ 1

/* Exits by cause. Output and requests for input are ecalls, too: ECALLS is the least number. */
#define LOADS 50
#define STORES 30
#define VIRTUALS 7
#define ECALLS 100

static uint64_t traps;

uint64_t guest_trap(uint64_t cause, uint64_t epc, uint64_t tval)
{
    (void)tval;
    check_is(cause, 2, "a virtual instruction is illegal to a guest");
    traps++;
    return epc + 4;
}

static void wait_for_input(void)
{
    static uint8_t byte;
    while (guest_sbi(SBI_DBCN, SBI_DBCN_READ, 1, (uint64_t)&byte, 0).value == 0) {
    }
}

static void leave(void)
{
    volatile uint32_t *plic = (volatile uint32_t *)PLIC;
    for (unsigned i = 0; i < LOADS; i++) {
        (void)plic[1];
    }
    for (unsigned i = 0; i < STORES; i++) {
        plic[1] = i & 1;
    }
    for (unsigned i = 0; i < VIRTUALS; i++) {
        (void)guest_csr_read(0x680); /* hgatp */
    }
    for (unsigned i = 0; i < ECALLS; i++) {
        (void)guest_sbi(SBI_BASE, 0, 0, 0, 0);
    }
}

void guest_main(uint64_t hart, const void *fdt)
{
    (void)hart, (void)fdt;
    guest_put("counted: ready\n");
    wait_for_input();
    leave();
    guest_put("counted: done\n");
    wait_for_input();
    check_is(traps, VIRTUALS, "traps");
    check_end();
}
