/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A guest that makes every exit that has a fast path, and prints its effect: all registers after
 * the instruction, its trap, and pending interrupts. It judges nothing: the test compares the
 * output with fast exits and without.
 */
#include "exits.h"

#define UART_TEMT 0x40
#define SEIP UINT64_C(0x200)
#define TURNS 100000
#define RTC_ALARM_LOW 0x08
#define RTC_ALARM_HIGH 0x0c
#define RTC_IRQ_ENABLED 0x10
#define RTC_CLEAR_INTERRUPT 0x1c

#define ECALL 0x73
#define BASE_REG 31 /* The address of a load or store, unless it is the other register. */

struct frame {
    uint64_t x[32];
    uint64_t scause;
    uint64_t stval;
    uint64_t sepc;
};

void exits_run(struct frame *f);
extern volatile uint32_t exits_slot;

static struct frame frame;
static uint32_t number;

static const uint64_t garbage[] = {
    0, 1, 2, 3, 4, 0xff, UINT64_MAX, UINT64_C(0x7fffffffffffffff), UINT64_C(1) << 63,
};

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

uint64_t guest_trap(uint64_t cause, uint64_t epc, uint64_t tval)
{
    (void)cause, (void)tval;
    guest_put("FAIL unexpected trap\n");
    guest_shutdown(true);
    return epc;
}

static void put_field(uint64_t value)
{
    guest_put(" ");
    guest_put_hex(value);
}

/* Values that tell the registers apart, with the sign bit of every width set and clear. */
void exits_fill(uint64_t seed)
{
    for (uint64_t i = 1; i < 32; i++) {
        frame.x[i] = (i * UINT64_C(0x9e3779b97f4a7c15)) ^ (seed * UINT64_C(0xc2b2ae3d27d4eb4f));
    }
}

/* One line: number, instruction, trap, pending interrupts, then every register that changed. */
static void run(uint32_t insn)
{
    struct frame was = frame;
    exits_slot = insn;
    __asm__ volatile("fence.i" : : : "memory");
    exits_run(&frame);
    uint64_t sip = guest_csr_read(sip);
    guest_put_dec(++number);
    put_field(insn);
    put_field(frame.scause);
    put_field(frame.stval);
    put_field(frame.sepc == 0 ? 0 : frame.sepc - (uint64_t)&exits_slot + 1);
    put_field(sip);
    for (unsigned i = 1; i < 32; i++) {
        if (frame.x[i] != was.x[i]) {
            guest_put(" x");
            guest_put_dec(i);
            guest_put("=");
            guest_put_hex(frame.x[i]);
        }
    }
    guest_put("\n");
}

void exits_show(uint64_t value)
{
    guest_put_dec(++number);
    put_field(value);
    guest_put("\n");
}

/* ---- SBI ------------------------------------------------------------------------------------- */

static void call(uint64_t ext, uint64_t fid, uint64_t a0, uint64_t a1)
{
    frame.x[10] = a0;
    frame.x[11] = a1;
    frame.x[16] = fid;
    frame.x[17] = ext;
    run(ECALL);
}

static void calls(void)
{
    static const uint64_t exts[] = {0x10, 0x54494d45, 0x735049, 0x52464e43, 0x48534d};
    for (unsigned e = 0; e < COUNT(exts); e++) {
        exits_fill(e);
        for (unsigned i = 0; i < COUNT(garbage); i++) {
            /* TIME only with deadlines that have come or never do; HSM asks for a status. */
            uint64_t fid = e == 4 ? 2 : garbage[i];
            call(exts[e], fid, 0, UINT64_MAX);
            call(exts[e], fid, UINT64_MAX, garbage[i]);
            call(exts[e], e == 4 ? 2 : 0, e == 1 ? UINT64_MAX : garbage[i], 0);
        }
        call(exts[e] + 1, 0, 0, 0);
        call(exts[e] | UINT64_C(1) << 32, 0, 0, 0);
        guest_csr_clear(sip, UINT64_C(2));
    }
    for (uint64_t ext = 0; ext < COUNT(exts); ext++) {
        call(0x10, 3, exts[ext], 0);
    }
    call(0x54494d45, 0, UINT64_MAX, 0);
}

/* Hart masks, their bases, and ranges; some are invalid. */
static void fences(void)
{
    for (uint64_t fid = 0; fid < 8; fid++) {
        for (unsigned i = 0; i < COUNT(garbage); i++) {
            exits_fill(fid);
            frame.x[12] = garbage[i];
            frame.x[13] = garbage[(i + fid) % COUNT(garbage)];
            frame.x[14] = i;
            call(0x52464e43, fid, 1, i % 2 == 0 ? 0 : UINT64_MAX);
            call(0x52464e43, fid, i, i % 3);
            call(0x735049, 0, i, i % 3);
            guest_csr_clear(sip, UINT64_C(2));
        }
    }
}

/* ---- Loads and stores ------------------------------------------------------------------------ */

static uint32_t load_insn(unsigned funct3, unsigned rd, unsigned base)
{
    return 0x03 | rd << 7 | funct3 << 12 | base << 15;
}

static uint32_t store_insn(unsigned funct3, unsigned rs2, unsigned base)
{
    return 0x23 | funct3 << 12 | base << 15 | rs2 << 20;
}

