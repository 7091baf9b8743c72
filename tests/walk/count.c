/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A source that counts: bytes 0, 1, 2, … go through the UART's loop, several at a time, and each
 * interrupt takes one. Its level stays high over many interrupts, so each end must make the next
 * one. Meanwhile the source moves from hart to hart, and the second hart hammers at the
 * controller's registers, rings the RTC, sends IPIs and remote fences.
 */
#include "count_irqc.h"

#include "tests/qemu/check.h"

#include <string.h>

#define BYTES 10000u
#define AHEAD 12u /* The FIFO has 16. */
#define MOVE_EVERY 29u
#define LIMIT (40 * GUEST_TIMEBASE_HZ) /* For hangs. */
#define QUIET (GUEST_TIMEBASE_HZ / 50)

#define EXT_HSM 0x48534d
#define EXT_IPI 0x735049
#define EXT_RFENCE 0x52464e43

#define SSTATUS_SIE UINT64_C(2)
#define SIE_SSIE UINT64_C(0x2)
#define SIE_SEIE UINT64_C(0x200)
#define CAUSE_IRQ (UINT64_C(1) << 63)
#define CAUSE_SOFT (CAUSE_IRQ | 1)
#define CAUSE_EXTERNAL (CAUSE_IRQ | 9)

#define UART UINT64_C(0x10000000)
#define UART_DATA 0
#define UART_IER 1
#define UART_IER_RDI 1
#define UART_FCR 2
#define UART_FCR_ON 7 /* FIFOs, cleared; an interrupt from the first byte on. */
#define UART_MCR 4
#define UART_MCR_LOOP 0x10
#define UART_LSR 5
#define UART_LSR_DR 1

#define RTC UINT64_C(0x101000)
#define RTC_ALARM_LOW 0x08
#define RTC_ALARM_HIGH 0x0c
#define RTC_IRQ_ENABLED 0x10
#define RTC_CLEAR_INTERRUPT 0x1c

static volatile uint32_t uart_lock;
static uint32_t received; /* With uart_lock. */
static uint32_t wrong;
static bool leave;
static bool turn; /* With uart_lock. */
static uint32_t rung;
static uint32_t rtc_served;
static uint32_t ringing;
/* Indexed by hart. */
static uint32_t taken[HARTS];
static uint32_t left[HARTS];
static uint32_t empty[HARTS];
static uint32_t nothing[HARTS];
static uint32_t others[HARTS];
static uint32_t ipis[HARTS];
static uint32_t up;
static uint32_t over;
static uint32_t strange;

static uint32_t get(const uint32_t *p)
{
    return __atomic_load_n(p, __ATOMIC_ACQUIRE);
}

static void add(uint32_t *p)
{
    (void)__atomic_fetch_add(p, 1, __ATOMIC_RELEASE);
}

static uint64_t self(void)
{
    uint64_t hart;
    __asm__ volatile("mv %0, tp" : "=r"(hart));
    return hart;
}

static uint8_t uart_read(unsigned reg)
{
    return *(volatile uint8_t *)(UART + reg);
}

static void uart_write(unsigned reg, uint8_t value)
{
    *(volatile uint8_t *)(UART + reg) = value;
}

/* ---- Interrupts ------------------------------------------------------------------------------ */

/* One byte, though there may be more; or none. */
static void serve_uart(uint64_t hart)
{
    lock(&uart_lock);
    turn = !turn;
    if (leave && turn) {
        add(&left[hart]);
    } else if ((uart_read(UART_LSR) & UART_LSR_DR) == 0) {
        add(&empty[hart]);
    } else {
        wrong += uart_read(UART_DATA) != (uint8_t)received;
        add(&taken[hart]);
        add(&received);
    }
    unlock(&uart_lock);
}

static void serve_rtc(uint64_t hart)
{
    reg_write(RTC + RTC_CLEAR_INTERRUPT, 1);
    add(__atomic_exchange_n(&ringing, 0, __ATOMIC_ACQ_REL) != 0 ? &rtc_served : &empty[hart]);
}

static void external(uint64_t hart)
{
    uint32_t source = irqc_claim(hart);
    switch (source) {
    case 0: add(&nothing[hart]); return;
    case UART_SOURCE: serve_uart(hart); break;
    case RTC_SOURCE: serve_rtc(hart); break;
    default: add(&others[hart]);
    }
    irqc_end(hart, source);
}

uint64_t guest_trap(uint64_t cause, uint64_t epc, uint64_t tval)
{
    uint64_t hart = self();
    (void)tval;
    if (cause == CAUSE_EXTERNAL) {
        external(hart);
    } else if (cause == CAUSE_SOFT) {
        guest_csr_clear(sip, SIE_SSIE);
        add(&ipis[hart]);
    } else {
        add(&strange);
        guest_csr_write(sie, 0);
    }
    return epc;
}

static void open_hart(uint64_t hart)
{
    irqc_open(hart);
    guest_csr_write(sie, SIE_SSIE | SIE_SEIE);
    guest_csr_set(sstatus, SSTATUS_SIE);
}

static void masked_move(uint32_t source, uint64_t to)
{
    guest_csr_clear(sstatus, SSTATUS_SIE);
    irqc_move(source, to);
    guest_csr_set(sstatus, SSTATUS_SIE);
}

