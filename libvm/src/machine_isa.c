/* SPDX-License-Identifier: Apache-2.0 */
/* What a hart's device tree node says of its ISA. */
#include "machine_isa.h"

struct isa_reader {
    struct machine_isa isa;
    enum guest_isa likely; /* Names come in the table's order: the next one's place. */
};

/* ISA strings are case insensitive. Right for letters; what else it maps is no letter. */
static char lower(char c)
{
    return (char)(c | 0x20);
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* What a single letter stands for besides itself. */
static uint64_t implied(char letter)
{
    switch (letter) {
    case 'g':
        return BIT(GUEST_ISA_I) | BIT(GUEST_ISA_M) | BIT(GUEST_ISA_A) | BIT(GUEST_ISA_F) |
               BIT(GUEST_ISA_D) | BIT(GUEST_ISA_ZICSR) | BIT(GUEST_ISA_ZIFENCEI);
    case 'b': return BIT(GUEST_ISA_ZBA) | BIT(GUEST_ISA_ZBB) | BIT(GUEST_ISA_ZBS);
    case 'd': return BIT(GUEST_ISA_F);
    case 'q':
    case 'v': return BIT(GUEST_ISA_F) | BIT(GUEST_ISA_D);
    default: return 0;
    }
}

static void add_extension(struct isa_reader *i, const char *name, size_t length)
{
    enum guest_isa ext = guest_isa_find_near(name, length, i->likely);
    if (ext < GUEST_ISA_COUNT) {
        i->isa.set |= BIT(ext);
        i->likely = (enum guest_isa)(ext + 1);
    }
    if (length == 1) {
        i->isa.set |= implied(lower(*name));
        i->isa.h = i->isa.h || lower(*name) == 'h';
    }
}

/* The index behind a version number at `at`: "2", "2p1"; a p without a minor number is a letter. */
static size_t skip_version(const char *s, size_t at, size_t end)
{
    bool minor = false;
    while (at < end) {
        bool point = !minor && lower(s[at]) == 'p' && at + 1 < end && is_digit(s[at - 1]) &&
                     is_digit(s[at + 1]);
        if (!point && !is_digit(s[at])) {
            break;
        }
        minor = minor || point;
        at++;
    }
    return at;
}

/* The length of a name of several letters, which ends with a letter, without its version. */
static size_t name_length(const char *name, size_t length)
{
    size_t n = length;
    while (n > 0 && is_digit(name[n - 1])) {
        n--;
    }
    size_t major = n > 0 && n < length && lower(name[n - 1]) == 'p' ? n - 1 : 0;
    if (major > 0 && is_digit(name[major - 1])) {
        for (n = major; n > 0 && is_digit(name[n - 1]); n--) {
        }
    }
    return n;
}

static bool has_prefix(const char *s, size_t length)
{
    return length >= 4 && lower(s[0]) == 'r' && lower(s[1]) == 'v' && s[2] == '6' && s[3] == '4';
}

bool machine_isa_base_is_rv64i(const char *s, size_t length)
{
    return has_prefix(s, length) && length >= 5 && lower(s[4]) == 'i';
}

/* Single letters, and from s, x or z to the next underscore a name of several. */
struct machine_isa machine_isa_of_string(const char *s, size_t length)
{
    struct isa_reader i = {.isa = {0}};
    size_t end = 0;
    while (end < length && s[end] != 0) {
        end++;
    }
    size_t at = has_prefix(s, end) ? 4 : end;
    while (at < end) {
        size_t from = at++;
        char c = lower(s[from]);
        if (c == 's' && at < end && lower(s[at]) == 'u' && s[from - 1] != '_') {
            at++; /* Old trees: supervisor and user mode, as two letters. */
        } else if (c == 's' || c == 'x' || c == 'z') {
            while (at < end && s[at] != '_') {
                at++;
            }
            add_extension(&i, s + from, name_length(s + from, at - from));
        } else if (s[from] != '_') {
            add_extension(&i, s + from, 1);
            at = skip_version(s, at, end);
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