void exits_load(unsigned funct3, unsigned rd, uint64_t address)
{
    unsigned base = rd == BASE_REG ? BASE_REG - 1 : BASE_REG;
    frame.x[base] = address;
    run(load_insn(funct3, rd, base));
}

void exits_store(unsigned funct3, unsigned rs2, uint64_t address)
{
    unsigned base = rs2 == BASE_REG ? BASE_REG - 1 : BASE_REG;
    frame.x[base] = address;
    run(store_insn(funct3, rs2, base));
}

/* Every register as rd and rs2, with a sign to extend. */
static void registers(void)
{
    for (unsigned reg = 0; reg < 32; reg++) {
        exits_fill(reg);
        exits_store(0, reg, UART + 7);
        exits_load(0, reg, UART + 7);
        exits_fill(reg);
        exits_load(4, reg, UART + 7);
        exits_store(2, reg, exits_words[0]);
        exits_load(2, reg, exits_words[0]);
        exits_fill(reg);
        exits_store(2, reg, exits_words[1]);
        exits_load(2, reg, exits_words[1]);
        exits_fill(reg);
        exits_load(6, reg, exits_words[1]);
    }
    exits_fill(0);
    exits_store(2, 0, exits_words[1]);
}

static void widths_at(uint64_t address)
{
    for (unsigned funct3 = 0; funct3 < 7; funct3++) {
        exits_load(funct3, 8 + funct3, address);
        if (funct3 < 4 && address != UART - 1) {
            frame.x[13] = funct3; /* Does not loop back what is printed: MCR bit 4 stays 0. */
            exits_store(funct3, 13, address);
        }
    }
}

/* Every width, within both devices, across their ends, and at an address with no device. */
static void widths(void)
{
    static const uint64_t addresses[] = {
        UART + 7, UART + 4, UART + 0xff, UART + 0x100, UART + 0xffe, UART - 1, 0x20000000,
    };
    for (unsigned i = 0; exits_addresses[i] != 0; i++) {
        exits_fill(i);
        widths_at(exits_addresses[i]);
    }
    for (unsigned i = 0; i < COUNT(addresses); i++) {
        exits_fill(i);
        widths_at(addresses[i]);
    }
}

#define C_ADDI_A0 0x05050000 /* c.addi a0, 1: behind a 16-bit instruction, to see it done. */

/* Instructions that are no integer load or store, and 16-bit ones; a1 (x11) is the address. */
static void others(void)
{
    static const uint32_t insns[] = {
        C_ADDI_A0 | 0x419c,  /* c.lw a5, 0(a1) */
        C_ADDI_A0 | 0xc19c,  /* c.sw a5, 0(a1) */
        C_ADDI_A0 | 0x619c,  /* c.ld a5, 0(a1) */
        C_ADDI_A0 | 0xe19c,  /* c.sd a5, 0(a1) */
        C_ADDI_A0 | 0x4180,  /* c.lw s0, 0(a1) */
        C_ADDI_A0 | 0xc180,  /* c.sw s0, 0(a1) */
        0x0005b02f | 5 << 7, /* amoadd.d t0, zero, (a1) */
        0x0005a02f | 5 << 7, /* amoadd.w t0, zero, (a1) */
        0x1005a2af,          /* lr.w t0, (a1) */
        0x0005a007,          /* flw ft0, 0(a1) */
        0x0005b027,          /* fsd ft0, 0(a1) */
    };
    const uint64_t addresses[] = {exits_words[0], UART + 4, 0x20000000};
    for (unsigned a = 0; a < COUNT(addresses); a++) {
        for (unsigned i = 0; i < COUNT(insns); i++) {
            exits_fill(i);
            frame.x[15] = i;
            frame.x[8] = i;
            frame.x[11] = addresses[a];
            run(insns[i]);
        }
    }
}

/* ---- Interrupts ------------------------------------------------------------------------------ */

void exits_put(uint64_t address, uint64_t value)
{
    frame.x[14] = value;
    exits_store(2, 14, address);
}

static void drain(void)
{
    while ((*(volatile uint8_t *)(UART + 5) & UART_TEMT) == 0) {
    }
}

void exits_uart_line(bool high)
{
    drain();
    frame.x[13] = high ? 2 : 0;
    exits_store(0, 13, UART + 1);
}

static void rtc_write(uint64_t reg, uint32_t value)
{
    *(volatile uint32_t *)(RTC + reg) = value;
}

/* An alarm in the past interrupts at once, but may reach the guest later: the guest waits. */
void exits_rtc_line(bool high)
{
    if (!high) {
        rtc_write(RTC_CLEAR_INTERRUPT, 1);
        return;
    }
    rtc_write(RTC_IRQ_ENABLED, 1);
    rtc_write(RTC_ALARM_HIGH, 0);
    rtc_write(RTC_ALARM_LOW, 1);
    for (unsigned i = 0; i < TURNS && (guest_csr_read(sip) & SEIP) == 0; i++) {
    }
}

static void timer(void)
{
    exits_fill(1);
    call(0x54494d45, 0, 0, 0);
    call(0x54494d45, 0, UINT64_MAX, 0);
}

void guest_main(uint64_t hart, const void *fdt)
{
    (void)hart, (void)fdt;
    calls();
    fences();
    registers();
    widths();
    others();
    exits_fill(1);
    exits_interrupts();
    timer();
    check(number > 900, "went through all");
    check_end();
}
