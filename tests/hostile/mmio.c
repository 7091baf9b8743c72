/* SPDX-License-Identifier: Apache-2.0 */
/* All sizes and alignments, loads and stores, on an emulated device (DEVICE 0: PLIC, 1: UART). */
#include "hostile.h"

void hostile_second(uint64_t hart, uint64_t opaque)
{
    (void)hart;
    (void)opaque;
}

static const char *const loads[4] = {try_lbu, try_lhu, try_lwu, try_ld};
static const char *const stores[4] = {try_sb, try_sh, try_sw, try_sd};
static const char *const names[2][4] = {
    {"load.1", "load.2", "load.4", "load.8"},
    {"store.1", "store.2", "store.4", "store.8"},
};

/* Does the machine's own device answer, too? Else the access is to fault. */
static bool answers(uint64_t offset, unsigned size)
{
    if (DEVICE == 1) {
        return offset < 8 && offset % size == 0;
    }
    /* Words; and, as QEMU's bus does it, two words at 4 mod 8. */
    bool inside = offset + size <= PLIC_SIZE;
    return inside && offset % 4 == 0 && (size == 4 || (size == 8 && offset % 8 == 4));
}

static uint64_t base(void)
{
    return DEVICE == 1 ? UART : PLIC;
}

/* Every value for the UART keeps MCR.LOOP set, so that nothing is transmitted. */
static uint64_t stored(void)
{
    return DEVICE == 1 ? 0x10 : hostile_random();
}

struct sweep {
    uint64_t wrong[2][4];
    uint64_t tried[2][4];
};

static void try_all(struct sweep *s, uint64_t offset)
{
    uint64_t at = hostile_view(base() + offset);
    for (unsigned k = 0; k < 4; k++) {
        bool right = answers(offset, 1u << k);
        bool load = hostile_trap_is(loads[k], at, 0, right ? NO_TRAP : LOAD_ACCESS);
        bool store = hostile_trap_is(stores[k], at, stored(), right ? NO_TRAP : STORE_ACCESS);
        s->wrong[0][k] += load ? 0 : 1;
        s->wrong[1][k] += store ? 0 : 1;
        s->tried[0][k]++;
        s->tried[1][k]++;
    }
}

static void report(const struct sweep *s)
{
    for (unsigned i = 0; i < 8; i++) {
        hostile_sweep_done(names[i / 4][i % 4], s->wrong[i / 4][i % 4], s->tried[i / 4][i % 4]);
    }
}

static void sweep(void)
{
    /* Addresses of the PLIC's registers, and the edges between them. */
    typedef uint64_t edges[2];
    static const edges plic[] = {
        {0, 0x300},           {0xff8, 0x1108},      {0x1ff8, 0x2300},
        {0x1ffff8, 0x200018}, {0x200ff8, 0x201018}, {0x201ff8, 0x202018},
        {0x202ff8, 0x203018}, {0x203ff8, 0x204018}, {0x5ffff0, 0x600010},
    };
    static const edges uart[] = {{0, 0x110}, {0xff0, 0x1010}};
    const edges *window = DEVICE == 1 ? uart : plic;
    unsigned count = DEVICE == 1 ? 2 : 9;
    static struct sweep s;
    for (unsigned i = 0; i < 8; i++) {
        s.wrong[i / 4][i % 4] = 0;
        s.tried[i / 4][i % 4] = 0;
    }
    for (unsigned i = 0; i < count; i++) {
        for (uint64_t offset = window[i][0]; offset < window[i][1]; offset++) {
            try_all(&s, offset);
        }
    }
    for (unsigned i = 0; DEVICE == 0 && i < 4096; i++) {
        try_all(&s, hostile_random() % PLIC_SIZE);
    }
    report(&s);
}

static void plic_registers(void)
{
    uint64_t at = hostile_view(PLIC);
    hostile_value("priority.write", try_sw, at + 40, 5, at + 40);
    hostile_value("priority.read", try_lw, at + 40, 0, 5);
    hostile_value("priority.c_sw", try_c_sw, at + 40, 3, at + 40);
    hostile_value("priority.c_lw", try_c_lw, at + 40, 0, 3);
    hostile_value("priority.x0", try_lw_x0, at + 40, 0, at + 40);
    hostile_value("priority.of_0", try_sw, at, 7, at);
    hostile_value("priority.of_0_is_0", try_lw, at, 0, 0);
    hostile_value("pending.write", try_sw, at + 0x1000, UINT64_MAX, at + 0x1000);
    hostile_value("pending.is_0", try_lw, at + 0x1000, 0, 0);
    hostile_value("claim.none", try_lw, at + 0x201004, 0, 0);
    hostile_value("complete.garbage", try_sw, at + 0x201004, UINT64_MAX, at + 0x201004);
    hostile_value("no_context.read", try_lw, at + 0x5fff00, 0, 0);
}

static void uart_registers(void)
{
    uint64_t at = hostile_view(UART);
    hostile_value("scr.write", try_sb, at + 7, 0x85, at + 7);
    hostile_value("scr.lbu", try_lbu, at + 7, 0, 0x85);
    hostile_value("scr.lb", try_lb, at + 7, 0, UINT64_C(0xffffffffffffff85));
    hostile_value("scr.x0", try_lw_x0, at + 4, 0, at + 4);
    hostile_value("mcr.sw", try_sw, at + 4, 0xffffff10, at + 4);
    hostile_value("mcr.lw", try_lw, at + 4, 0, 0x10);
    hostile_value("mcr.lwu", try_lwu, at + 4, 0, 0x10);
    hostile_value("mcr.c_lw", try_c_lw, at + 4, 0, 0x10);
    hostile_value("mcr.lh", try_lh, at + 4, 0, 0x10);
    hostile_value("lcr.dlab", try_sb, at + 3, 0x80, at + 3);
    hostile_value("dll.sd", try_sd, at, 0x99, at);
    hostile_value("dll.ld", try_ld, at, 0, 0x99);
    hostile_value("lcr.no_dlab", try_sb, at + 3, 0x03, at + 3);
    hostile_value("lsr.empty_first", try_sb, at + 2, 0x07, at + 2);
    hostile_value("loop.thr", try_sb, at, 'x', at);
    hostile_value("loop.rbr", try_lbu, at, 0, 'x');
    hostile_value("lsr", try_lbu, at + 5, 0, 0x60);
}

static void group(void)
{
    if (DEVICE == 1) {
        (void)hostile_trap_is(try_sb, hostile_view(UART + 4), 0x10, NO_TRAP);
    }
    sweep();
    if (DEVICE == 1) {
        uart_registers();
    } else {
        plic_registers();
    }
}

void guest_main(uint64_t hart, const void *fdt)
{
    (void)hart;
    (void)fdt;
    hostile_begin();
    group();
    hostile_paging_on();
    group();
    hostile_set_user(true);
    group();
    hostile_done(DEVICE == 1 ? "mmio_uart" : "mmio_plic");
    guest_shutdown(false);
}
