/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Property: whatever its 1023 sources are, and however many of them are the machine's, one call of
 * an APLIC's model asks for a few things only, and what it leaves ends.
 */
#include <hyp/irq/aplic_regs.h>
#include <hyp/irq/vaplic.h>
#include <prop.h>

#include <string.h>

enum { SOURCES = 1024, IDCS = 8, WORDS = SOURCES / 32 };

/* One call updates four deferred sources at most, each with this many accesses. */
enum { MOST_PHYS = 4 * 3 + 3, MOST_EXTERNALS = 2 * IDCS, MOST_MESSAGES = 4 + 1 };
enum { MOST_PARTS = 2 * SOURCES };

static const uint8_t hart_of[IDCS] = {0, 1, 2, 3, 4, 5, 6, 7};

static struct {
    struct vaplic v;
    uint64_t storage[2048];
    uint32_t inputs[WORDS];
    uint32_t owned; /* Sources 1 … owned. */
    unsigned phys, externals, messages;
} w;

static uint32_t set_mode(void *state, uint32_t source, uint32_t sm)
{
    (void)state;
    (void)source;
    w.phys++;
    return sm;
}

static void set_target(void *state, uint32_t source, uint32_t hart)
{
    (void)state;
    (void)source;
    (void)hart;
    w.phys++;
}

static void set_enable(void *state, uint32_t source, bool enable)
{
    (void)state;
    (void)source;
    (void)enable;
    w.phys++;
}

static void set_pending(void *state, uint32_t word, uint32_t bits, bool pending)
{
    (void)state;
    (void)word;
    (void)bits;
    (void)pending;
    w.phys++;
}

static uint32_t pending(void *state, uint32_t word)
{
    (void)state;
    (void)word;
    w.phys++;
    return 0;
}

static uint32_t inputs(void *state, uint32_t word)
{
    (void)state;
    w.phys++;
    return w.inputs[word];
}

static const struct aplic_phys_ops ops = {.set_mode = set_mode,
                                          .set_target = set_target,
                                          .set_enable = set_enable,
                                          .set_pending = set_pending,
                                          .pending = pending,
                                          .rectified = inputs};
static const struct aplic_phys phys = {.ops = &ops, .source_count = SOURCES};

static void set_external(void *ctx, uint32_t vcpu, bool level)
{
    (void)ctx;
    (void)vcpu;
    (void)level;
    w.externals++;
}

static void send_msi(void *ctx, uint32_t hart_index, uint32_t guest_index, uint32_t eiid)
{
    (void)ctx;
    (void)hart_index;
    (void)guest_index;
    (void)eiid;
    w.messages++;
}

static bool route(void *ctx, uint32_t source, uint32_t hart_index, uint32_t eiid)
{
    (void)ctx;
    (void)source;
    (void)hart_index;
    w.phys++;
    return eiid != 0;
}

static void called(void)
{
    PROP_ASSERT(w.phys <= MOST_PHYS && w.externals <= MOST_EXTERNALS &&
                w.messages <= MOST_MESSAGES);
    w.phys = 0;
    w.externals = 0;
    w.messages = 0;
}

static void finish(enum vdev_result result)
{
    called();
    for (unsigned i = 0; result == VDEV_MORE; i++) {
        PROP_ASSERT(i < MOST_PARTS);
        result = vaplic_vdev_ops.more(&w.v);
        called();
    }
    PROP_ASSERT(result == VDEV_OK);
}

static void put(uint64_t offset, uint32_t value)
{
    finish(vaplic_vdev_ops.write(&w.v, offset, 4, value));
}

static void get(uint64_t offset)
{
    uint64_t value;
    enum vdev_result result = VDEV_AGAIN;
    for (unsigned i = 0; result == VDEV_AGAIN; i++) {
        PROP_ASSERT(i < MOST_PARTS);
        result = vaplic_vdev_ops.read(&w.v, offset, 4, &value);
        called();
    }
    finish(result);
}

static void all_words(uint64_t offset)
{
    for (uint32_t i = 0; i < WORDS; i++) {
        put(offset + 4 * i, UINT32_MAX);
    }
}

