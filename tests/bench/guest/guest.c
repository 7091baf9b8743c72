/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The bench guest: does each measured thing REPEAT times between marks, then shuts down.
 *
 * It runs on the bare QEMU virt machine under OpenSBI and, unchanged, as a guest that is given the
 * same layout; so one binary gives both columns. It uses no device tree: the layout is the
 * machine's.
 */
#include "guest.h"

enum {
    POLL_TURNS = 1000000,
    COMPUTE_TURNS = 20000,
    MAX_HARTS = 64,
};

#define WALK_BASE UINT64_C(0x84000000)
#define WALK_SIZE (UINT64_C(4) << 20)

enum { EXT_TIME = 0x54494d45, EXT_HSM = 0x48534d, EXT_SRST = 0x53525354 };

typedef long sbi_fn(long a0, long a1, long a2, long a3, long a4, long a5);

sbi_fn sbi_base_measured, set_timer_measured, ipi_self_measured, ipi_other_measured;
sbi_fn rfence_self_measured, rfence_other_measured, ipi_many_measured, rfence_many_measured;
uint64_t uart_read_measured(void);
uint64_t compute_measured(uint64_t turns);
void walk_measured(uint64_t start, uint64_t end, uint64_t stride);
uint64_t wait_taken(uint64_t turns);
void wait_word(volatile uint32_t *word, uint32_t value);
void second_start(void);
void many_start(void);
void trap_set_timer(void), trap_ipi_self(void);
void guest_main(uint64_t hart);
void guest_unexpected(uint64_t cause, uint64_t pc, uint64_t value);

/* Shared with second_start. */
volatile uint32_t second_ready, second_taken;
volatile uint64_t second_vector, second_sie;

/* Shared with many_start: harts that wait, IPIs taken, and what the last of a turn finds there. */
volatile uint32_t many_ready, many_taken, many_last;

/* --- console ------------------------------------------------------------------------------ */

static void put(const char *text)
{
    for (; *text != '\0'; text++) {
        while ((*uart(5) & 0x20) == 0) {
        }
        *uart(0) = (uint8_t)*text;
    }
}

static void put_hex(uint64_t value)
{
    char text[17];

    for (int i = 15; i >= 0; i--, value >>= 4) {
        text[i] = "0123456789abcdef"[value & 15];
    }
    text[16] = '\0';
    put(text);
}

void say(const char *item, const char *what)
{
    put("bench: ");
    put(item);
    put(" ");
    put(what);
    put("\r\n");
}

/* --- SBI ---------------------------------------------------------------------------------- */

static long sbi(long ext, long fid, long a, long b, long c)
{
    register long a0 __asm__("a0") = a;
    register long a1 __asm__("a1") = b;
    register long a2 __asm__("a2") = c;
    register long a6 __asm__("a6") = fid;
    register long a7 __asm__("a7") = ext;

    __asm__ volatile("ecall" : "+r"(a0), "+r"(a1) : "r"(a2), "r"(a6), "r"(a7) : "memory");
    return a0;
}

static uint64_t time_now(void)
{
    uint64_t t;

    __asm__ volatile("rdtime %0" : "=r"(t));
    return t;
}

static void __attribute__((noreturn)) shut_down(void)
{
    sbi(EXT_SRST, 0, 0, 0, 0);
    for (;;) {
    }
}

void guest_unexpected(uint64_t cause, uint64_t pc, uint64_t value)
{
    put("bench: FAIL trap cause ");
    put_hex(cause);
    put(" pc ");
    put_hex(pc);
    put(" value ");
    put_hex(value);
    put("\r\n");
    shut_down();
}

/* --- items -------------------------------------------------------------------------------- */

void arm(void (*vector)(void), uint64_t mask)
{
    csr_write(stvec, (uintptr_t)vector);
    csr_write(sie, mask);
    csr_set(sstatus, 2);
}

bool taken(void)
{
    uint64_t left = wait_taken(POLL_TURNS);

    csr_clear(sstatus, 2);
    csr_write(sie, 0);
    return left != 0;
}

static void bench_calls(uint64_t hart)
{
    long fail = 0;

    for (int i = 0; i < REPEAT; i++) {
        fail |= sbi_base_measured(0, 0, 0, 0, 0, 0);
    }
    say("sbi_base", fail ? "FAIL" : "done");
    for (int i = 0; i < REPEAT; i++) {
        fail |= rfence_self_measured(1L << hart, 0, 0, 0, 0, 0);
    }
    say("rfence_self", fail ? "FAIL" : "done");
}

static void bench_timer(void)
{
    int ok = 1;

    for (int i = 0; i < REPEAT; i++) {
        sbi(EXT_TIME, 0, -1, 0, 0);
        arm(trap_set_timer, SIE_TIMER);
        set_timer_measured(0, 0, 0, 0, 0, 0);
        ok &= taken();
    }
    sbi(EXT_TIME, 0, -1, 0, 0);
    say("set_timer", ok ? "done" : "FAIL");
}

static void bench_ipi_self(uint64_t hart)
{
    int ok = 1;

    for (int i = 0; i < REPEAT; i++) {
        arm(trap_ipi_self, SIE_SOFT);
        ipi_self_measured(1L << hart, 0, 0, 0, 0, 0);
        ok &= taken();
    }
    say("ipi_self", ok ? "done" : "FAIL");
}

