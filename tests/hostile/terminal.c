/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sends what means something to a terminal, to a decoder of UTF-8 or to who splits lines, and says
 * what it is typed: "got NN NN …" for the bytes up to the next letter. A q ends it.
 */
#include <hyp/guest/guest.h>

#define EXT_DBCN 0x4442434e
#define PIECES 24u

static const char *const nasty[] = {
    "\n",
    "\r",
    "\r\n",
    "\n\r",
    "\t",
    "\b",
    "\a",
    "\v",
    "\f",
    "\x1c",
    "\x1d",
    "\x1e",
    "\x1f",
    "\x7f",
    "\x18",
    "\x1a",
    "\x05",
    "\x0e",
    "\x0f",
    "\xc2\x85",
    "\xe2\x80\xa8",
    "\xe2\x80\xa9",
    "\xc2\x9b",
    "\x9b",
    "\x85",
    "\x1b[6n",
    "\x1b[2J",
    "\x1b]0;hyp: ",
    "\x1bP+q",
    "\x1b(0",
    "\x1b",
    "\xc0\x8a",
    "\xe0\x80\x8a",
    "\xed\xa0\x80",
    "\xf4\x90\x80\x80",
    "\xf0\x9f\x98\x80",
    "\xe2\x82\xac",
    "\xc3\xa9",
    "\nhyp: x",
    "\n[a] x",
    "\n[b] x",
    "text",
    "\xff",
    "\xe2\x80",
    "\xc2",
    "\x1b[1A\rhyp: y",
};

static uint64_t state = SEED;
static uint8_t in;

static uint64_t draw(uint64_t bound)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state % bound;
}

uint64_t guest_trap(uint64_t cause, uint64_t epc, uint64_t tval)
{
    (void)cause;
    (void)tval;
    return epc;
}

static void attack(void)
{
    for (unsigned i = 0; i < PIECES; i++) {
        char byte[2] = {(char)(1 + draw(255)), 0};
        guest_put(draw(4) == 0 ? byte : nasty[draw(sizeof(nasty) / sizeof(nasty[0]))]);
    }
    guest_put("\n");
}

static bool is_typed(void)
{
    struct guest_sbi r = guest_sbi(EXT_DBCN, 1, 1, (uint64_t)&in, 0);
    return r.error == 0 && r.value == 1;
}

void guest_main(uint64_t hart, const void *fdt)
{
    static const char digits[] = "0123456789abcdef";
    (void)hart;
    (void)fdt;
    uint64_t next = guest_time();
    while (in != 'q') {
        if (guest_time() >= next) {
            attack();
            next = guest_time() + GUEST_TIMEBASE_HZ / 20;
        }
        if (!is_typed()) {
            continue;
        }
        guest_put("\ngot");
        do {
            char text[4] = {' ', digits[in >> 4], digits[in & 15], 0};
            guest_put(text);
        } while ((in < 'a' || in > 'z') && is_typed());
        guest_put("\n");
    }
    guest_shutdown(false);
}
