/* SPDX-License-Identifier: Apache-2.0 */
/* A guest: its second hart says hello, then its first one counts three seconds by timer interrupts.
 */
#include <hyp/guest/guest.h>

#define SBI_HSM 0x48534d
#define HSM_HART_START 0
#define CAUSE_TIMER (UINT64_C(1) << 63 | 5)
#define SIE_STIE (UINT64_C(1) << 5)
#define SSTATUS_SIE (UINT64_C(1) << 1)

/* Atomic: one hart, or a trap, writes what the other code reads. */
static bool second_hart_has_printed;
static uint64_t seconds;

uint64_t guest_trap(uint64_t cause, uint64_t epc, uint64_t tval)
{
    if (cause != CAUSE_TIMER) {
        guest_put("unexpected trap ");
        guest_put_hex(cause);
        guest_put(" tval ");
        guest_put_hex(tval);
        guest_put("\n");
        guest_shutdown(true);
    }
    (void)__atomic_add_fetch(&seconds, 1, __ATOMIC_RELAXED);
    guest_set_timer(guest_time() + GUEST_TIMEBASE_HZ);
    return epc;
}

static void say_hello(uint64_t hart)
{
    guest_put("hello from hart ");
    guest_put_dec(hart);
    guest_put("\n");
}

void guest_main(uint64_t hart, const void *fdt)
{
    (void)fdt;
    say_hello(hart);
    if (hart != 0) {
        __atomic_store_n(&second_hart_has_printed, true, __ATOMIC_RELEASE);
        return;
    }
    if (guest_sbi(SBI_HSM, HSM_HART_START, 1, (uintptr_t)_start, 0).error != 0) {
        guest_shutdown(true);
    }
    while (!__atomic_load_n(&second_hart_has_printed, __ATOMIC_ACQUIRE)) {
    }
    guest_set_timer(guest_time() + GUEST_TIMEBASE_HZ);
    guest_csr_set(sie, SIE_STIE);
    guest_csr_set(sstatus, SSTATUS_SIE);
    for (uint64_t shown = 0; shown < 3;) {
        guest_wait();
        if (__atomic_load_n(&seconds, __ATOMIC_RELAXED) != shown) {
            shown++;
            guest_put("second ");
            guest_put_dec(shown);
            guest_put("\n");
        }
    }
    guest_shutdown(false);
}
