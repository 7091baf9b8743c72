/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The bench guest: does each measured thing REPEAT times between marks, then shuts down.
 *
 * It runs on the bare QEMU virt machine under OpenSBI and, unchanged, as a guest that is given the
 * same layout; so one binary gives both columns. It uses no device tree: the layout is the
 * machine's.
 */
#include "ids.h"
#include "mark.h"

#include <stdint.h>

enum {
    REPEAT = 16,
    UART_IRQ = 10,
    SIE_TIMER = 1 << 5,
    SIE_EXT = 1 << 9,
    SIE_SOFT = 1 << 1,
    POLL_TURNS = 1000000,
    COMPUTE_TURNS = 20000,
    MAX_HARTS = 8,
};

#define UART_BASE UINT64_C(0x10000000)
#define PLIC_BASE UINT64_C(0x0c000000)
#define WALK_BASE UINT64_C(0x84000000)
#define WALK_SIZE (UINT64_C(4) << 20)

enum { EXT_TIME = 0x54494d45, EXT_HSM = 0x48534d, EXT_SRST = 0x53525354 };

typedef long sbi_fn(long a0, long a1, long a2, long a3, long a4, long a5);

sbi_fn sbi_base_measured, set_timer_measured, ipi_self_measured, ipi_other_measured;
sbi_fn rfence_self_measured, rfence_other_measured;
uint64_t mmio_read_measured(void);
uint64_t uart_read_measured(void);
void uart_irq_measured(uint64_t enable);
uint64_t plic_claim_measured(uint64_t base, uint64_t offset);
void plic_complete_measured(uint64_t base, uint64_t offset, uint64_t source);
uint64_t compute_measured(uint64_t turns);
void walk_measured(uint64_t start, uint64_t end, uint64_t stride);
uint64_t wait_taken(uint64_t turns);
void wait_word(volatile uint32_t *word, uint32_t value);
void second_start(void);
void trap_set_timer(void), trap_ipi_self(void), trap_uart(void);
void guest_main(uint64_t hart);
void guest_unexpected(uint64_t cause, uint64_t pc, uint64_t value);

volatile uint32_t second_ready, second_taken;

#define csr_write(csr, v) __asm__ volatile("csrw " #csr ", %0" : : "r"((uint64_t)(v)) : "memory")
#define csr_set(csr, v) __asm__ volatile("csrs " #csr ", %0" : : "r"((uint64_t)(v)) : "memory")
#define csr_clear(csr, v) __asm__ volatile("csrc " #csr ", %0" : : "r"((uint64_t)(v)) : "memory")

static volatile uint8_t *uart(uint64_t reg)
{
    return (volatile uint8_t *)(UART_BASE + reg);
}

static volatile uint32_t *plic(uint64_t offset)
{
    return (volatile uint32_t *)(PLIC_BASE + offset);
}

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

static void say(const char *item, const char *what)
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

/* Lets the interrupts in `mask` come to `vector`, which clears sie. */
static void arm(void (*vector)(void), uint64_t mask)
{
    csr_write(stvec, (uintptr_t)vector);
    csr_write(sie, mask);
    csr_set(sstatus, 2);
}

static int taken(void)
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

static void bench_ipi_other(uint64_t hart)
{
    uint64_t other = 0;

    while (other < MAX_HARTS &&
           (other == hart || sbi(EXT_HSM, 0, (long)other, (long)(uintptr_t)second_start, 0) != 0)) {
        other++;
    }
    if (other == MAX_HARTS) {
        say("ipi_other", "skipped");
        return;
    }
    for (uint32_t i = 0; i < REPEAT; i++) {
        do {
            nap();
        } while (second_ready == 0);
        nap();
        sbi(EXT_TIME, 0, (long)(time_now() + 100000), 0, 0);
        csr_write(sie, SIE_TIMER);
        ipi_other_measured(1L << other, 0, 0, 0, 0, 0);
        wait_word(&second_taken, i + 1);
        csr_write(sie, 0);
        if (second_taken != i + 1) {
            say("ipi_other", "FAIL");
            return;
        }
    }
    sbi(EXT_TIME, 0, -1, 0, 0);
    say("ipi_other", "done");
    bench_rfence_other(other);
}

static void bench_uart(uint64_t hart)
{
    uint64_t context = 2 * hart + 1;
    uint64_t claim = 0x200004 + 0x1000 * context;
    int ok = 1;

    *uart(1) = 0;
    *plic(4 * UART_IRQ) = 1;
    *plic(0x2000 + 0x80 * context) = 1u << UART_IRQ;
    *plic(0x200000 + 0x1000 * context) = 0;
    for (int i = 0; i < REPEAT; i++) {
        uint64_t source;

        arm(trap_uart, SIE_EXT);
        uart_irq_measured(2); /* The transmitter is empty: interrupts at once. */
        ok &= taken();
        source = plic_claim_measured(PLIC_BASE, claim);
        *uart(1) = 0;
        ok &= source == UART_IRQ;
        plic_complete_measured(PLIC_BASE, claim, source);
        ok &= *plic(claim) == 0;
    }
    *plic(0x2000 + 0x80 * context) = 0;
    say("uart_irq plic_claim plic_complete", ok ? "done" : "FAIL");
}

static void bench_mmio(void)
{
    int ok = 1;

    for (int i = 0; i < REPEAT; i++) {
        *plic(4 * UART_IRQ) = 1 + (i & 1);
        ok &= mmio_read_measured() == 1u + (i & 1);
        *uart(7) = (uint8_t)i;
        ok &= uart_read_measured() == (uint64_t)i;
    }
    say("mmio_read", ok ? "done" : "FAIL");
}

void guest_main(uint64_t hart)
{
    say("start", "");
    bench_calls(hart);
    bench_timer();
    bench_ipi_self(hart);
    bench_uart(hart);
    bench_mmio();
    for (int i = 0; i < 3; i++) {
        compute_measured(COMPUTE_TURNS);
        walk_measured(WALK_BASE, WALK_BASE + WALK_SIZE, 64);
    }
    say("compute walk", "done");
    bench_ipi_other(hart);
    say("end", "");
    shut_down();
}
