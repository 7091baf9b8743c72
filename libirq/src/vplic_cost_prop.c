/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Property: whatever its 1023 sources are, and however many of them are the machine's, one call of
 * a PLIC's model asks for a few things only, what it leaves ends, and then the machine's
 * enables are the guest's.
 */
#include <hyp/irq/plic_regs.h>
#include <hyp/irq/vplic.h>
#include <prop.h>

#include <string.h>

enum { SOURCES = 1024, VCPUS = 8, CONTEXTS = 2 * VCPUS, WORDS = SOURCES / 32 };

/* One call makes four physical enables, a completion and its enable at most; each vCPU twice. */
enum { MOST_PHYS = 4 + 3, MOST_EXTERNALS = 2 * VCPUS, MOST_PARTS = SOURCES };

static struct {
    struct vplic v;
    uint64_t storage[4096];
    struct irqc irqc;
    uint32_t owned; /* Sources 1 … owned. */
    bool enabled[VCPUS][SOURCES];
    unsigned phys, externals;
} w;

static void complete(void *state, uint32_t hart, uint32_t source)
{
    (void)state;
    (void)hart;
    (void)source;
    w.phys++;
}

static void set_enable(void *state, uint32_t hart, uint32_t source, bool enable)
{
    (void)state;
    w.enabled[hart][source] = enable;
    w.phys++;
}

static const struct irqc_ops ops = {.complete = complete, .set_enable = set_enable};

static void set_external(void *ctx, uint32_t vcpu, bool level)
{
    (void)ctx;
    (void)vcpu;
    (void)level;
    w.externals++;
}

static void called(void)
{
    PROP_ASSERT(w.phys <= MOST_PHYS && w.externals <= MOST_EXTERNALS);
    w.phys = 0;
    w.externals = 0;
}

static void put(uint64_t offset, unsigned size, uint64_t value)
{
    enum vdev_result result = vplic_vdev_ops.write(&w.v, offset, size, value);
    called();
    PROP_ASSERT(result == VDEV_OK || prop_u64(8) != 0 || vplic_is_valid(&w.v));
    for (unsigned i = 0; result == VDEV_MORE; i++) {
        PROP_ASSERT(i < MOST_PARTS);
        result = vplic_vdev_ops.more(&w.v);
        called();
    }
    PROP_ASSERT(result == VDEV_OK);
}

static uint32_t get(uint64_t offset)
{
    uint64_t value = 0;
    PROP_ASSERT(vplic_vdev_ops.read(&w.v, offset, 4, &value) == VDEV_OK);
    called();
    return (uint32_t)value;
}

static void start(void)
{
    static uint8_t vcpu[CONTEXTS], hart[VCPUS];
    memset(&w, 0, sizeof(w));
    w.irqc = (struct irqc){.ops = &ops, .source_count = SOURCES};
    struct vplic_config config = {.source_count = SOURCES,
                                  .context_count = CONTEXTS,
                                  .priority_max = prop_bool() ? 7 : 31,
                                  .vcpu = vcpu,
                                  .hart = hart,
                                  .irqc = &w.irqc,
                                  .set_external = set_external};
    for (uint8_t n = 0; n < VCPUS; n++) {
        vcpu[2 * n] = VPLIC_NO_VCPU;
        vcpu[2 * n + 1] = n;
        hart[n] = n;
    }
    PROP_ASSERT(sizeof(w.storage) >= vplic_storage_size(SOURCES, CONTEXTS));
    PROP_ASSERT(vplic_init(&w.v, &config, w.storage) == HYP_OK);
    w.owned = (uint32_t)prop_u64(3) * (SOURCES / 2 - 1) + (uint32_t)prop_u64(2);
    for (uint32_t s = 1; s < SOURCES; s++) {
        if (s <= w.owned) {
            PROP_ASSERT(vplic_own(&w.v, s) == HYP_OK);
        }
        put(4 * s, 4, 1 + s % config.priority_max);
    }
}

static void ask(uint32_t first)
{
    for (uint32_t s = first; s < SOURCES; s++) {
        struct irq_line line = vplic_line(&w.v, s);
        irq_line_set(&line, true);
        if (s <= w.owned) {
            vplic_handle_phys_irq(&w.v, s, s % VCPUS);
        }
        called();
    }
}

static void step(void)
{
    static const uint32_t values[] = {0, UINT32_MAX, 0x55555555, 0xffff0000};
    uint64_t context = prop_u64(CONTEXTS);
    uint64_t page = PLIC_CONTEXT + PLIC_CONTEXT_STRIDE * context;
    uint64_t enables = PLIC_ENABLE + PLIC_ENABLE_STRIDE * context;
    uint64_t value = values[prop_u64(4)] | (uint64_t)values[prop_u64(4)] << 32;
    switch (prop_u64(8)) {
    case 0: ask(1 + (uint32_t)prop_u64(SOURCES - 1)); return;
    case 1:
    case 2: put(page + PLIC_CLAIM, 4, get(page + PLIC_CLAIM)); return;
    case 3: (void)get(page + PLIC_CLAIM); return;
    case 4: put(page, 4, prop_u64(4)); return;
    case 5: put(4 * (1 + prop_u64(SOURCES - 1)), 4, prop_u64(8)); return;
    case 6: put(enables + 4 + 8 * prop_u64(WORDS / 2 - 1), 8, value); return;
    default: put(enables + 4 * prop_u64(WORDS), 4, value & UINT32_MAX);
    }
}

/* A claim may hold an enable that the guest has taken away. */
static void check(void)
{
    PROP_ASSERT(vplic_is_valid(&w.v));
    for (uint32_t n = 0; n < VCPUS; n++) {
        for (uint32_t s = 1; s <= w.owned && s < SOURCES; s++) {
            bool wants = (w.v.contexts[2 * n + 1].enable[s / 64] >> s % 64 & 1) != 0;
            PROP_ASSERT(w.enabled[n][s] == wants || (w.enabled[n][s] && w.v.sources[s].hart == n));
        }
    }
}

void prop_run(void)
{
    start();
    for (unsigned i = 0; i < 40; i++) {
        step();
    }
    check();
}
