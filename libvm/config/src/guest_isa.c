/* SPDX-License-Identifier: Apache-2.0 */
/* The table of ISA extensions and its two spellings. */
#include <hyp/vm/guest_isa.h>

#define GUEST_ISA_TEXT(name, text) text,
static const char names[][sizeof("zihintpause")] = {GUEST_ISA_LIST(GUEST_ISA_TEXT)};

const char *guest_isa_name(enum guest_isa ext)
{
    return names[ext];
}

enum guest_isa guest_isa_find(const char *text, size_t length)
{
    return guest_isa_find_near(text, length, (enum guest_isa)0);
}

/* A lower-case letter is never 0, so the loop ends with the shorter of both. */
static bool is_name(const char *name, const char *text, size_t length)
{
    size_t n = 0;
    while (n < length && name[n] == guest_isa_lower(text[n])) {
        n++;
    }
    return n == length && name[n] == 0;
}

/*
 * Only names of the same kind are compared: single letters, those with a Z, and the others. Most
 * of them differ in the second letter already.
 */
enum guest_isa guest_isa_find_near(const char *text, size_t length, enum guest_isa near)
{
    uint32_t ext = 0;
    uint32_t end = GUEST_ISA_ZICBOM;
    if (length == 0) {
        return GUEST_ISA_COUNT;
    }
    if (near < GUEST_ISA_COUNT && is_name(names[near], text, length)) {
        return near;
    }
    if (length > 1) {
        bool has_z = guest_isa_lower(text[0]) == 'z';
        ext = has_z ? GUEST_ISA_ZICBOM : GUEST_ISA_SMCNTRPMF;
        end = has_z ? GUEST_ISA_SMCNTRPMF : GUEST_ISA_COUNT;
    }
    size_t at = length > 1 ? 1 : 0;
    while (ext < end &&
           (names[ext][at] != guest_isa_lower(text[at]) || !is_name(names[ext], text, length))) {
        ext++;
    }
    return ext < end ? (enum guest_isa)ext : GUEST_ISA_COUNT;
}

static char *put_text(char *to, const char *text)
{
    while (*text != '\0') {
        *to++ = *text++;
    }
    return to;
}

size_t guest_isa_write(uint64_t mask, enum guest_isa_form form, char *text)
{
    bool is_string = form == GUEST_ISA_STRING;
    char *to = is_string ? put_text(text, "rv64") : text;
    mask |= GUEST_ISA_ALWAYS;
    for (uint32_t ext = 0; ext < GUEST_ISA_COUNT; ext++) {
        const char *name = names[ext];
        if ((mask & BIT(ext)) == 0) {
            continue;
        }
        if (is_string && name[1] != '\0') {
            *to++ = '_';
        }
        to = put_text(to, name);
        *to = '\0';
        to += is_string ? 0 : 1;
    }
    return (size_t)(to - text) + (is_string ? 1 : 0);
}
