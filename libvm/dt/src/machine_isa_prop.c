/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any set of extensions is read back from any of its spellings: versions, case, underscores, names
 * that guest_isa.h does not have between. Any bytes can be read, and no byte behind them is.
 */
#include "machine_isa.h"

#include <prop.h>

#include <stdlib.h>
#include <string.h>

static char text[2048];
static size_t length;

static void put(const char *s)
{
    for (; *s != 0; s++) {
        bool upper = *s >= 'a' && *s <= 'z' && prop_u64(4) == 0;
        text[length++] = (char)(upper ? *s - 0x20 : *s);
    }
}

static void put_version(void)
{
    static const char *const versions[] = {"", "", "2", "1p0", "10p12"};
    put(versions[prop_u64(5)]);
}

/* Puts an unknown name between two extensions, or none. No name begins with p: behind a version
 * that is its minor part. */
static void put_noise(void)
{
    static const char *const names[] = {"", "", "_zfoo", "_xhv2p0", "_sv39", "_zve64x", "_smaia1"};
    put(names[prop_u64(7)]);
}

static bool is_letter(uint32_t ext)
{
    return guest_isa_name((enum guest_isa)ext)[1] == 0;
}

/* Letters, at first behind each other, then names; the first of them may follow a letter at once.
 */
static void put_set(uint64_t set, bool h)
{
    bool separated = prop_bool();
    put("rv64");
    for (uint32_t e = 0; e < GUEST_ISA_COUNT && is_letter(e); e++) {
        if ((set & BIT(e)) != 0) {
            put(prop_u64(4) == 0 ? "_" : "");
            put(guest_isa_name((enum guest_isa)e));
            put_version();
        }
    }
    if (h) {
        put("h");
        put_version();
    }
    for (uint32_t e = 0; e < GUEST_ISA_COUNT; e++) {
        if ((set & BIT(e)) != 0 && !is_letter(e)) {
            put(separated ? "_" : "");
            put(guest_isa_name((enum guest_isa)e));
            put_version();
            separated = true;
            put_noise();
        }
    }
}

static uint64_t closure(uint64_t set)
{
    uint64_t isa = set;
    isa |= (isa & BIT(GUEST_ISA_V)) != 0 ? BIT(GUEST_ISA_D) : 0;
    isa |= (isa & BIT(GUEST_ISA_D)) != 0 ? BIT(GUEST_ISA_F) : 0;
    if ((isa & BIT(GUEST_ISA_I)) != 0) {
        isa |= BIT(GUEST_ISA_ZICNTR) | BIT(GUEST_ISA_ZICSR) | BIT(GUEST_ISA_ZIFENCEI) |
               BIT(GUEST_ISA_ZIHPM);
    }
    return isa;
}

void prop_run(void)
{
    uint64_t set = prop_u64(0) & GUEST_ISA_ALL;
    bool h = prop_bool();
    length = 0;
    put_set(set, h);
    struct machine_isa isa = machine_isa_of_string(text, length);
    PROP_ASSERT(isa.set == closure(set) && isa.h == h);

    for (uint64_t changes = prop_u64(8); changes != 0; changes--) {
        text[prop_u64(length)] = (char)prop_u64(256);
    }
    size_t size = prop_u64(length + 1);
    char *copy = malloc(size + 1);
    memcpy(copy + 1, text, size);
    (void)machine_isa_of_string(copy + 1, size);
    (void)machine_isa_of_names(copy + 1, size);
    (void)machine_isa_base_is_rv64i(copy + 1, size);
    free(copy);
}
