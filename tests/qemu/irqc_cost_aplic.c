/* SPDX-License-Identifier: Apache-2.0 */
/* An APLIC's costs; MSI: 1 in MSI delivery mode, with IMSICs. */
#include "irqc_cost.h"

#define APLIC UINT64_C(0x0d000000)
#define DOMAINCFG APLIC
#define DOMAINCFG_IE 0x100
#define SOURCECFG(source) (APLIC + 4 * (source))
#define SETIP (APLIC + 0x1c00)
#define SETIPNUM (APLIC + 0x1cdc)
#define IN_CLRIP (APLIC + 0x1d00)
#define CLRIPNUM (APLIC + 0x1ddc)
#define SETIE (APLIC + 0x1e00)
#define SETIENUM (APLIC + 0x1edc)
#define CLRIE (APLIC + 0x1f00)
#define CLRIENUM (APLIC + 0x1fdc)
#define SETIPNUM_LE (APLIC + 0x2000)
#define GENMSI (APLIC + 0x3000)
#define TARGET(source) (APLIC + 0x3000 + 4 * (source))
#define IDC(hart) (APLIC + 0x4000 + 0x20 * (hart))
#define IDELIVERY 0x00
#define IFORCE 0x04
#define ITHRESHOLD 0x08
#define TOPI 0x18
#define CLAIMI 0x1c
#define EDGE1 4u
#define LEVEL1 6u
#define IMSIC UINT64_C(0x28000000)

#define ALL UINT32_MAX

/* The best requests of each hart in direct mode are in word 0. */
static uint32_t target(uint32_t source)
{
    uint32_t hart = source % HARTS;
    return hart << 18 | (MSI ? 1 + source % 200 : source < 32 ? 1 : 2 + source / HARTS % 6);
}

static void all_words(uint64_t base)
{
    for (uint32_t w = 0; w < WORDS; w++) {
        put32(base + 4 * w, ALL);
    }
}

/* Every source pends, and with `enabled` is a request. */
static void fill(bool enabled)
{
    all_words(CLRIE);
    all_words(SETIP);
    if (enabled) {
        all_words(SETIE);
    }
}

void cost_set_up(void)
{
    for (uint32_t s = 1; s < SOURCES; s++) {
        put32(SOURCECFG(s), s == UART || s == RTC ? LEVEL1 : EDGE1);
        put32(TARGET(s), target(s));
    }
    for (uint32_t h = 0; h < HARTS; h++) {
        put32(IDC(h) + ITHRESHOLD, 0);
        put32(IDC(h) + IDELIVERY, 1);
    }
    put32(DOMAINCFG, DOMAINCFG_IE);
    fill(true);
}

static void words(uint32_t w)
{
    fill(false);
    COST(COST_SETIE_WORD, put32(SETIE + 4 * w, ALL));
    fill(true);
    COST(COST_CLRIE_WORD, put32(CLRIE + 4 * w, ALL));
    COST(COST_SETIE_WORD, put32(SETIE + 4 * w, ALL));
    COST(COST_CLRIP_WORD, put32(IN_CLRIP + 4 * w, ALL));
    COST(COST_SETIP_WORD, put32(SETIP + 4 * w, ALL));
    COST(COST_READ_WORD, (void)get32(SETIP + 4 * w));
    COST(COST_READ_WORD, (void)get32(IN_CLRIP + 4 * w));
}

static void machine_words(void)
{
    const uint32_t at = MACHINE_FIRST / 8;
    put32(CLRIE + at, ALL);
    COST(COST_SETIE_WORD_MACHINE, put32(SETIE + at, ALL));
    COST(COST_SETIP_WORD_MACHINE, put32(SETIP + at, ALL));
    COST(COST_READ_WORD, (void)get32(SETIP + at));
    COST(COST_CLRIP_WORD_MACHINE, put32(IN_CLRIP + at, ALL));
    COST(COST_CLRIE_WORD_MACHINE, put32(CLRIE + at, ALL));
    COST(COST_SETIE_PAIR, put64(SETIE + at, UINT64_MAX));
    COST(COST_CLRIE_PAIR, put64(CLRIE + at, UINT64_MAX));
    COST(COST_SETIE_PAIR, put64(SETIE + 4, UINT64_MAX));
    COST(COST_CLRIE_PAIR, put64(CLRIE + 4, UINT64_MAX));
}

