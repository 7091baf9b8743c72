/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The CSRs of a guest's interrupt file, which is the hart's or emulated: S-mode can access them,
 * U-mode cannot, and those after them do not exist; and two harts that flood each other's files.
 */
#include "hostile.h"

#define PAGE(hart) (UINT64_C(0x28000000) + 0x1000 * (hart))
#define EIDELIVERY 0x70
#define EIE 0xc0
#define FROM_OTHER 5
#define FROM_SELF 6
#define BITS (UINT64_C(1) << FROM_OTHER | UINT64_C(1) << FROM_SELF)
#define TOP(identity) (UINT64_C(0x10001) * (identity))
#define ROUNDS 3000u

/* CSRs 0x150, 0x151, 0x15c are siselect, sireg, stopei. */
static volatile uint64_t second_up, second_over, second_wrong;

static void send(uint64_t hart, uint32_t identity)
{
    *(volatile uint32_t *)PAGE(hart) = identity;
}

static uint64_t claim(void)
{
    uint64_t top;
    __asm__ volatile("csrrw %0, 0x15c, zero" : "=r"(top) : : "memory");
    return top;
}

static void write(uint64_t select, uint64_t value)
{
    guest_csr_write(0x150, select);
    guest_csr_write(0x151, value);
}

static void open_file(void)
{
    write(EIE, BITS);
    write(EIDELIVERY, 1);
}

/* Messages both ways, claims, and writes of registers. Returns how many claims were of nobody's. */
static uint64_t flood(uint64_t self)
{
    uint64_t wrong = 0;
    for (uint64_t i = 0; i < ROUNDS; i++) {
        send(1 - self, FROM_OTHER);
        send(self, FROM_SELF);
        uint64_t top = claim();
        wrong += top != TOP(FROM_OTHER) && top != TOP(FROM_SELF) ? 1 : 0;
        write(EIE, BITS);
    }
    while (claim() != 0) {
    }
    return wrong;
}

void hostile_second(uint64_t hart, uint64_t opaque)
{
    (void)opaque;
    open_file();
    second_up = 1;
    second_wrong = flood(hart);
    second_over = 1;
}

/* Whether `*p` is set in a hundred seconds. */
static bool comes(volatile uint64_t *p)
{
    uint64_t until = guest_time() + 100 * GUEST_TIMEBASE_HZ;
    while (*p == 0 && guest_time() < until) {
    }
    return *p != 0;
}

static void of_supervisor(void)
{
    hostile_value("vs.siselect", try_siselect, 0, EIE, 0);
    hostile_value("vs.siselect_is", try_siselect, 0, EIE, EIE);
    hostile_value("vs.sireg", try_sireg, 0, BITS, 0);
    hostile_value("vs.sireg_is", try_sireg, 0, BITS, BITS);
    hostile_value("vs.stopei", try_stopei, 0, 0, 0);
}

static void of_nobody(void)
{
    hostile_illegal("vs.vsiselect", try_vsiselect);
    hostile_illegal("vs.vsireg", try_vsireg);
    hostile_illegal("vs.vstopei", try_vstopei);
    guest_csr_write(0x150, 0);
    hostile_illegal("vs.sireg_of_none", try_sireg);
    guest_csr_write(0x150, EIE + 1);
    hostile_illegal("vs.sireg_odd", try_sireg);
}

/* Each would write 0. QEMU's hart finds the first three illegal by itself. */
static void of_user(void)
{
    guest_csr_write(0x150, EIE);
    hostile_set_user(true);
    hostile_illegal("vu.siselect", try_siselect);
    hostile_illegal("vu.sireg", try_sireg);
    hostile_illegal("vu.stopei", try_stopei);
    hostile_illegal("vu.vsireg", try_vsireg);
    hostile_set_user(false);
    hostile_check("vu.siselect_kept", guest_csr_read(0x150), EIE);
    hostile_check("vu.sireg_kept", guest_csr_read(0x151), BITS);
    hostile_check("vu.stopei_kept", guest_csr_read(0x15c), TOP(FROM_SELF));
}

static void floods(void)
{
    hostile_check("flood.start", (uint64_t)guest_sbi(EXT_HSM, 0, 1, (uint64_t)_start, 0).error, 0);
    hostile_check("flood.up", comes(&second_up), 1);
    hostile_check("flood.claims", flood(0), 0);
    hostile_check("flood.over", comes(&second_over), 1);
    hostile_check("flood.second_claims", second_wrong, 0);
    while (claim() != 0) {
    }
    send(0, FROM_OTHER);
    hostile_check("flood.one_more", claim(), TOP(FROM_OTHER));
    hostile_check("flood.and_no_other", claim(), 0);
}

void guest_main(uint64_t hart, const void *fdt)
{
    (void)hart;
    (void)fdt;
    hostile_begin();
    of_supervisor();
    write(EIDELIVERY, 1);
    of_nobody();
    hostile_paging_on();
    send(0, FROM_SELF);
    of_user();
    floods();
    hostile_done("imsic");
    guest_shutdown(false);
}
