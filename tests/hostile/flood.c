/* SPDX-License-Identifier: Apache-2.0 */
/* More of everything than anybody needs: IPIs, fences, unknown calls, bytes, faults. */
#include "hostile.h"

/*
 * 200 000 IPIs and a few. Where two harts wait for each other, in remote fences and at a lock
 * of the firmware's in each IPI, QEMU under -icount spins for a whole turn: hence few of these.
 */
#define IPIS_SELF 100000u
#define IPIS_OTHER 100000u
#define IPIS_BOTH 50u
#define UNKNOWN_CALLS 2000u
#define FENCES_SELF 20000u
#define FENCES 50u
#define TIMERS 20000u
#define FAULTS 20000u
#define SSIE UINT64_C(0x2)
#define STIE UINT64_C(0x20)
#define SIE UINT64_C(0x2)

/* Around each of these beats of the real-time guest, IPIs all the time. It began when we did. */
#define BEATS 12u
#define AROUND (GUEST_TIMEBASE_HZ / 200)

enum { IDLE, SEND_IPIS, SEND_FENCES };
static volatile uint64_t order;
static volatile uint64_t second_done;
static volatile uint64_t second_wrong;
static uint64_t born;
static char bytes[4096];

static uint64_t send_ipis(uint64_t mask, uint64_t count)
{
    uint64_t wrong = 0;
    for (uint64_t i = 0; i < count; i++) {
        wrong += guest_sbi(EXT_IPI, 0, mask, 0, 0).error != 0 ? 1 : 0;
    }
    return wrong;
}

static uint64_t send_fences(uint64_t mask, uint64_t count)
{
    uint64_t wrong = 0;
    for (uint64_t i = 0; i < count; i++) {
        wrong += guest_sbi(EXT_RFENCE, i % 3, mask, 0, 0).error != 0 ? 1 : 0;
    }
    return wrong;
}

/* Takes interrupts, and floods back when told to. */
void hostile_second(uint64_t hart, uint64_t opaque)
{
    (void)hart;
    (void)opaque;
    guest_csr_write(sie, SSIE);
    second_done = 1;
    for (;;) {
        guest_csr_clear(sstatus, SIE);
        uint64_t what = order;
        if (what == IDLE) {
            __asm__ volatile("wfi"); /* Behind an order comes an IPI. */
        }
        guest_csr_set(sstatus, SIE);
        if (what == SEND_IPIS) {
            second_wrong += send_ipis(1, IPIS_BOTH);
        } else if (what == SEND_FENCES) {
            second_wrong += send_fences(1, FENCES);
        }
        if (what != IDLE) {
            order = IDLE;
            second_done++;
        }
    }
}

static void give(uint64_t what)
{
    order = what;
    (void)send_ipis(2, 1);
}

/* Whether `*p` reaches `value` in a hundred seconds. */
static bool reaches(volatile uint64_t *p, uint64_t value)
{
    uint64_t until = guest_time() + 100 * GUEST_TIMEBASE_HZ;
    while (*p < value && guest_time() < until) {
    }
    return *p >= value;
}

/* After any flood one more IPI still arrives, once. */
static void one_more(const char *name)
{
    uint64_t quiet = guest_time() + GUEST_TIMEBASE_HZ / 100;
    while (guest_time() < quiet) {
    }
    uint64_t before = hostile_frames[1].soft_count;
    hostile_check(name, (uint64_t)guest_sbi(EXT_IPI, 0, 2, 0, 0).error, 0);
    hostile_check(name, reaches(&hostile_frames[1].soft_count, before + 1), 1);
    quiet = guest_time() + GUEST_TIMEBASE_HZ / 100;
    while (guest_time() < quiet) {
    }
    hostile_check(name, hostile_frames[1].soft_count, before + 1);
}

static void sleep_until(uint64_t when)
{
    guest_set_timer(when);
    guest_csr_set(sie, STIE);
    while (guest_time() < when) {
        __asm__ volatile("wfi");
    }
    guest_csr_clear(sie, STIE);
    guest_set_timer(UINT64_MAX);
}

/* When the real-time guest prints, the firmware is busy with our IPIs. */
static void ipis_at_beats(void)
{
    uint64_t wrong = 0;
    uint64_t beat = born;
    for (unsigned i = 0; i < BEATS; i++) {
        while (beat < guest_time() + AROUND) {
            beat += GUEST_TIMEBASE_HZ;
        }
        sleep_until(beat - AROUND);
        while (guest_time() < beat + AROUND) {
            wrong += send_ipis(2, 100);
        }
    }
    hostile_check("ipi.at_beats", wrong, 0);
}

