/* SPDX-License-Identifier: Apache-2.0 */
/* What a hart's device tree node says of its ISA. */
#include "machine_isa.h"

#include <string.h>

struct isa_reader {
    struct machine_isa isa;
    enum guest_isa likely; /* Names come in the table's order: the next one's place. */
};

static void add_extension(struct isa_reader *i, const char *name, size_t length)
{
    enum guest_isa ext = guest_isa_find_near(name, length, i->likely);
    if (ext < GUEST_ISA_COUNT) {
        i->isa.set |= BIT(ext);
        i->likely = (enum guest_isa)(ext + 1);
    }
    i->isa.h = i->isa.h || (length == 1 && *name == 'h');
}

/* "rv64imafdch_zicbom_…": letters one by one, then names behind underscores. */
struct machine_isa machine_isa_of_string(const char *s, size_t length)
{
    struct isa_reader i = {.isa = {0}};
    size_t at = length >= 4 && memcmp(s, "rv64", 4) == 0 ? 4 : 0;
    for (; at < length && s[at] != 0 && s[at] != '_'; at++) {
        add_extension(&i, s + at, 1);
    }
    while (at < length && s[at] == '_') {
        size_t from = ++at;
        while (at < length && s[at] != 0 && s[at] != '_') {
            at++;
        }
        add_extension(&i, s + from, at - from);
    }
    return i.isa;
}

/* "i\0m\0a\0…" */
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
