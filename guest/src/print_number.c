/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers, by the guest_put() that the guest has. */
#include <hyp/guest/print.h>

#include <stddef.h>

void guest_put_dec(uint64_t number)
{
    char text[21];
    size_t i = sizeof(text) - 1;
    text[i] = 0;
    do {
        text[--i] = (char)('0' + number % 10);
        number /= 10;
    } while (number != 0);
    guest_put(text + i);
}

void guest_put_hex(uint64_t number)
{
    char text[19] = "0x0";
    int digits = 1;
    while (digits < 16 && (number >> (4 * digits)) != 0) {
        digits++;
    }
    for (int i = 0; i < digits; i++) {
        text[2 + i] = "0123456789abcdef"[(number >> (4 * (digits - 1 - i))) & 15];
    }
    text[2 + digits] = 0;
    guest_put(text);
}
