/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads its console by DBCN, READ_SIZE bytes a call, each POLL_MS milliseconds or all the time. At
 * a Q it says how many bytes came and their FNV-1a hash. From an F on it writes lines besides.
 */
#include <hyp/guest/guest.h>

#define EXT_DBCN 0x4442434e

static uint8_t bytes[READ_SIZE];
static bool floods;
static uint64_t count;
static uint64_t sum = 0xcbf29ce484222325;

uint64_t guest_trap(uint64_t cause, uint64_t epc, uint64_t tval)
{
    (void)cause;
    (void)tval;
    return epc;
}

static void say(void)
{
    guest_put("read ");
    guest_put_dec(count);
    guest_put(" sum ");
    guest_put_hex(sum);
    guest_put("\n");
    count = 0;
    sum = 0xcbf29ce484222325;
}

static void take(uint8_t byte)
{
    if (byte == 'Q') {
        say();
    } else if (byte == 'F') {
        floods = true;
    } else {
        count++;
        sum = (sum ^ byte) * 0x100000001b3;
    }
}

void guest_main(uint64_t hart, const void *fdt)
{
    (void)hart;
    (void)fdt;
    guest_put("ready\n");
    for (uint64_t turn = 0;; turn++) {
        struct guest_sbi r = guest_sbi(EXT_DBCN, 1, sizeof(bytes), (uint64_t)bytes, 0);
        for (uint64_t i = 0; r.error == 0 && i < r.value; i++) {
            take(bytes[i]);
        }
        if (floods) {
            guest_put("flood ");
            guest_put_dec(turn);
            guest_put(" of lines that the others wait for\n");
        }
        uint64_t end = guest_time() + POLL_MS * (GUEST_TIMEBASE_HZ / 1000);
        while (POLL_MS != 0 && guest_time() < end) {
        }
    }
}
