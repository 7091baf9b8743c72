/* SPDX-License-Identifier: Apache-2.0 */
/* SBI and printing of the bare-metal guests. A line is collected and goes out by few calls. */
#include "guest.h"

#define EXT_DBCN 0x4442434e
#define EXT_SRST 0x53525354

static char line[256];
static size_t length;

struct guest_sbi guest_sbi(uint64_t ext, uint64_t fid, uint64_t a0, uint64_t a1, uint64_t a2)
{
    register uint64_t r0 __asm__("a0") = a0;
    register uint64_t r1 __asm__("a1") = a1;
    register uint64_t r2 __asm__("a2") = a2;
    register uint64_t r6 __asm__("a6") = fid;
    register uint64_t r7 __asm__("a7") = ext;
    __asm__ volatile("ecall" : "+r"(r0), "+r"(r1) : "r"(r2), "r"(r6), "r"(r7) : "memory");
    return (struct guest_sbi){.error = (long)r0, .value = r1};
}

static void flush(void)
{
    size_t done = 0;
    while (done < length) {
        struct guest_sbi r = guest_sbi(EXT_DBCN, 0, length - done, (uint64_t)(line + done), 0);
        if (r.error != 0) {
            break;
        }
        done += r.value;
    }
    length = 0;
}

void guest_put(const char *s)
{
    for (; *s != 0; s++) {
        line[length++] = *s;
        if (*s == '\n' || length == sizeof(line)) {
            flush();
        }
    }
}

void guest_put_dec(uint64_t x)
{
    char text[21];
    size_t i = sizeof(text) - 1;
    text[i] = 0;
    do {
        text[--i] = (char)('0' + x % 10);
        x /= 10;
    } while (x != 0);
    guest_put(text + i);
}

void guest_put_hex(uint64_t x)
{
    char text[19] = "0x0";
    int digits = 1;
    while (digits < 16 && (x >> (4 * digits)) != 0) {
        digits++;
    }
    for (int i = 0; i < digits; i++) {
        text[2 + i] = "0123456789abcdef"[(x >> (4 * (digits - 1 - i))) & 15];
    }
    text[2 + digits] = 0;
    guest_put(text);
}

_Noreturn void guest_shutdown(bool failed)
{
    flush();
    (void)guest_sbi(EXT_SRST, 0, 0, failed ? 1 : 0, 0);
    for (;;) {
    }
}
