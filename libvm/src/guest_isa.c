/* SPDX-License-Identifier: Apache-2.0 */
/* The table of ISA extensions and its two spellings. */
#include <hyp/vm/guest_isa.h>

/* Arrays, not pointers: half the size. */
static const char isa_names[GUEST_ISA_COUNT][12] = {
#define GUEST_ISA_TEXT(name, text) [GUEST_ISA_##name] = text,
    GUEST_ISA_LIST(GUEST_ISA_TEXT)
#undef GUEST_ISA_TEXT
};

static size_t text_length(const char *text)
{
    size_t n = 0;
    while (text[n] != '\0') {
        n++;
    }
    return n;
}

const char *guest_isa_name(enum guest_isa ext)
{
    return isa_names[ext];
}

enum guest_isa guest_isa_find(const char *text, size_t length)
{
    return guest_isa_find_near(text, length, (enum guest_isa)0);
}

static bool is_name(uint32_t ext, const char *text, size_t length)
{
    const char *name = isa_names[ext];
    size_t n = 0;
    /* Most begin with z: the second letter tells them apart. */
    if (length > 1 && name[1] != text[1]) {
        return false;
    }
    while (n < length && name[n] != '\0' && name[n] == text[n]) {
        n++;
    }
    return n == length && name[n] == '\0';
}

enum guest_isa guest_isa_find_near(const char *text, size_t length, enum guest_isa likely)
{
    uint32_t e = likely < GUEST_ISA_COUNT ? likely : 0;
    for (uint32_t tries = 0; tries < GUEST_ISA_COUNT; tries++) {
        if (is_name(e, text, length)) {
            return (enum guest_isa)e;
        }
        e = e + 1 < GUEST_ISA_COUNT ? e + 1 : 0;
    }
    return GUEST_ISA_COUNT;
}

/* Appends `length` characters at `used`, which may run past `size`: the caller looks at the end. */
static size_t append(char *text, size_t size, size_t used, const char *what, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (used + i < size) {
            text[used + i] = what[i];
        }
    }
    return used + length;
}

size_t guest_isa_string(uint64_t mask, char *text, size_t size)
{
    mask |= GUEST_ISA_ALWAYS;
    size_t used = append(text, size, 0, "rv64", 4);
    for (uint32_t e = 0; e < GUEST_ISA_COUNT; e++) {
        if ((mask & BIT(e)) != 0) {
            size_t length = text_length(isa_names[e]);
            if (length > 1) {
                used = append(text, size, used, "_", 1);
            }
            used = append(text, size, used, isa_names[e], length);
        }
    }
    used = append(text, size, used, "", 1);
    return used <= size ? used : 0;
}

size_t guest_isa_names(uint64_t mask, char *text, size_t size)
{
    mask |= GUEST_ISA_ALWAYS;
    size_t used = 0;
    for (uint32_t e = 0; e < GUEST_ISA_COUNT; e++) {
        if ((mask & BIT(e)) != 0) {
            used = append(text, size, used, isa_names[e], text_length(isa_names[e]) + 1);
        }
    }
    return used <= size ? used : 0;
}