/* Sleeps a while, so that the other hart gets to where it waits. */
static void nap(void)
{
    static const uint32_t never = 1;

    sbi(EXT_TIME, 0, (long)(time_now() + 10000), 0, 0);
    csr_write(sie, SIE_TIMER);
    wait_word((volatile uint32_t *)(uintptr_t)&never, 0);
    csr_write(sie, 0);
}

/* The other hart waits in its loop; its part of the fence is on the path. */
static void bench_rfence_other(uint64_t other)
{
    long fail = 0;

    for (int i = 0; i < REPEAT; i++) {
        nap();
        fail |= rfence_other_measured(1L << other, 0, 0, 0, 0, 0);
    }
    say("rfence_other", fail ? "FAIL" : "done");
}

void send_ipi(uint64_t hart)
{
    ipi_other_measured(1L << hart, 0, 0, 0, 0, 0);
}

void second_takes(void (*vector)(void), uint64_t mask)
{
    second_vector = (uintptr_t)vector;
    second_sie = mask;
}

bool second_wakes(void (*send)(uint64_t hart), uint64_t hart)
{
    uint32_t next = second_taken + 1;

    do {
        nap();
    } while (second_ready == 0);
    nap();
    sbi(EXT_TIME, 0, (long)(time_now() + 100000), 0, 0);
    csr_write(sie, SIE_TIMER);
    send(hart);
    wait_word(&second_taken, next);
    csr_write(sie, 0);
    sbi(EXT_TIME, 0, -1, 0, 0);
    return second_taken == next;
}

static void bench_ipi_other(uint64_t other)
{
    bool ok = true;

    for (int i = 0; i < REPEAT && ok; i++) {
        ok = second_wakes(send_ipi, other);
    }
    say("ipi_other", ok ? "done" : "FAIL");
}

/* A hart that firmware starts, or MAX_HARTS. */
static uint64_t start_other(uint64_t hart)
{
    uint64_t other = 0;

    second_takes(trap_ipi_other, SIE_SOFT);
    while (other < MAX_HARTS &&
           (other == hart || sbi(EXT_HSM, 0, (long)other, (long)(uintptr_t)second_start, 0) != 0)) {
        other++;
    }
    return other;
}

/* Starts all other harts. Their set: bit n is hart n. */
static uint64_t start_many(uint64_t hart, uint32_t *count)
{
    uint64_t set = 0;

    *count = 0;
    for (uint64_t i = 0; i < MAX_HARTS; i++) {
        if (i != hart && sbi(EXT_HSM, 0, (long)i, (long)(uintptr_t)many_start, 0) == 0) {
            set |= 1UL << i;
            ++*count;
        }
    }
    while (many_ready != *count) {
        nap();
    }
    return set;
}

static bool many_wake(uint64_t set, uint32_t count)
{
    uint32_t all = many_taken + count;

    nap();
    many_last = all - 1;
    sbi(EXT_TIME, 0, (long)(time_now() + 100000), 0, 0);
    csr_write(sie, SIE_TIMER);
    ipi_many_measured((long)set, 0, 0, 0, 0, 0);
    wait_word(&many_taken, all);
    csr_write(sie, 0);
    sbi(EXT_TIME, 0, -1, 0, 0);
    return many_taken == all;
}

/* One call to all other harts. */
static void bench_many(uint64_t hart)
{
    uint32_t count;
    uint64_t set = start_many(hart, &count);
    bool ok = true;

    for (int i = 0; i < REPEAT && ok; i++) {
        ok = many_wake(set, count);
    }
    say("ipi_many", ok ? "done" : "FAIL");
    for (int i = 0; i < REPEAT; i++) {
        nap();
        ok &= rfence_many_measured((long)set, 0, 0, 0, 0, 0) == 0;
    }
    say("rfence_many", ok ? "done" : "FAIL");
}

/* Are there more than two? */
static bool has_many(void)
{
    int count = 0;

    for (long i = 0; i < MAX_HARTS; i++) {
        count += sbi(EXT_HSM, 2, i, 0, 0) >= 0;
    }
    return count > 2;
}

/* Regions in which a hart calls for one other hart, or for all others. */
static void bench_other(uint64_t hart)
{
    if (has_many()) {
        bench_many(hart);
        return;
    }
    uint64_t other = start_other(hart);

    if (other == MAX_HARTS) {
        say("ipi_other", "skipped");
        return;
    }
    bench_ipi_other(other);
    bench_rfence_other(other);
    irqc_bench_other(other);
}

static void bench_uart_read(void)
{
    int ok = 1;

    for (int i = 0; i < REPEAT; i++) {
        *uart(7) = (uint8_t)i;
        ok &= uart_read_measured() == (uint64_t)i;
    }
    say("uart_read", ok ? "done" : "FAIL");
}

void guest_main(uint64_t hart)
{
    say("start", "");
    bench_calls(hart);
    bench_timer();
    bench_ipi_self(hart);
    irqc_bench(hart);
    bench_uart_read();
    for (int i = 0; i < 3; i++) {
        compute_measured(COMPUTE_TURNS);
        walk_measured(WALK_BASE, WALK_BASE + WALK_SIZE, 64);
    }
    say("compute walk", "done");
    bench_other(hart);
    say("end", "");
    shut_down();
}
