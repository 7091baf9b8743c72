/* SPDX-License-Identifier: Apache-2.0 */
/* The walk: draws, accesses, the log, the devices. */
#include "walk.h"

#include "tests/qemu/check.h"

#include <stdlib.h>
#include <string.h>

#define LOG_SIZE (1u << 20)
#define LINE_SIZE 128u
#define QUIET (GUEST_TIMEBASE_HZ / 50) /* The hypervisor's last boot lines are out by then. */
#define SIP_SEIP UINT64_C(0x200)
#define NO_TRAP UINT64_MAX
#define EXT_HSM 0x48534d
#define EXT_IPI 0x735049
#define SIE_SSIE UINT64_C(2)

#define RTC UINT64_C(0x101000)
#define RTC_ALARM_LOW 0x08
#define RTC_ALARM_HIGH 0x0c
#define RTC_IRQ_ENABLED 0x10
#define RTC_CLEAR_INTERRUPT 0x1c

#define UART UINT64_C(0x10000000)
#define UART_IER 1
#define UART_IIR 2
#define UART_FCR 2
#define UART_MCR 4
#define UART_IER_THRI 2

/* Requests to the second hart. */
enum ask { ASK_SIP, ASK_CLAIM };
static enum ask ask;
static uint64_t asked;
static uint64_t answered;
static uint64_t answer;
static bool two;

static char text[LOG_SIZE];
static size_t used;
static uint64_t state;
static uint32_t high; /* Bit s: the wire of source s. */
static volatile uint64_t trap_cause;
static volatile uint64_t trap_value;

/* ---- Draws ----------------------------------------------------------------------------------- */

uint64_t draw(uint64_t bound)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return bound == 0 ? state : (state >> 11) % bound;
}

bool one_in(uint64_t n)
{
    return draw(n) == 0;
}

uint64_t draw_value(void)
{
    switch (draw(6)) {
    case 0: return draw(0);
    case 1: return UINT64_MAX;
    case 2: return 0;
    case 3: return draw(8);
    case 4: return SOURCE_BITS;
    default: return UINT64_C(1) << draw(64);
    }
}

unsigned draw_size(void)
{
    return one_in(16) ? 1u << draw(4) : 4;
}

uint64_t draw_address(uint64_t address, unsigned size)
{
    if (size == 8 && draw(2) == 0) {
        return (address & ~UINT64_C(7)) + 4;
    }
    return one_in(size == 4 ? 64 : 4) ? address + draw(8) : address;
}

/* ---- The log --------------------------------------------------------------------------------- */

void log_word(const char *word)
{
    while (*word != 0) {
        text[used++] = *word++;
    }
}

void log_value(uint64_t value)
{
    int digits = 1;
    while (digits < 16 && (value >> (4 * digits)) != 0) {
        digits++;
    }
    text[used++] = ' ';
    while (digits-- > 0) {
        text[used++] = "0123456789abcdef"[(value >> (4 * digits)) & 15];
    }
}

/* Some jumps: an emulator looks for interrupts between blocks of instructions. */
static __attribute__((noinline)) void settle(void)
{
    for (volatile int i = 0; i < 4; i++) {
        __asm__ volatile("fence" : : : "memory");
    }
}

static bool own_sip(void)
{
    return (guest_csr_read(sip) & SIP_SEIP) != 0;
}

/* Until the other hart has stored `value`; it sends an IPI behind it. */
static void wait_for(const uint64_t *p, uint64_t value)
{
    uint64_t enables = guest_csr_read(sie);
    guest_csr_write(sie, SIE_SSIE);
    for (;;) {
        guest_csr_clear(sip, SIE_SSIE);
        /* Pairs with tell(). */
        if (__atomic_load_n(p, __ATOMIC_ACQUIRE) == value) {
            break;
        }
        __asm__ volatile("wfi" : : : "memory");
    }
    guest_csr_write(sie, enables);
    settle();
}

