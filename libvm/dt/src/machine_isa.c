/* SPDX-License-Identifier: Apache-2.0 */
/* Parses the ISA of a hart from its device tree node. */
#include "machine_isa.h"

struct isa_reader {
    struct machine_isa isa;
    enum guest_isa next; /* The next name, if names come in the table's order. */
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

_Static_assert(GUEST_ISA_I == 0 && GUEST_ISA_D == 4, "IMAFD");

/* Extensions that a single letter stands for besides itself. */
static uint32_t implied(char letter)
{
    switch (letter) {
    case 'g': return 0x1f; /* IMAFD; Zicsr and Zifencei go with I. */
    case 'd': return BIT(GUEST_ISA_F);
    case 'q':
    case 'v': return BIT(GUEST_ISA_F) | BIT(GUEST_ISA_D);
    default: return 0;
    }
}

static void add_extension(struct isa_reader *i, const char *name, size_t length)
{
    enum guest_isa ext = guest_isa_find_near(name, length, i->next);
    if (ext < GUEST_ISA_COUNT) {
        i->isa.set |= BIT(ext);
        i->next = (enum guest_isa)(ext + 1);
    }
    if (length == 1) {
        i->isa.set |= implied(guest_isa_lower(*name));
        i->isa.h = i->isa.h || guest_isa_lower(*name) == 'h';
    }
}

/* True if s[at] belongs to a version number behind a name, as in "2" and "2p1". */
static bool is_version(const char *s, size_t at, size_t end)
{
    return at < end && (is_digit(s[at]) || (guest_isa_lower(s[at]) == 'p' && is_digit(s[at - 1]) &&
                                            at + 1 < end && is_digit(s[at + 1])));
}

static bool begins(const char *s, size_t length, const char *with)
{
    for (; *with != 0; with++, s++, length--) {
        if (length == 0 || guest_isa_lower(*s) != *with) {
            return false;
        }
    }
    return true;
}

bool machine_isa_base_is_rv64i(const char *s, size_t length)
{
    return begins(s, length, "rv64i");
}

/* Single letters, and from s, x or z to the next underscore a name of several. */
struct machine_isa machine_isa_of_string(const char *s, size_t length)
{
    struct isa_reader i = {.isa = {0}};
    size_t end = 0;
    while (end < length && s[end] != 0) {
        end++;
    }
    size_t at = begins(s, end, "rv64") ? 4 : end;
    while (at < end) {
        size_t from = at++;
        char c = guest_isa_lower(s[from]);
        if (c == 's' && at < end && guest_isa_lower(s[at]) == 'u' && s[from - 1] != '_') {
            at++; /* Old trees: supervisor and user mode, as two letters. */
        } else if (c == 's' || c == 'x' || c == 'z') {
            while (at < end && s[at] != '_') {
                at++;
            }
            size_t last = at;
            while (is_version(s, last - 1, at)) {
                last--;
            }
            add_extension(&i, s + from, last - from);
        } else if (s[from] != '_') {
            add_extension(&i, s + from, 1);
            while (is_version(s, at, end)) {
                at++;
            }
        }
    }
    if ((i.isa.set & BIT(GUEST_ISA_I)) != 0) {
        i.isa.set |= BIT(GUEST_ISA_ZICNTR) | BIT(GUEST_ISA_ZICSR) | BIT(GUEST_ISA_ZIFENCEI) |
                     BIT(GUEST_ISA_ZIHPM);
    }
    return i.isa;
}

struct machine_isa machine_isa_of_names(const char *s, size_t length)
{
    struct isa_reader i = {.isa = {0}};
    for (size_t at = 0; at < length; at++) {
        size_t from = at;
        while (at < length && s[at] != 0) {
            at++;
        }
        add_extension(&i, s + from, at - from);
    }
    return i.isa;
}
