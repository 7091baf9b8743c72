/* SPDX-License-Identifier: Apache-2.0 */
/* Small rather than fast; copies of aligned words are an exception. */
#include <string.h>

#include <stdint.h>

void *memcpy(void *restrict to, const void *restrict from, size_t n)
{
    uint8_t *d = to;
    const uint8_t *s = from;
    if ((((uintptr_t)d | (uintptr_t)s) & 7) == 0) {
        for (; n >= 8; n -= 8, d += 8, s += 8) {
            *(uint64_t *)(void *)d = *(const uint64_t *)(const void *)s;
        }
    }
    while (n-- != 0) {
        *d++ = *s++;
    }
    return to;
}

void *memmove(void *to, const void *from, size_t n)
{
    uint8_t *d = to;
    const uint8_t *s = from;
    if ((uintptr_t)d - (uintptr_t)s >= n) {
        return memcpy(to, from, n);
    }
    while (n-- != 0) {
        d[n] = s[n];
    }
    return to;
}

void *memset(void *to, int byte, size_t n)
{
    uint8_t *d = to;
    uint64_t word = (uint8_t)byte * UINT64_C(0x0101010101010101);
    if (((uintptr_t)d & 7) == 0) {
        for (; n >= 8; n -= 8, d += 8) {
            *(uint64_t *)(void *)d = word;
        }
    }
    while (n-- != 0) {
        *d++ = (uint8_t)byte;
    }
    return to;
}

int memcmp(const void *a, const void *b, size_t n)
{
    const uint8_t *p = a;
    const uint8_t *q = b;
    for (; n != 0; n--, p++, q++) {
        if (*p != *q) {
            return *p - *q;
        }
    }
    return 0;
}

void *memchr(const void *s, int byte, size_t n)
{
    const uint8_t *p = s;
    for (; n != 0; n--, p++) {
        if (*p == (uint8_t)byte) {
            return (void *)(uintptr_t)p;
        }
    }
    return NULL;
}

size_t strlen(const char *s)
{
    size_t n = 0;
    while (s[n] != 0) {
        n++;
    }
    return n;
}

size_t strnlen(const char *s, size_t max)
{
    size_t n = 0;
    while (n < max && s[n] != 0) {
        n++;
    }
    return n;
}

int strcmp(const char *a, const char *b)
{
    return strncmp(a, b, SIZE_MAX);
}

int strncmp(const char *a, const char *b, size_t n)
{
    for (; n != 0; n--, a++, b++) {
        if (*a != *b || *a == 0) {
            return (uint8_t)*a - (uint8_t)*b;
        }
    }
    return 0;
}

char *strchr(const char *s, int c)
{
    for (;; s++) {
        if (*s == (char)c) {
            return (char *)(uintptr_t)s;
        }
        if (*s == 0) {
            return NULL;
        }
    }
}

char *strrchr(const char *s, int c)
{
    const char *last = NULL;
    for (;; s++) {
        if (*s == (char)c) {
            last = s;
        }
        if (*s == 0) {
            return (char *)(uintptr_t)last;
        }
    }
}

unsigned long strtoul(const char *restrict s, char **restrict end, int base);
unsigned long strtoul(const char *restrict s, char **restrict end, int base)
{
    unsigned long value = 0;
    unsigned radix = (unsigned)base;
    if ((radix == 0 || radix == 16) && s[0] == '0' && (s[1] | 0x20) == 'x') {
        s += 2;
        radix = 16;
    }
    radix = radix == 0 ? 10 : radix;
    for (;; s++) {
        unsigned c = (unsigned)(uint8_t)*s;
        unsigned digit = c - '0' < 10 ? c - '0' : (c | 0x20) - 'a' + 10;
        if (digit >= radix || (c - '0' >= 10 && (c | 0x20) - 'a' >= 26)) {
            break;
        }
        value = value * radix + digit;
    }
    if (end != NULL) {
        *end = (char *)(uintptr_t)s;
    }
    return value;
}
