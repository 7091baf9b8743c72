/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The real-time guest: a timer interrupt every 10 ms, a beat every second.
 *
 *   beat N period_us P jitter_us J
 *
 * P is the time between this beat and the one before, J the largest delay from a tick's
 * due time to its handler in between. The guest keeps a running sum in floating point, whose
 * registers nobody else may touch, and stops with a failure when that is wrong or when a
 * tick comes later than its bound.
 */
#include <hyp/guest/guest.h>

#define TICK (GUEST_TIMEBASE_HZ / 100)
#define TICKS_PER_BEAT 100
#define BOUND GUEST_TIMEBASE_HZ /* One second: the machine below may be a busy emulator. */
#define SIE_STIE (UINT64_C(1) << 5)
#define CAUSE_TIMER (UINT64_C(1) << 63 | 5)

static uint64_t next_tick;
static uint64_t tick_count;
static uint64_t late_max;

static void fail(const char *why, uint64_t value)
{
    guest_put("beat failed: ");
    guest_put(why);
    guest_put(" ");
    guest_put_hex(value);
    guest_put("\n");
    guest_shutdown(true);
}

uint64_t guest_trap(uint64_t cause, uint64_t epc, uint64_t tval)
{
    if (cause != CAUSE_TIMER) {
        guest_put("tval ");
        guest_put_hex(tval);
        guest_put(" epc ");
        guest_put_hex(epc);
        guest_put("\n");
        fail("unexpected trap", cause);
    }
    uint64_t late = guest_time() - next_tick;
    if (late > BOUND) {
        fail("tick late by ticks", late);
    }
    late_max = late > late_max ? late : late_max;
    tick_count++;
    next_tick += TICK;
    if (next_tick < guest_time()) {
        next_tick = guest_time() + TICK; /* Lost ticks are not made up for. */
    }
    guest_set_timer(next_tick);
    return epc;
}

/* f8 and f9 live across interrupts: sum of 1 … n against its closed form. */
static bool fp_is_right(uint64_t n)
{
    bool right;
    __asm__ volatile("fcvt.d.lu ft0, %1\n"
                     "fadd.d fs0, fs0, ft0\n"
                     "fcvt.d.lu ft1, %2\n"
                     "feq.d %0, fs0, ft1\n"
                     : "=r"(right)
                     : "r"(n), "r"(n * (n + 1) / 2));
    return right;
}

static void put_beat(uint64_t n, uint64_t period)
{
    guest_put("beat ");
    guest_put_dec(n);
    guest_put(" period_us ");
    guest_put_dec(period / (GUEST_TIMEBASE_HZ / 1000000));
    guest_put(" jitter_us ");
    guest_put_dec(late_max / (GUEST_TIMEBASE_HZ / 1000000));
    guest_put("\n");
}

void guest_main(uint64_t hart, const void *fdt)
{
    (void)hart;
    (void)fdt;
    uint64_t last = guest_time();
    __asm__ volatile("fcvt.d.lu fs0, zero");
    next_tick = last + TICK;
    guest_set_timer(next_tick);
    guest_csr_set(sie, SIE_STIE);
    for (uint64_t n = 1;;) {
        guest_csr_clear(sstatus, UINT64_C(2));
        if (tick_count < TICKS_PER_BEAT) {
            __asm__ volatile("wfi");
            guest_csr_set(sstatus, UINT64_C(2));
            continue;
        }
        tick_count = 0;
        guest_csr_set(sstatus, UINT64_C(2));
        uint64_t now = guest_time();
        if (!fp_is_right(n)) {
            fail("floating point at beat", n);
        }
        put_beat(n, now - last);
        last = now;
        late_max = 0;
        n++;
    }
}
