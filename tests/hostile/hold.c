/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Holds the shared line open, a byte each 0.2 ms and never a line feed, from 1.5 s on; as the
 * victim it writes 300 lines before that and 300 after, and says what each took.
 */
#include <hyp/guest/guest.h>

#define EXT_DBCN 0x4442434e
#define LINES 300u
#define PATIENCE (GUEST_TIMEBASE_HZ / 100)
#define BEGIN (GUEST_TIMEBASE_HZ * 3 / 2)
#define END (GUEST_TIMEBASE_HZ * 4)
#define SIE_STIE UINT64_C(0x20)
#define US (GUEST_TIMEBASE_HZ / 1000000)

static uint64_t born;

uint64_t guest_trap(uint64_t cause, uint64_t epc, uint64_t tval)
{
    (void)cause;
    (void)tval;
    return epc;
}

static void sleep_until(uint64_t when)
{
    guest_set_timer(when);
    guest_csr_write(sie, SIE_STIE);
    while (guest_time() < when) {
        __asm__ volatile("wfi");
    }
    guest_csr_write(sie, 0);
}

static void write(const char *text, uint64_t size)
{
    for (uint64_t done = 0; done < size;) {
        struct guest_sbi r = guest_sbi(EXT_DBCN, 0, size - done, (uint64_t)(text + done), 0);
        done += r.value;
        if (done < size) {
            sleep_until(guest_time() + GUEST_TIMEBASE_HZ / 2000);
        }
    }
}

static uint64_t lines(void)
{
    static const char line[] = "a line of the victim\n";
    uint64_t start = guest_time();
    for (unsigned i = 0; i < LINES; i++) {
        write(line, sizeof(line) - 1);
    }
    return guest_time() - start;
}

static void measure(void)
{
    uint64_t alone = lines();
    sleep_until(born + BEGIN + GUEST_TIMEBASE_HZ / 10);
    uint64_t beside = lines();
    guest_put("alone_us ");
    guest_put_dec(alone / US);
    guest_put(" beside_us ");
    guest_put_dec(beside / US);
    guest_put(beside <= alone + alone / 2 + 2 * PATIENCE ? " bounded\n" : " FAIL\n");
}

static void hold(void)
{
    sleep_until(born + BEGIN);
    while (guest_time() < born + END) {
        (void)guest_sbi(EXT_DBCN, 2, 'h', 0, 0);
        sleep_until(guest_time() + GUEST_TIMEBASE_HZ / 5000);
    }
}

void guest_main(uint64_t hart, const void *fdt)
{
    (void)hart;
    (void)fdt;
    born = guest_time();
    if (VICTIM) {
        measure();
    } else {
        hold();
    }
    guest_shutdown(false);
}
