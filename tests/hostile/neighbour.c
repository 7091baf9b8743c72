/* SPDX-License-Identifier: Apache-2.0 */
/*
 * All that a VM can do to the hart that shows its bytes. Each way has its time; marks tell the
 * instruction counter when it begins and ends.
 */
#include "../bench/guest/mark.h"
#include "hostile.h"

#define WAY_TIME (GUEST_TIMEBASE_HZ / 40) /* 25 ms */
#define PERIOD (GUEST_TIMEBASE_HZ / 1000)
#define BURST 4u
#define SIE_STIE UINT64_C(0x20)
#define DBCN_WRITE 0
#define DBCN_WRITE_BYTE 2
#define UART_LSR 5
#define LSR_THRE 0x20

static char bytes[4096];
static const char *filled;

static void fill(const char *text)
{
    size_t length = 0;
    for (size_t i = 0; i < sizeof(bytes); i++) {
        length = text[length] != 0 ? length : 0;
        bytes[i] = text[length++];
    }
    filled = text;
}

static void write(const char *text)
{
    if (filled != text) {
        fill(text);
    }
    (void)guest_sbi(EXT_DBCN, DBCN_WRITE, sizeof(bytes), (uint64_t)bytes, 0);
}

static void write_byte(char c)
{
    (void)guest_sbi(EXT_DBCN, DBCN_WRITE_BYTE, (uint8_t)c, 0, 0);
}

static void sleep(uint64_t ticks)
{
    uint64_t until = guest_time() + ticks;
    guest_set_timer(until);
    guest_csr_write(sie, SIE_STIE);
    while (guest_time() < until) {
        __asm__ volatile("wfi");
    }
    guest_csr_write(sie, 0);
}

static uint8_t uart_read(uint64_t reg)
{
    return *(volatile uint8_t *)(UART + reg);
}

static void uart_write(uint64_t reg, uint8_t byte)
{
    *(volatile uint8_t *)(UART + reg) = byte;
}

/*
 * QEMU under -icount runs one hart at a time, and a busy one for long. A ring stays full while its
 * writer sleeps: so most of the time is the victim's, and what it pays can be compared with it.
 */
static void rest(void)
{
    sleep(PERIOD / 10);
}

static void nothing(uint64_t turn)
{
    (void)turn;
}

static void returns(uint64_t turn)
{
    (void)turn;
    write("\r");
}

static void lines(uint64_t turn)
{
    (void)turn;
    write("a line of text that is sixty-four bytes long with its line feed\n");
}

static void feeds(uint64_t turn)
{
    (void)turn;
    write("\n");
}

static void sequences(uint64_t turn)
{
    (void)turn;
    write("\033[6n\033[2J\a");
}

static void no_text(uint64_t turn)
{
    (void)turn;
    write("\xff\xe2\x80");
}

static void single_bytes(uint64_t turn)
{
    write_byte(turn % 64 == 63 ? '\n' : 'x');
    (void)guest_sbi(EXT_DBCN, DBCN_WRITE, 0, (uint64_t)bytes, 0);
}

/* A line that never ends, a byte each 0.2 ms. */
static void open_line(uint64_t turn)
{
    (void)turn;
    write_byte('o');
    sleep(PERIOD / 5);
}

/* A byte whenever the console hart may have gone to sleep: each is an interrupt there. */
static void kicks(uint64_t turn)
{
    write_byte(turn % 2 == 0 ? 'k' : '\n');
    sleep(PERIOD / 2 + turn % 40 * (PERIOD / 20));
}

/* Bytes for which there is no room. */
static void uart(uint64_t turn)
{
    uart_write(0, turn % 3 == 0 ? '\r' : 'u');
}

/* Writes sixteen bytes whenever there is room, like a driver; the console hart reports room. */
static void uart_driver(uint64_t turn)
{
    (void)turn;
    if ((uart_read(UART_LSR) & LSR_THRE) != 0) {
        for (unsigned i = 0; i < 16; i++) {
            uart_write(0, i == 15 ? '\n' : 'd');
        }
    }
}

static void ipis(uint64_t turn)
{
    (void)guest_sbi(EXT_IPI, 0, 3, 0, 0);
    write_byte(turn % 8 == 7 ? '\n' : 'i');
}

static void (*const way[])(uint64_t turn) = {
    nothing,      returns,   lines, feeds, sequences,   no_text,
    single_bytes, open_line, kicks, uart,  uart_driver, ipis,
};
#define WAYS (sizeof(way) / sizeof(way[0]))

static void attack(void)
{
    for (uint64_t now = 0; now < WAYS; now++) {
        uint64_t until = guest_time() + WAY_TIME;
        HYP_MARK(HYP_MARK_START, 8);
        for (uint64_t turn = 0; guest_time() < until; turn++) {
            way[now](turn);
            if (turn % BURST == 0) {
                rest();
            }
        }
        HYP_MARK(HYP_MARK_PATH, 8);
    }
}

/* Gets the other's IPIs. A second writer would wait for the VM's lock, which QEMU makes long. */
void hostile_second(uint64_t hart, uint64_t opaque)
{
    (void)hart;
    (void)opaque;
    for (;;) {
        __asm__ volatile("wfi");
    }
}

void guest_main(uint64_t hart, const void *fdt)
{
    (void)hart;
    (void)fdt;
    guest_csr_write(sie, 0);
    (void)guest_sbi(EXT_HSM, 0, 1, (uint64_t)_start, 0);
    attack();
    guest_put("\nhostile done\n");
    guest_shutdown(false);
}