static void tell(uint64_t *p, uint64_t value, uint64_t hart)
{
    __atomic_store_n(p, value, __ATOMIC_RELEASE);
    (void)guest_sbi(EXT_IPI, 0, UINT64_C(1) << hart, 0, 0);
}

/* It answers when it has taken, in whatever world, what was sent to it before. */
static uint64_t ask_other(enum ask what)
{
    ask = what;
    tell(&asked, asked + 1, 1);
    wait_for(&answered, asked);
    return answer;
}

static void other_hart(void)
{
    walk_other_begin();
    for (uint64_t n = 1;; n++) {
        wait_for(&asked, n);
        answer = ask == ASK_SIP ? own_sip() : walk_other_claim();
        tell(&answered, n, 0);
    }
}

bool has_other(void)
{
    return two;
}

void other_claim(void)
{
    log_word("other =");
    log_value(ask_other(ASK_CLAIM));
    log_end();
}

/* The second request comes after everything that one hart's hypervisor sent to the other's. */
void log_end(void)
{
    settle();
    bool other = two && ask_other(ASK_SIP) != 0;
    other = two && ask_other(ASK_SIP) != 0;
    log_word(own_sip() ? " s1" : " s0");
    log_word(two ? other ? "1\n" : "0\n" : "\n");
}

void trap_none(void)
{
    trap_cause = NO_TRAP;
}

bool trap_logged(void)
{
    settle();
    if (trap_cause == NO_TRAP) {
        return false;
    }
    log_word(" trap");
    log_value(trap_cause);
    log_value(trap_value);
    return true;
}

/* Built without compressed instructions: each is 4 bytes. */
uint64_t guest_trap(uint64_t cause, uint64_t epc, uint64_t tval)
{
    trap_cause = cause;
    trap_value = tval;
    return epc + 4;
}

/* ---- Accesses -------------------------------------------------------------------------------- */

#define LOAD(insn, value, address) \
    __asm__ volatile(insn " %0, 0(%1)" : "+r"(value) : "r"(address) : "memory")
#define STORE(insn, value, address) \
    __asm__ volatile(insn " %0, 0(%1)" : : "r"(value), "r"(address) : "memory")

static uint64_t load(uint64_t address, unsigned size)
{
    uint64_t value = 0;
    switch (size) {
    case 1: LOAD("lbu", value, address); break;
    case 2: LOAD("lhu", value, address); break;
    case 4: LOAD("lwu", value, address); break;
    default: LOAD("ld", value, address); break;
    }
    return value;
}

static void store(uint64_t address, unsigned size, uint64_t value)
{
    switch (size) {
    case 1: STORE("sb", value, address); break;
    case 2: STORE("sh", value, address); break;
    case 4: STORE("sw", value, address); break;
    default: STORE("sd", value, address); break;
    }
}

static void log_access(char kind, uint64_t address, unsigned size)
{
    text[used++] = kind;
    text[used++] = (char)('0' + size);
    log_value(address);
}

void access_read(uint64_t address, unsigned size)
{
    if (walk_leaves_out(address, size)) {
        return;
    }
    log_access('r', address, size);
    trap_none();
    uint64_t value = load(address, size);
    if (!trap_logged()) {
        uint64_t mask = walk_mask(address);
        walk_was_read(address, (uint32_t)value);
        if (size == 8) {
            mask |= (uint64_t)walk_mask(address + 4) << 32;
            walk_was_read(address + 4, (uint32_t)(value >> 32));
        }
        log_word(" =");
        log_value(value & mask);
    }
    log_end();
}

void access_write(uint64_t address, unsigned size, uint64_t value)
{
    if (walk_leaves_out(address, size)) {
        return;
    }
    uint64_t legal = walk_legal(address, (uint32_t)value);
    legal |= (uint64_t)walk_legal(address + 4, (uint32_t)(value >> 32)) << 32;
    log_access('w', address, size);
    log_value(legal);
    trap_none();
    store(address, size, legal);
    if (!trap_logged()) {
        walk_was_written(address, (uint32_t)legal);
        if (size == 8) {
            walk_was_written(address + 4, (uint32_t)(legal >> 32));
        }
    }
    log_end();
}

