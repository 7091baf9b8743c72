/* SPDX-License-Identifier: Apache-2.0 */
/* Printing of guests that own the UART: tests/guests/guest.h without the SBI console. */
#include "tests/guests/guest.h"

#define EXT_SRST 0x53525354
#define UART UINT64_C(0x10000000)
#define UART_LSR 5
#define UART_LSR_THRE 0x20

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

void guest_put(const char *s)
{
    volatile uint8_t *uart = (volatile uint8_t *)UART;
    for (; *s != 0; s++) {
        while ((uart[UART_LSR] & UART_LSR_THRE) == 0) {
        }
        *uart = (uint8_t)*s;
    }
}

void guest_put_dec(uint64_t x)
{
    char digits[21];
    size_t i = sizeof(digits) - 1;
    digits[i] = 0;
    do {
        digits[--i] = (char)('0' + x % 10);
        x /= 10;
    } while (x != 0);
    guest_put(digits + i);
}

void guest_put_hex(uint64_t x)
{
    char digits[17];
    size_t i = sizeof(digits) - 1;
    digits[i] = 0;
    do {
        digits[--i] = "0123456789abcdef"[x & 15];
        x >>= 4;
    } while (x != 0);
    guest_put("0x");
    guest_put(digits + i);
}

_Noreturn void guest_shutdown(bool failed)
{
    (void)guest_sbi(EXT_SRST, 0, 0, failed ? 1 : 0, 0);
    for (;;) {
    }
}