/* ---- The second hart ------------------------------------------------------------------------- */

/* An alarm that is over; one at a time. */
static void ring(void)
{
    if (get(&rtc_served) == rung) {
        __atomic_store_n(&rung, rung + 1, __ATOMIC_RELAXED);
        __atomic_store_n(&ringing, 1, __ATOMIC_RELEASE);
        reg_write(RTC + RTC_ALARM_HIGH, 0);
        reg_write(RTC + RTC_ALARM_LOW, 0);
    }
}

static void hammer(void)
{
    for (uint64_t n = 0; get(&over) == 0; n++) {
        guest_csr_clear(sstatus, SSTATUS_SIE);
        irqc_hammer(n);
        guest_csr_set(sstatus, SSTATUS_SIE);
        ring();
        if (n % 8 == 0) {
            (void)guest_sbi(EXT_IPI, 0, 1, 0, 0);
        }
        if (n % 8 == 4) {
            (void)guest_sbi(EXT_RFENCE, n % 16 < 8 ? 0 : 1, 1, 0, 0);
        }
        if (n % 64 == 0) {
            masked_move(RTC_SOURCE, n / 64 % HARTS);
        }
    }
}

static void second(uint64_t hart)
{
    open_hart(hart);
    add(&up);
    hammer();
    for (;;) {
        __asm__ volatile("wfi");
    }
}

/* ---- The first hart -------------------------------------------------------------------------- */

/* False: time is over. */
static bool reaches(const uint32_t *p, uint32_t value)
{
    uint64_t limit = guest_time() + LIMIT;
    while (get(p) < value) {
        if (guest_time() > limit) {
            return false;
        }
    }
    return true;
}

static bool feed(void)
{
    for (uint32_t sent = 0; sent < BYTES; sent++) {
        if (sent >= AHEAD && !reaches(&received, sent + 1 - AHEAD)) {
            return false;
        }
        uart_write(UART_DATA, (uint8_t)sent);
        if (sent % MOVE_EVERY == 0) {
            masked_move(UART_SOURCE, sent / MOVE_EVERY % HARTS);
        }
        if (sent % 64 == 0) {
            (void)guest_sbi(EXT_IPI, 0, 2, 0, 0);
        }
    }
    return reaches(&received, BYTES);
}

static uint64_t count_of(const uint32_t *by_hart)
{
    return (uint64_t)get(&by_hart[0]) + get(&by_hart[1]);
}

static uint64_t interrupts(void)
{
    return count_of(taken) + count_of(left) + count_of(empty) + count_of(nothing) +
           count_of(others);
}

static void rest(void)
{
    uint64_t start = guest_time();
    while (guest_time() < start + QUIET) {
    }
}

/* False: interrupts come without end. */
static bool calms_down(void)
{
    uint64_t limit = guest_time() + LIMIT;
    uint64_t before;
    do {
        before = interrupts();
        rest();
    } while (interrupts() != before && guest_time() < limit);
    return interrupts() == before;
}

static void put(const char *what, uint64_t value)
{
    guest_put(" ");
    guest_put(what);
    guest_put(" ");
    guest_put_dec(value);
}

static void report(bool all, bool quiet)
{
    guest_put("count");
    put("taken", taken[0]);
    put("and", taken[1]);
    put("left", count_of(left));
    put("empty", count_of(empty));
    put("nothing", count_of(nothing));
    put("others", count_of(others));
    put("rtc", rtc_served);
    put("ipis", ipis[0]);
    put("and", ipis[1]);
    guest_put("\n");
    check(all && count_of(taken) == BYTES, "every byte by an interrupt of its own");
    check(!leave || count_of(left) >= BYTES, "each behind one that took nothing");
    check(wrong == 0, "in order");
    check(taken[0] > BYTES / 10 && taken[1] > BYTES / 10, "on both harts");
    check(rtc_served == rung && rung != 0, "every alarm");
    check(ipis[0] != 0 && ipis[1] != 0, "IPIs meanwhile");
    check(count_of(empty) <= 2 * (uint64_t)BYTES + rung, "no more interrupts than changes");
    check(quiet, "and none at rest");
    check(strange == 0, "no other trap");
}

void guest_main(uint64_t hart, const void *fdt)
{
    __asm__ volatile("mv tp, %0" : : "r"(hart));
    if (get(&up) != 0) {
        second(hart);
    }
    leave = strcmp(tree_bootargs(fdt), "leave") == 0;
    rest(); /* The hypervisor's last boot lines are out by then. */
    uart_write(UART_FCR, UART_FCR_ON);
    uart_write(UART_MCR, UART_MCR_LOOP);
    irqc_init();
    open_hart(hart);
    add(&up);
    (void)guest_sbi(EXT_HSM, 0, 1, (uint64_t)_start, 0);
    bool all = reaches(&up, 2);
    irqc_move(RTC_SOURCE, 0);
    reg_write(RTC + RTC_IRQ_ENABLED, 1);
    uart_write(UART_IER, UART_IER_RDI);
    all = feed() && all;
    __atomic_store_n(&over, 1, __ATOMIC_RELEASE);
    bool quiet = calms_down();
    uart_write(UART_IER, 0);
    uart_write(UART_MCR, 0);
    report(all, quiet);
    check_end();
}
