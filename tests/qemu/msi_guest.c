/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A PCI device interrupts this hart by messages to its guest interrupt file. The device is QEMU's
 * `edu` (docs/specs/edu.rst), which sends one on request. There is no IOMMU: the guest writes the
 * machine's own address of that file to the device.
 */
#include "check.h"
#include "tests/bench/guest/mark.h"

#define ECAM UINT64_C(0x30000000)
#define BAR UINT64_C(0x40000000)
#define EDU (ECAM + (1 << 15)) /* Device 1. */
#define EDU_ID 0x11e81234
#define COMMAND 0x04
#define COMMAND_MEMORY_MASTER 0x6
#define BAR0 0x10
#define CAPABILITIES 0x34
#define CAP_MSI 0x05
#define EDU_RAISE 0x60
#define EDU_ACK 0x64

/* Guest interrupt file 1 of hart 0, if each hart has one. */
#define FILE UINT64_C(0x28001000)
#define EIDELIVERY 0x70
#define EIE0 0xc0
#define IDENTITY 21
#define SEIE UINT64_C(0x200)
#define SSTATUS_SIE UINT64_C(2)
#define CAUSE_EXTERNAL (UINT64_C(1) << 63 | 9)
#define ROUNDS 2000
#define WAIT (60 * GUEST_TIMEBASE_HZ)

static volatile uint64_t taken;
static volatile uint64_t strange;

static uint32_t read32(uint64_t at)
{
    return *(volatile uint32_t *)at;
}

static void write32(uint64_t at, uint32_t value)
{
    *(volatile uint32_t *)at = value;
}

uint64_t guest_trap(uint64_t cause, uint64_t epc, uint64_t tval)
{
    uint64_t top = 0;
    (void)tval;
    if (cause == CAUSE_EXTERNAL) {
        __asm__ volatile("csrrw %0, 0x15c, zero" : "=r"(top) : : "memory"); /* stopei */
        write32(BAR + EDU_ACK, 1);
    }
    taken += top >> 16 == IDENTITY;
    strange += top >> 16 != IDENTITY;
    return cause == CAUSE_EXTERNAL ? epc : epc + 4;
}

static void open_file(void)
{
    guest_csr_write(0x150, EIE0);
    guest_csr_write(0x151, UINT64_C(1) << IDENTITY);
    guest_csr_write(0x150, EIDELIVERY);
    guest_csr_write(0x151, 1);
    guest_csr_write(sie, SEIE);
    guest_csr_set(sstatus, SSTATUS_SIE);
}

/* The device's MSI capability, or 0. */
static uint64_t msi_capability(void)
{
    uint64_t at = read32(EDU + CAPABILITIES) & 0xfc;
    while (at != 0 && (read32(EDU + at) & 0xff) != CAP_MSI) {
        at = read32(EDU + at) >> 8 & 0xfc;
    }
    return at;
}

static void open_device(uint64_t msi)
{
    write32(EDU + BAR0, (uint32_t)BAR);
    write32(EDU + COMMAND, COMMAND_MEMORY_MASTER);
    write32(EDU + msi + 4, (uint32_t)FILE);
    write32(EDU + msi + 8, 0);
    write32(EDU + msi + 12, IDENTITY);
    write32(EDU + msi, read32(EDU + msi) | 1 << 16); /* Enable. */
}

void guest_main(uint64_t hart, const void *fdt)
{
    (void)hart, (void)fdt;
    check_is(read32(EDU), EDU_ID, "the device is there");
    uint64_t msi = msi_capability();
    check(msi != 0, "and has MSI");
    open_file();
    open_device(msi);
    uint64_t limit = guest_time() + WAIT;
    HYP_MARK(HYP_MARK_START, 0);
    for (uint64_t i = 0; i < ROUNDS; i++) {
        write32(BAR + EDU_RAISE, 1);
        while (taken <= i && guest_time() < limit) {
        }
    }
    HYP_MARK(HYP_MARK_END, 0);
    check_is(taken, ROUNDS, "a message for each");
    check_is(strange, 0, "and nothing else");
    check_end();
}
