/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Floating-point and cache-block instructions on a PLIC and a UART, whatever these are: the
 * machine's or a VM's. A line is one instruction: its trap, sstatus.FS and each register that it
 * changed.
 */
#include <hyp/guest/guest.h>

#include <string.h>

#define PLIC UINT64_C(0x0c000000)
#define PRIORITY(source) (PLIC + 4 * (source))
#define PLIC_END (PLIC + 0x600000)
#define UART UINT64_C(0x10000000)
#define UART_LCR 3
#define UART_MCR 4
#define UART_MCR_LOOP 0x10
#define UART_SCR 7
#define HOLE UINT64_C(0x0a000000)

#define FS UINT64_C(0x6000)
#define FS_OFF UINT64_C(0)
#define FS_INITIAL UINT64_C(0x2000)
#define C_NOP 0x00010000 /* Behind a 16-bit instruction. */
#define BASE 11          /* a1 is the address in all that is run here, and sp. */

/* The layout that exits.S expects. */
struct frame {
    uint64_t x[32];
    uint64_t scause;
    uint64_t stval;
    uint64_t sepc;
};

void exits_run(struct frame *f);
extern volatile uint32_t exits_slot;

static struct frame frame;
static uint64_t f[32];
static uint64_t fs_before = FS_INITIAL;

/* `op` of each f register, at its place in the array that %0 points to. */
#define EACH(op)                                                                                 \
    ".irp n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19\n" op " f\\n, 8*\\n(%0)\n.endr\n" \
    ".irp n, 20,21,22,23,24,25,26,27,28,29,30,31\n" op " f\\n, 8*\\n(%0)\n.endr\n"

uint64_t guest_trap(uint64_t cause, uint64_t epc, uint64_t tval)
{
    (void)cause, (void)tval;
    guest_put("unexpected trap\n");
    guest_shutdown(true);
    return epc;
}

static void put_changed(const char *name, const uint64_t *now, const uint64_t *was)
{
    for (unsigned i = 0; i < 32; i++) {
        if (now[i] != was[i]) {
            guest_put(name);
            guest_put_dec(i);
            guest_put("=");
            guest_put_hex(now[i]);
        }
    }
}

static void put_field(uint64_t value)
{
    guest_put(" ");
    guest_put_hex(value);
}

/* stval of a cache-block instruction: of its block, or of the byte that was refused. */
static void run_showing(uint32_t insn, uint64_t address, bool stval)
{
    for (uint64_t i = 0; i < 32; i++) {
        frame.x[i] = i * UINT64_C(0x0101010101010101);
        f[i] = UINT64_C(0x3132333435363748) + i; /* Does not loop back as a modem control. */
    }
    frame.x[BASE] = frame.x[2] = address;
    struct frame was = frame;
    uint64_t f_was[32];
    memcpy(f_was, f, sizeof(f));
    exits_slot = insn;
    __asm__ volatile("fence.i\n" EACH("fld") : : "r"(f) : "memory");
    guest_csr_clear(sstatus, FS);
    guest_csr_set(sstatus, fs_before);
    exits_run(&frame);
    uint64_t fs = guest_csr_read(sstatus) & FS;
    guest_csr_set(sstatus, FS_INITIAL);
    __asm__ volatile(EACH("fsd") : : "r"(f) : "memory");
    guest_put_hex(insn);
    put_field(address);
    put_field(frame.scause);
    put_field(stval ? frame.stval : 0);
    put_field(fs);
    put_changed(" x", frame.x, was.x);
    put_changed(" f", f, f_was);
    guest_put("\n");
}

static void run(uint32_t insn, uint64_t address)
{
    run_showing(insn, address, true);
}

static uint32_t fp_load(unsigned funct3, unsigned rd)
{
    return 0x07 | rd << 7 | funct3 << 12 | BASE << 15;
}

static uint32_t fp_store(unsigned funct3, unsigned rs2)
{
    return 0x27 | funct3 << 12 | BASE << 15 | rs2 << 20;
}

