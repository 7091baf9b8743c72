/* SPDX-License-Identifier: Apache-2.0 */
/* The table of ISA extensions and its two spellings. */
#include <hyp/vm/guest_isa.h>

/* One behind the other, and where each begins: half the size of an array of equal ones. */
#define GUEST_ISA_ROOM(name, text) char name[sizeof(text)];
#define GUEST_ISA_TEXT(name, text) .name = text,
#define GUEST_ISA_AT(name, text) offsetof(struct names, name),
struct names {
    GUEST_ISA_LIST(GUEST_ISA_ROOM)
};
static const struct names names = {GUEST_ISA_LIST(GUEST_ISA_TEXT)};
static const uint8_t name_at[] = {GUEST_ISA_LIST(GUEST_ISA_AT) sizeof(names)};
_Static_assert(sizeof(names) <= UINT8_MAX, "name_at");

const char *guest_isa_name(enum guest_isa ext)
{
    return (const char *)&names + name_at[ext];
}

enum guest_isa guest_isa_find(const char *text, size_t length)
{
    return guest_isa_find_near(text, length, (enum guest_isa)0);
}

static bool is_name(uint32_t ext, const char *text, size_t length)
{
    /* Most differ in their length already. */
    if (length != (size_t)name_at[ext + 1] - name_at[ext] - 1) {
        return false;
    }
    const char *name = guest_isa_name((enum guest_isa)ext);
    size_t n = 0;
    while (n < length && name[n] == guest_isa_lower(text[n])) {
        n++;
    }
    return n == length;
}

/* Many names are none of ours: only those of the same first two letters are looked at. */
enum guest_isa guest_isa_find_near(const char *text, size_t length, enum guest_isa likely)
{
    uint32_t e = 0;
    uint32_t end = GUEST_ISA_ZICBOM;
    if (length == 0) {
        return GUEST_ISA_COUNT;
    }
    if (likely < GUEST_ISA_COUNT && is_name(likely, text, length)) {
        return likely;
    }
    if (length > 1) {
        e = guest_isa_lower(text[0]) == 'z' ? GUEST_ISA_ZICBOM : GUEST_ISA_SSAIA;
        end = guest_isa_lower(text[0]) == 'z' ? GUEST_ISA_SSAIA : GUEST_ISA_COUNT;
    }
    size_t at = length > 1 ? 1 : 0;
    while (e < end && (guest_isa_name((enum guest_isa)e)[at] != guest_isa_lower(text[at]) ||
                       !is_name(e, text, length))) {
        e++;
    }
    return e < end ? (enum guest_isa)e : GUEST_ISA_COUNT;
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
    for (uint32_t e = 0; e < GUEST_ISA_COUNT; e++) {
        const char *name = guest_isa_name((enum guest_isa)e);
        if ((mask & BIT(e)) == 0) {
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
