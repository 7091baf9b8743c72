/* SPDX-License-Identifier: Apache-2.0 */
/* A message to its interrupt file resumes a hart that is suspended by HSM. */
#include "check.h"

#define EXT_HSM 0x48534d
#define HSM_START 0
#define HSM_STATUS 2
#define HSM_SUSPEND 3
#define SUSPENDED 4
#define EXTERNAL 9
#define SEIE (UINT64_C(1) << EXTERNAL)
#define ROUNDS 20
#define WAIT (60 * GUEST_TIMEBASE_HZ)

/* siselect, sireg, stopei and stopi are 0x150, 0x151, 0x15c and 0xdb0: the assembler lacks the
 * names. */
#define EIDELIVERY 0x70
#define EITHRESHOLD 0x72
#define EIE0 0xc0
#define IDENTITY 5
#define PAGE_OF(hart) (UINT64_C(0x28000000) + 0x1000 * (hart))

static volatile uint64_t woken;
static volatile uint64_t named; /* Messages that stopi has shown. */
static volatile uint64_t strange;

uint64_t guest_trap(uint64_t cause, uint64_t epc, uint64_t tval)
{
    (void)cause, (void)tval;
    strange++;
    return epc + 4;
}

static void open_file(void)
{
    guest_csr_write(0x150, EITHRESHOLD);
    guest_csr_write(0x151, 0);
    guest_csr_write(0x150, EIE0);
    guest_csr_write(0x151, UINT64_C(1) << IDENTITY);
    guest_csr_write(0x150, EIDELIVERY);
    guest_csr_write(0x151, 1);
}

static uint64_t stopi(void)
{
    return guest_csr_read(0xdb0);
}

static uint64_t claim(void)
{
    uint64_t top;
    __asm__ volatile("csrrw %0, 0x15c, zero" : "=r"(top) : : "memory");
    return top;
}

/* The signal of a file may stay for a short time behind the claim that ended it: see ipi.c. */
static bool falls(void)
{
    for (int i = 0; stopi() != 0; i++) {
        if (claim() != 0 || i == 1000) {
            return false;
        }
    }
    return true;
}

/* Interrupts stay off: a pending one ends the suspend. */
static void sleeper(void)
{
    open_file();
    guest_csr_write(sie, SEIE);
    for (;;) {
        strange += guest_sbi(EXT_HSM, HSM_SUSPEND, 0, 0, 0).error != 0;
        uint64_t pends = stopi();
        uint64_t top = claim();
        if (top == 0) {
            continue; /* Spurious: see above. */
        }
        strange += pends != 0 && pends >> 16 != EXTERNAL;
        strange += top >> 16 != IDENTITY;
        strange += !falls();
        named += pends != 0;
        woken++;
    }
}

static bool sleeps(uint64_t hart)
{
    uint64_t limit = guest_time() + WAIT;
    while (guest_sbi(EXT_HSM, HSM_STATUS, hart, 0, 0).value != SUSPENDED) {
        if (guest_time() > limit) {
            return false;
        }
    }
    return true;
}

void guest_main(uint64_t hart, const void *fdt)
{
    (void)fdt;
    if (hart != 0) {
        sleeper();
    }
    check_is((uint64_t)guest_sbi(EXT_HSM, HSM_START, 1, (uint64_t)_start, 0).error, 0, "a start");
    for (uint64_t i = 1; i <= ROUNDS; i++) {
        check(sleeps(1), "a hart sleeps");
        uint64_t rest = guest_time() + GUEST_TIMEBASE_HZ / 100;
        while (guest_time() < rest) { /* Its hart sleeps as long. */
        }
        *(volatile uint32_t *)PAGE_OF(1) = IDENTITY;
        uint64_t limit = guest_time() + WAIT;
        while (woken < i && guest_time() < limit) {
        }
        check_is(woken, i, "a message wakes it");
    }
    check_is(strange, 0, "and nothing else does");
    check(named > ROUNDS / 2, "stopi says so"); /* A message may overtake stopi. */
    check_end();
}