static void start(void)
{
    memset(&w, 0, sizeof(w));
    struct vaplic_config config = {
        .source_count = SOURCES,
        .idc_count = IDCS,
        .iprio_bits = (uint32_t)prop_range(1, 8),
        .delivery = prop_bool() ? VAPLIC_DIRECT : VAPLIC_MSI,
        .hart = hart_of,
        .phys = &phys,
        .set_external = set_external,
        .send_msi = send_msi,
        .route = route,
    };
    PROP_ASSERT(sizeof(w.storage) >= vaplic_storage_size(SOURCES, IDCS));
    PROP_ASSERT(vaplic_init(&w.v, &config, w.storage) == HYP_OK);
    w.owned = (uint32_t)prop_u64(3) * (SOURCES / 2 - 1) + (uint32_t)prop_u64(2);
    for (uint32_t s = 1; s <= w.owned && s < SOURCES; s++) {
        PROP_ASSERT(vaplic_own(&w.v, s) == HYP_OK);
    }
    w.phys = 0;
    bool one_hart = prop_bool();
    uint32_t mode = prop_bool() ? APLIC_SM_LEVEL1 : APLIC_SM_EDGE1;
    for (uint32_t s = 1; s < SOURCES; s++) {
        put(APLIC_SOURCECFG + 4 * s, mode);
        put(APLIC_TARGET + 4 * s, (one_hart ? 0 : s % IDCS) << 18 | (1 + s % 7));
    }
    for (uint32_t i = 0; i < IDCS; i++) {
        put(APLIC_IDC + APLIC_IDC_STRIDE * i, 1);
    }
    put(APLIC_DOMAINCFG, prop_bool() ? APLIC_DOMAINCFG_IE : 0);
    all_words(APLIC_SETIE);
}

/* Every source asks: lines are high, edges set, the machine's have come. */
static void ask(void)
{
    memset(w.inputs, 0xff, sizeof(w.inputs));
    for (uint32_t s = 1; s < SOURCES; s++) {
        struct irq_line line = vaplic_line(&w.v, s);
        irq_line_set(&line, true);
        if (s <= w.owned) {
            vaplic_handle_phys_irq(&w.v, s);
        }
        called();
    }
    all_words(APLIC_SETIP);
}

static void fall(void)
{
    memset(w.inputs, 0, sizeof(w.inputs));
    for (uint32_t s = 1; s < SOURCES && prop_bool(); s++) {
        struct irq_line line = vaplic_line(&w.v, s);
        irq_line_set(&line, false);
        called();
    }
}

static void step(void)
{
    static const uint16_t blocks[] = {APLIC_SETIP, APLIC_IN_CLRIP, APLIC_SETIE, APLIC_CLRIE};
    uint64_t source = prop_u64(SOURCES);
    uint64_t idc = APLIC_IDC + APLIC_IDC_STRIDE * prop_u64(IDCS);
    switch (prop_u64(12)) {
    case 0: ask(); return;
    case 1: fall(); return;
    case 2: put(APLIC_DOMAINCFG, prop_bool() ? APLIC_DOMAINCFG_IE : 0); return;
    case 3: put(APLIC_SOURCECFG + 4 * source, (uint32_t)prop_u64(8)); return;
    case 4: put(APLIC_TARGET + 4 * source, (uint32_t)prop_u64(IDCS + 1) << 18 | 3); return;
    case 5: put(blocks[prop_u64(4)] + APLIC_SETIPNUM - APLIC_SETIP, (uint32_t)source); return;
    case 6: get(blocks[prop_u64(3)] + source / 32 * 4); return;
    case 7:
    case 8: get(idc + APLIC_CLAIMI); return;
    case 9: get(idc + APLIC_TOPI); return;
    case 10: put(idc + APLIC_ITHRESHOLD, (uint32_t)prop_u64(4)); return;
    default: put(blocks[prop_u64(4)] + source / 32 * 4, UINT32_MAX);
    }
}

void prop_run(void)
{
    start();
    for (unsigned i = 0; i < 40; i++) {
        step();
    }
    PROP_ASSERT(vaplic_is_valid(&w.v));
}