static void ipis(void)
{
    ipis_at_beats();
    guest_csr_write(sie, SSIE);
    guest_csr_set(sstatus, SIE);
    hostile_check("ipi.self", send_ipis(1, IPIS_SELF), 0);
    hostile_check("ipi.self_all_taken", hostile_frames[0].soft_count, IPIS_SELF);
    hostile_check("ipi.other", send_ipis(2, IPIS_OTHER), 0);
    hostile_check("ipi.other_taken", reaches(&hostile_frames[1].soft_count, 1), 1);
    hostile_check("ipi.not_too_many", hostile_frames[1].soft_count <= IPIS_OTHER, 1);
    one_more("ipi.one_more");
    uint64_t before = second_done;
    give(SEND_IPIS);
    hostile_check("ipi.both", send_ipis(2, IPIS_BOTH), 0);
    hostile_check("ipi.both_done", reaches(&second_done, before + 1), 1);
    one_more("ipi.one_more_after_both");
}

static void fences(void)
{
    hostile_check("fence.self", send_fences(1, FENCES_SELF), 0);
    uint64_t before = second_done;
    give(SEND_FENCES);
    hostile_check("fence.both", send_fences(3, FENCES), 0);
    hostile_check("fence.both_done", reaches(&second_done, before + 1), 1);
    hostile_check("second_wrong", second_wrong, 0);
    one_more("fence.one_more_ipi");
}

static void unknown_calls(void)
{
    uint64_t wrong = 0;
    for (uint64_t i = 0; i < UNKNOWN_CALLS; i++) {
        wrong += guest_sbi(0x08000000 + i, i, i, i, i).error != -2 ? 1 : 0;
    }
    hostile_check("unknown_calls", wrong, 0);
}

static void faults(void)
{
    uint64_t wrong = 0;
    for (uint64_t i = 0; i < FAULTS; i++) {
        wrong += hostile_trap_is(try_ld, UNMAPPED + 8 * i, 0, LOAD_ACCESS) ? 0 : 1;
        wrong += hostile_trap_is(try_sd, UNMAPPED + 8 * i, 0, STORE_ACCESS) ? 0 : 1;
    }
    hostile_check("faults", wrong, 0);
}

static void timers(void)
{
    uint64_t wrong = 0;
    for (uint64_t i = 0; i < TIMERS; i++) {
        guest_csr_set(sie, STIE);
        wrong += guest_sbi(EXT_TIME, 0, i % 2 == 0 ? 0 : guest_time(), 0, 0).error != 0 ? 1 : 0;
    }
    hostile_check("timer.calls", wrong, 0);
    hostile_check("timer.taken", hostile_frames[0].timer_count >= TIMERS / 2, 1);
    (void)guest_sbi(EXT_TIME, 0, UINT64_MAX, 0, 0);
}

/* Lines of x: as many bytes as the console takes, and far more than it wants. */
static void console(void)
{
    uint64_t wrong = 0;
    for (size_t i = 0; i < sizeof(bytes); i++) {
        bytes[i] = i % 64 == 63 ? '\n' : 'x';
    }
    for (uint64_t i = 0; i < 200; i++) {
        struct guest_sbi r = guest_sbi(EXT_DBCN, 0, sizeof(bytes), (uint64_t)bytes, 0);
        wrong += r.error != 0 || r.value > sizeof(bytes) ? 1 : 0;
        wrong += guest_sbi(EXT_DBCN, 0, UINT64_MAX - i, (uint64_t)bytes, 0).error != -3 ? 1 : 0;
    }
    guest_put("x\n");
    hostile_check("console", wrong, 0);
    wrong = 0;
    for (uint64_t i = 0; i < 20000; i++) {
        *(volatile uint8_t *)UART = 'x'; /* THRE is not read. */
    }
    guest_put("x\n");
    hostile_check("console.uart", wrong, 0);
}

void guest_main(uint64_t hart, const void *fdt)
{
    (void)hart;
    (void)fdt;
    born = guest_time();
    hostile_begin();
    hostile_check("second", (uint64_t)guest_sbi(EXT_HSM, 0, 1, (uint64_t)_start, 0).error, 0);
    hostile_check("second_up", reaches(&second_done, 1), 1);
    ipis();
    fences();
    unknown_calls();
    guest_csr_write(sie, 0);
    faults();
    guest_csr_set(sstatus, SIE);
    timers();
    guest_csr_write(sie, 0);
    console();
    hostile_done("flood");
    guest_shutdown(false);
}
