/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Beats like tests/guests/beat.c, but waits in HSM suspend instead of wfi, so that its hart is in
 * HS-mode nearly always: QEMU 10.0 ends itself when a hart in VS-mode is reset (pmu.c, priv <=
 * PRV_S).
 */
#include <hyp/guest/guest.h>

#define EXT_HSM 0x48534d
#define HSM_SUSPEND 3
#define RETENTIVE 0
#define TICK (GUEST_TIMEBASE_HZ / 50)
#define TICKS_PER_BEAT 50
#define SIE_STIE (UINT64_C(1) << 5)

uint64_t guest_trap(uint64_t cause, uint64_t epc, uint64_t tval)
{
    (void)epc;
    (void)tval;
    guest_put("FAIL trap ");
    guest_put_hex(cause);
    guest_put("\n");
    guest_shutdown(true);
}

/* Interrupts stay off: a pending timer ends the suspension, and the next one ends the pending. */
void guest_main(uint64_t hart, const void *fdt)
{
    uint64_t next = guest_time();
    (void)hart;
    (void)fdt;
    guest_csr_set(sie, SIE_STIE);
    for (uint64_t n = 1;; n++) {
        for (unsigned tick = 0; tick < TICKS_PER_BEAT; tick++) {
            next += TICK;
            guest_set_timer(next);
            while (guest_time() < next) {
                (void)guest_sbi(EXT_HSM, HSM_SUSPEND, RETENTIVE, 0, 0);
            }
        }
        guest_put("beat ");
        guest_put_dec(n);
        guest_put(" \n");
    }
}