/* Addresses that take each width, or do not. */
static void widths(void)
{
    static const uint64_t addresses[] = {
        PRIORITY(12), PRIORITY(12) + 1, PRIORITY(12) + 2, PRIORITY(13),
        PLIC_END - 4, PLIC_END - 8,     PLIC_END,         HOLE,
    };
    for (unsigned i = 0; i < sizeof(addresses) / sizeof(addresses[0]); i++) {
        for (unsigned funct3 = 1; funct3 < 4; funct3++) {
            if (addresses[i] != PLIC_END - 4 || funct3 != 3) {
                run(fp_store(funct3, 7 + i), addresses[i]);
                run(fp_load(funct3, 20 + i), addresses[i]);
            }
        }
    }
    run(fp_store(2, 3), UART + UART_MCR);
    run(fp_load(2, 4), UART + UART_MCR);
    run(fp_load(1, 5), UART + 6);
}

/* Two words of the PLIC are one doubleword: as each register. */
static void registers(void)
{
    for (unsigned reg = 0; reg < 32; reg++) {
        run(fp_store(2, reg), PRIORITY(12));
        run(fp_load(2, reg), PRIORITY(12));
        run(fp_store(3, reg), PRIORITY(13));
        run(fp_load(3, reg), PRIORITY(13));
    }
}

static void compressed(void)
{
    static const uint16_t insns[] = {
        0xa184, /* c.fsd fs1, 0(a1) */
        0x2180, /* c.fld fs0, 0(a1) */
        0xa07e, /* c.fsdsp ft11, 0(sp) */
        0x2002, /* c.fldsp ft0, 0(sp) */
    };
    for (unsigned i = 0; i < sizeof(insns) / sizeof(insns[0]); i++) {
        run(C_NOP | insns[i], PRIORITY(13));
        run(C_NOP | insns[i], PRIORITY(12));
    }
}

/* An illegal instruction before it is an access. */
static void off(void)
{
    fs_before = FS_OFF;
    run(fp_load(2, 1), PRIORITY(12));
    run(fp_store(3, 1), PRIORITY(13));
    fs_before = FS_INITIAL;
}

static void put_uart(void)
{
    static const unsigned regs[] = {1, UART_LCR, UART_MCR, UART_SCR};
    for (unsigned i = 0; i < 4; i++) {
        put_field(*(volatile uint8_t *)(UART + regs[i]));
    }
    guest_put("\n");
}

static void cache_blocks(void)
{
    static const uint64_t addresses[] = {PRIORITY(16), PRIORITY(16) + 5, PLIC_END - 1, UART,
                                         UART + UART_SCR};
    const uint32_t base = 0x0000200f | BASE << 15;
    for (unsigned i = 0; i < sizeof(addresses) / sizeof(addresses[0]); i++) {
        for (uint32_t operation = 0; operation < 3; operation++) { /* inval, clean, flush */
            run(base | operation << 20, addresses[i]);
        }
    }
    *(volatile uint32_t *)PRIORITY(16) = 5;
    run_showing(base | 4u << 20, PRIORITY(16) + 9, false);
    put_field(*(volatile uint32_t *)PRIORITY(16));
    guest_put("\n");
    run_showing(base | 4u << 20, HOLE, false);
    for (uint64_t i = 0; i < 2; i++) {
        *(volatile uint8_t *)(UART + UART_LCR) = 3;
        *(volatile uint8_t *)(UART + UART_SCR) = 0x5a;
        *(volatile uint8_t *)(UART + UART_MCR) = UART_MCR_LOOP; /* The zero stays in the UART. */
        run_showing(base | 4u << 20, UART + 24 * i, false);
        put_uart();
    }
}

void guest_main(uint64_t hart, const void *fdt)
{
    (void)hart, (void)fdt;
    guest_put("walk begin\n");
    widths();
    registers();
    compressed();
    off();
    cache_blocks();
    guest_put("walk end\n");
    guest_shutdown(false);
}