uint32_t reg_read(uint64_t address)
{
    uint32_t value = *(volatile uint32_t *)address;
    settle();
    return value;
}

void reg_write(uint64_t address, uint32_t value)
{
    *(volatile uint32_t *)address = value;
    settle();
}

/* ---- Devices --------------------------------------------------------------------------------- */

static uint8_t uart_read(unsigned reg)
{
    return *(volatile uint8_t *)(UART + reg);
}

static void uart_write(unsigned reg, uint8_t value)
{
    *(volatile uint8_t *)(UART + reg) = value;
}

/* The transmitter is always empty: its interrupt is there once it is enabled, or enabled anew. */
static void uart_drive(bool up)
{
    if (up) {
        uart_write(UART_IER, 0);
        uart_write(UART_IER, UART_IER_THRI);
    } else if (one_in(2)) {
        uart_write(UART_IER, 0);
    } else {
        (void)uart_read(UART_IIR);
    }
}

/* An alarm that is over; the line rises once. */
static void rtc_drive(bool up)
{
    if (up) {
        reg_write(RTC + RTC_IRQ_ENABLED, 0);
        reg_write(RTC + RTC_ALARM_HIGH, 0);
        reg_write(RTC + RTC_ALARM_LOW, 0);
        reg_write(RTC + RTC_IRQ_ENABLED, 1);
    } else if (one_in(2)) {
        reg_write(RTC + RTC_IRQ_ENABLED, 0);
    } else {
        reg_write(RTC + RTC_CLEAR_INTERRUPT, 1);
    }
}

bool wire_is_high(uint32_t source)
{
    return (high >> source & 1) != 0;
}

void wire_set(uint32_t source, bool up)
{
    log_word("wire");
    log_value(source);
    log_value(up);
    if (source == UART_SOURCE) {
        uart_drive(up);
    } else {
        rtc_drive(up);
    }
    high = (high & ~(1u << source)) | (uint32_t)up << source;
    log_end();
}

/* ---- The whole ------------------------------------------------------------------------------- */

/* `key=NUMBER` of the boot arguments. */
static uint64_t option(const char *args, const char *key, uint64_t otherwise)
{
    size_t length = strlen(key);
    for (; *args != 0; args++) {
        if (strncmp(args, key, length) == 0) {
            return strtoul(args + length, 0, 0);
        }
    }
    return otherwise;
}

static void begin_harts(uint64_t hart, const void *fdt)
{
    if (hart != 0) {
        other_hart();
    }
    two = option(tree_bootargs(fdt), "harts=", 1) == 2;
    if (two) {
        (void)guest_sbi(EXT_HSM, 0, 1, (uint64_t)_start, 0);
        (void)ask_other(ASK_SIP); /* Its firmware has set its registers, too. */
    }
}

void guest_main(uint64_t hart, const void *fdt)
{
    begin_harts(hart, fdt);
    const char *args = tree_bootargs(fdt);
    uint64_t seed = option(args, "seed=", 1);
    uint64_t steps = option(args, "steps=", 2000);
    uint64_t start = guest_time();
    while (guest_time() < start + QUIET) {
    }
    state = (seed + 1) * UINT64_C(0x9e3779b97f4a7c15);
    uart_write(UART_IER, 0);
    uart_write(UART_FCR, 0);
    walk_begin();
    for (uint64_t i = 0; i < steps && used < LOG_SIZE - 64 * LINE_SIZE; i++) {
        walk_step();
    }
    uart_write(UART_IER, 0);
    reg_write(RTC + RTC_IRQ_ENABLED, 0);
    guest_put("walk begin\n");
    text[used] = 0;
    guest_put(text);
    guest_put("walk end\n");
    guest_shutdown(false);
}
