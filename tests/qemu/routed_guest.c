/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A device's interrupt reaches the hart that the guest chooses, and no other hart. Its line goes
 * through the machine's controller.
 */
#include "routed_irqc.h"

#include <libfdt.h>

#define HARTS 3
#define ROUNDS 20

#define READ_ONLY UINT64_C(0x90000000) /* Holds this file's configuration, as text. */
#define CAUSE_LOAD_ACCESS 5
#define CAUSE_STORE_ACCESS 7

static volatile uint64_t taken[HARTS];
static volatile uint64_t strange;
static volatile uint64_t refused_loads;
static volatile uint64_t refused_stores;
static volatile uint64_t up[HARTS];

uint64_t guest_trap(uint64_t cause, uint64_t epc, uint64_t tval)
{
    if (cause == CAUSE_LOAD_ACCESS && tval == RTC) {
        refused_loads++;
        return epc + 4;
    }
    if (cause == CAUSE_STORE_ACCESS && tval == READ_ONLY) {
        refused_stores++;
        return epc + 4;
    }
    uint64_t hart = self();
    uint32_t source = cause == CAUSE_EXTERNAL ? irqc_claim(hart) : 0;
    if (cause == CAUSE_EXTERNAL && irqc_is_spurious(source)) {
        return epc;
    }
    if (source != RTC_SOURCE) {
        strange++;
        guest_csr_clear(sie, SEIE);
        return epc;
    }
    reg_write(RTC + RTC_CLEAR_INTERRUPT, 1);
    taken[hart]++;
    irqc_end(hart, source);
    return epc;
}

static void sleep_for_ever(uint64_t hart)
{
    take_interrupts(hart);
    up[hart] = 1;
    for (;;) {
        __asm__ volatile("wfi");
    }
}

static void route_to(uint64_t hart)
{
    irqc_route(RTC_SOURCE, hart);
    for (uint64_t i = 1; i <= ROUNDS; i++) {
        ring_soon();
        check(reaches(&taken[hart], i), "an alarm");
    }
    irqc_mask(RTC_SOURCE, hart);
    for (uint64_t other = 0; other < HARTS; other++) {
        check_is(taken[other], other <= hart ? ROUNDS : 0, "and on no other hart");
    }
}

/* The machine has no RTC. */
static void without_device(void)
{
    uint64_t value = 1;
    __asm__ volatile(".option push\n.option norvc\nlw %0, 0(%1)\n.option pop"
                     : "+r"(value)
                     : "r"(RTC)
                     : "memory");
    check_is(refused_loads, 1, "nothing is where it would be");
    check_is(value, 1, "and nothing is loaded");
    check_end();
}

static void read_only_memory(void)
{
    check_is(*(volatile const uint64_t *)READ_ONLY, 0x2d58445053202a2f, "its file is there");
    __asm__ volatile(".option push\n.option norvc\nsd zero, 0(%0)\n.option pop"
                     :
                     : "r"(READ_ONLY)
                     : "memory");
    check_is(refused_stores, 1, "a store is refused");
    check(*(volatile const uint64_t *)READ_ONLY != 0, "and nothing is stored");
}

void guest_main(uint64_t hart, const void *fdt)
{
    __asm__ volatile("mv tp, %0" : : "r"(hart));
    if (hart != 0) {
        sleep_for_ever(hart);
    }
    if (fdt_node_offset_by_compatible(fdt, -1, "google,goldfish-rtc") < 0) {
        without_device();
    }
    irqc_open(hart);
    for (uint64_t i = 1; i < HARTS; i++) {
        check_is((uint64_t)guest_sbi(EXT_HSM, 0, i, (uint64_t)_start, 0).error, 0, "hart_start");
        check(reaches(&up[i], 1), "a hart is up");
    }
    guest_csr_write(sie, SEIE);
    guest_csr_set(sstatus, SSTATUS_SIE);
    reg_write(RTC + RTC_IRQ_ENABLED, 1);
    for (uint64_t i = 0; i < HARTS; i++) {
        route_to(i);
    }
    read_only_memory();
    check_is(strange, 0, "no other trap");
    check_end();
}
