/* SPDX-License-Identifier: Apache-2.0 */
/* The formatter writes what the C library's does, at any width and buffer size. */
#include <stdio.h>
#include <string.h>

#include <hyp/console/format.h>
#include <prop.h>

/* Small numbers and the edges are the likely ones. */
static uint64_t draw_number(void)
{
    return prop_u64(0) >> prop_u64(64);
}

void prop_run(void)
{
    static const char *const text[] = {"", "a", "guest", "a longer piece of text"};
    char fmt[24];
    char want[256];
    char got[64];
    char conv = "dxusc"[prop_u64(5)];
    bool number = conv == 'd' || conv == 'x' || conv == 'u';
    const char *zero = number && prop_bool() ? "0" : "";
    const char *l = number && prop_bool() ? "l" : "";
    unsigned width = (unsigned)prop_u64(40);
    size_t size = (size_t)prop_u64(sizeof(got) + 1);

    if (width == 0) {
        snprintf(fmt, sizeof(fmt), "<%%%s%s%c>", zero, l, conv);
    } else {
        snprintf(fmt, sizeof(fmt), "<%%%s%u%s%c>", zero, width, l, conv);
    }
    uint64_t value = draw_number();
    memset(got, 'Z', sizeof(got));
    size_t length;
    if (conv == 's') {
        const char *s = text[prop_u64(4)];
        snprintf(want, sizeof(want), fmt, s);
        length = format_buf(got, size, fmt, s);
    } else if (*l != '\0') {
        snprintf(want, sizeof(want), fmt, (unsigned long)value);
        length = format_buf(got, size, fmt, (unsigned long)value);
    } else {
        value = conv == 'c' ? 'A' + value % 26 : value;
        snprintf(want, sizeof(want), fmt, (unsigned)value);
        length = format_buf(got, size, fmt, (unsigned)value);
    }
    size_t whole = strlen(want);
    PROP_ASSERT(length == (size == 0 ? 0 : whole < size ? whole : size - 1));
    PROP_ASSERT(memcmp(got, want, length) == 0);
    PROP_ASSERT(size == 0 || got[length] == '\0');
    for (size_t i = length + 1; i < sizeof(got); i++) {
        PROP_ASSERT(got[i] == 'Z');
    }
}