/* The first requests of each hart in the order of their claims. */
static void tops(void)
{
    fill(true);
    for (uint32_t i = 0; i < 4 && !MSI; i++) {
        for (uint32_t h = 0; h < HARTS; h++) {
            COST(COST_TOP, (void)get32(IDC(h) + TOPI));
            COST(COST_CLAIM, (void)get32(IDC(h) + CLAIMI));
        }
    }
    fill(true);
    for (uint32_t s = 1; s < 32; s++) {
        COST(COST_TARGET_OF_TOP, put32(TARGET(s), target(s + 1)));
        COST(COST_TARGET_OF_TOP, put32(TARGET(s), target(s)));
        COST(COST_ENABLE_OF_TOP, put32(CLRIENUM, s));
        COST(COST_ENABLE_OF_TOP, put32(SETIENUM, s));
        COST(COST_PENDING_OF_TOP, put32(CLRIPNUM, s));
        COST(COST_PENDING_OF_TOP, put32(SETIPNUM, s));
        COST(COST_PENDING_OF_TOP, put32(SETIPNUM_LE, s));
        COST(COST_SOURCECFG_OF_TOP, put32(SOURCECFG(s), 0));
        COST(COST_SOURCECFG_OF_TOP, put32(SOURCECFG(s), EDGE1));
    }
    cost_set_up();
}

static void domain(void)
{
    put32(DOMAINCFG, 0);
    fill(true);
    COST(COST_DOMAINCFG_IE, put32(DOMAINCFG, DOMAINCFG_IE));
    COST(COST_DOMAINCFG_IE, put32(DOMAINCFG, 0));
    COST(COST_DOMAINCFG_IE, put32(DOMAINCFG, DOMAINCFG_IE));
    COST(COST_HART, put32(GENMSI, 1));
    for (uint32_t h = 0; h < HARTS; h++) {
        COST(COST_HART, put32(IDC(h) + IDELIVERY, 0));
        COST(COST_HART, put32(IDC(h) + IDELIVERY, 1));
        COST(COST_HART, put32(IDC(h) + IFORCE, 1));
        COST(COST_HART, put32(IDC(h) + ITHRESHOLD, 1));
        COST(COST_HART, put32(IDC(h) + ITHRESHOLD, 0));
    }
}

/* A source as a driver sets it up, and one in use; not pending. */
static void changes_of_own(void)
{
    put32(CLRIENUM, OWN);
    put32(CLRIPNUM, OWN);
    COST(COST_OWN_SOURCECFG, put32(SOURCECFG(OWN), 5));
    COST(COST_OWN_SOURCECFG, put32(SOURCECFG(OWN), EDGE1));
    COST(COST_OWN_TARGET, put32(TARGET(OWN), 1 << 18 | 5));
    COST(COST_OWN_TARGET, put32(TARGET(OWN), 3));
    put32(CLRIPNUM, OWN); /* EDGE0 has made it pend. */
    put32(SETIENUM, OWN);
    COST(COST_OWN_SOURCECFG_ENABLED, put32(SOURCECFG(OWN), LEVEL1));
    COST(COST_OWN_SOURCECFG_ENABLED, put32(SOURCECFG(OWN), EDGE1));
    COST(COST_OWN_TARGET_ENABLED, put32(TARGET(OWN), 1 << 18 | 5));
    COST(COST_OWN_TARGET_ENABLED, put32(TARGET(OWN), 3));
}

static void changes_at_machine(void)
{
    const uint32_t machine = MACHINE_FIRST + 4;
    put32(CLRIENUM, machine);
    put32(CLRIPNUM, machine);
    COST(COST_MACHINE_SOURCECFG, put32(SOURCECFG(machine), LEVEL1));
    COST(COST_MACHINE_SOURCECFG, put32(SOURCECFG(machine), EDGE1));
    COST(COST_MACHINE_TARGET, put32(TARGET(machine), 1 << 18 | 5));
    COST(COST_MACHINE_TARGET, put32(TARGET(machine), 3));
    put32(SETIENUM, machine);
    COST(COST_MACHINE_SOURCECFG_ENABLED, put32(SOURCECFG(machine), LEVEL1));
    COST(COST_MACHINE_SOURCECFG_ENABLED, put32(SOURCECFG(machine), EDGE1));
    COST(COST_MACHINE_TARGET_ENABLED, put32(TARGET(machine), 1 << 18 | 5));
    COST(COST_MACHINE_TARGET_ENABLED, put32(TARGET(machine), 3));
}

/* The source becomes the only request that there is, of hart 0. */
static void request(uint32_t source, uint32_t mode)
{
    all_words(CLRIE);
    put32(SOURCECFG(source), mode);
    put32(TARGET(source), 3);
    put32(SETIENUM, source);
    put32(SETIPNUM, source);
}

static void changes_of_own_request(void)
{
    request(OWN, EDGE1);
    COST(COST_REQUEST_OWN_TARGET, put32(TARGET(OWN), (HARTS - 1) << 18 | 5));
    COST(COST_REQUEST_OWN_TARGET, put32(TARGET(OWN), 3));
    COST(COST_REQUEST_OWN_SOURCECFG, put32(SOURCECFG(OWN), 0));
}

/* A level that is high is a request by itself. */
static void changes_of_request_at_machine(uint32_t source, uint32_t mode)
{
    request(source, mode);
    COST(COST_REQUEST_MACHINE_TARGET, put32(TARGET(source), (HARTS - 1) << 18 | 5));
    COST(COST_REQUEST_MACHINE_TARGET, put32(TARGET(source), 3));
    COST(COST_REQUEST_MACHINE_SOURCECFG, put32(SOURCECFG(source), 0));
}

static void file(void)
{
    for (uint32_t h = 0; h < HARTS && MSI; h++) {
        for (uint32_t id = 1; id < 256; id++) {
            COST(COST_FILE, put32(IMSIC + 0x1000 * h, id));
        }
    }
}

void cost_cases(void)
{
    words(0);
    words(4);
    words(WORDS - 1);
    machine_words();
    tops();
    domain();
    file();
    changes_of_own();
    if (HAS_MACHINE_WORD) {
        changes_at_machine();
    }
    if (!MSI) {
        changes_of_own_request();
        changes_of_request_at_machine(HAS_MACHINE_WORD ? MACHINE_FIRST + 4 : RTC, EDGE1);
        changes_of_request_at_machine(RTC, LEVEL1);
    }
}

void cost_walk_step(uint64_t random)
{
    static const uint16_t blocks[] = {0x0, 0x1c00, 0x1d00, 0x1e00, 0x1f00, 0x3000, 0x4000, 0x2000};
    static const uint32_t values[] = {ALL, 4, 6, 0x100, 0, 1 << 18 | 1, 5, 7 << 18 | 3};
    uint64_t block = APLIC + blocks[random % 8];
    uint64_t word = random >> 8 & 31;
    uint64_t far = random >> 13 & 0x3ff;
    uint64_t at = block + 4 * ((random >> 3 & 3) == 0 ? far : word);
    uint32_t value = (random >> 5 & 1) != 0 ? (uint32_t)(random >> 24) : values[random >> 60 & 7];
    switch (random >> 30 & 7) {
    case 0:
    case 1: (void)get32(at); return;
    case 2: (void)get64(block + 8 * word + 4); return;
    case 3: put64(block + 8 * word + 4, (uint64_t)value << 32 | ALL); return;
    default: put32(at, value);
    }
}
