/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Property: after any sequence of events, the model is the plain reference, its external
 * interrupts are what its registers say, and the machine's controller was used by its rules.
 *
 * Small enough to enumerate: source 1 is hardware, 2 and 3 are lines; context 0 is nobody's,
 * 1 and 2 belong to vCPUs 0 and 1 on harts 1 and 0.
 */
#include "vplic_priv.h"
#include "vplic_ref.h"

#include <string.h>

enum { SOURCES = 4, CONTEXTS = 3, HW = 1 };

static const uint8_t vcpu_of[CONTEXTS] = {VPLIC_NO_VCPU, 0, 1};
static const uint8_t hart_of[2] = {1, 0};

struct world {
    struct vplic v;
    uint64_t storage[512];
    struct ref ref;
    struct machine machine;
    struct irqc irqc;
    bool external[2];
    uint32_t in_flight; /* 1 + hart that has claimed, and not delivered yet. */
    bool held;          /* The model knows of a claim. */
    bool plain;         /* The next event goes to the plain model, not to vplic_fast.c. */
};

static void set_external(void *ctx, uint32_t vcpu, bool level)
{
    struct world *w = ctx;
    PROP_ASSERT(w->external[vcpu] != level); /* Changes only. */
    w->external[vcpu] = level;
}

static const struct vdev_ops plain_ops = {
    .read = vplic_read, .write = vplic_write, .more = vplic_run_deferred};

static void put(struct world *w, uint64_t offset, uint32_t value)
{
    PROP_ASSERT(vdev_write(w->plain ? &plain_ops : &vplic_vdev_ops, &w->v, offset, 4, value) ==
                VDEV_OK);
    ref_write(&w->ref, offset, value);
}

static uint32_t same(struct world *w, uint64_t offset)
{
    uint64_t value = UINT64_MAX;
    PROP_ASSERT(vdev_read(w->plain ? &plain_ops : &vplic_vdev_ops, &w->v, offset, 4, &value) ==
                VDEV_OK);
    PROP_ASSERT(value == ref_read(&w->ref, offset));
    return (uint32_t)value;
}

static void check(struct world *w)
{
    PROP_ASSERT(vplic_is_valid(&w->v));
    (void)same(w, PLIC_PENDING);
    for (uint32_t c = 0; c < CONTEXTS; c++) {
        bool level = ref_best(&w->ref, c) != 0;
        (void)same(w, PLIC_ENABLE + PLIC_ENABLE_STRIDE * c);
        (void)same(w, PLIC_CONTEXT + PLIC_CONTEXT_STRIDE * c);
        if (c != 0) {
            uint32_t hart = hart_of[vcpu_of[c]];
            PROP_ASSERT(w->external[vcpu_of[c]] == level);
            /* The machine's enable is the guest's, or stands for the completion to come. */
            PROP_ASSERT(
                w->machine.enabled[hart][HW] ==
                (ref_enabled(&w->ref, c, HW) || (w->held && w->machine.holder[HW] == hart + 1)));
        }
    }
    PROP_ASSERT(w->held == (w->machine.holder[HW] != 0 && w->in_flight == 0));
}

static void start(struct world *w)
{
    memset(w, 0, sizeof(*w));
    w->irqc = (struct irqc){.ops = &machine_ops, .state = &w->machine, .source_count = SOURCES};
    struct vplic_config config = {
        .source_count = SOURCES,
        .context_count = CONTEXTS,
        .priority_max = 3,
        .vcpu = vcpu_of,
        .hart = hart_of,
        .irqc = &w->irqc,
        .set_external = set_external,
        .ctx = w,
    };
    w->ref.source_count = SOURCES;
    w->ref.context_count = CONTEXTS;
    w->ref.priority_max = 3;
    PROP_ASSERT(sizeof(w->storage) >= vplic_storage_size(SOURCES, CONTEXTS));
    PROP_ASSERT(vplic_init(&w->v, &config, w->storage) == HYP_OK);
    PROP_ASSERT(vplic_own(&w->v, HW) == HYP_OK);
    if (prop_bool()) { /* As a driver would have it, to get deeper in as many steps. */
        for (uint32_t s = 1; s < SOURCES; s++) {
            put(w, 4u * s, 1 + s / 3);
        }
        put(w, PLIC_ENABLE + PLIC_ENABLE_STRIDE, 0xe);
        put(w, PLIC_ENABLE + 2 * PLIC_ENABLE_STRIDE, 0x6);
    }
}

static void deliver(struct world *w)
{
    if (w->in_flight != 0) {
        uint32_t hart = w->in_flight - 1;
        w->in_flight = 0;
        w->held = true;
        w->ref.pending[HW] = true;
        if (w->plain) {
            vplic_handle_any_phys_irq(&w->v, HW, hart);
        } else {
            vplic_handle_phys_irq(&w->v, HW, hart);
        }
    }
}

static void line(struct world *w, uint32_t source, bool level)
{
    struct irq_line l = vplic_line(&w->v, source);
    irq_line_set(&l, level);
    ref_line(&w->ref, source, level);
}

static void complete(struct world *w, uint32_t context, uint32_t source)
{
    w->held &= !(source == HW && w->ref.claimed[HW]);
    put(w, PLIC_CONTEXT + PLIC_CONTEXT_STRIDE * context + PLIC_CLAIM, source);
}

static void toggle(struct world *w, uint32_t context, uint32_t source)
{
    put(w, PLIC_ENABLE + PLIC_ENABLE_STRIDE * context,
        w->ref.enable[context][0] ^ (uint32_t)1 << source);
}

static void step(struct world *w, uint32_t event)
{
    w->plain = STEPS > 4 && prop_bool(); /* All sequences of four events take the short way. */
    if (event < 2) {
        if (machine_claim(&w->machine, event, HW)) {
            w->in_flight = event + 1;
        }
    } else if (event < 6) {
        line(w, 2 + (event & 1), event < 4);
    } else if (event < 9) {
        (void)same(w, PLIC_CONTEXT + PLIC_CONTEXT_STRIDE * (event - 6) + PLIC_CLAIM);
    } else if (event < 15) {
        complete(w, (event - 9) / 3, 1 + (event - 9) % 3);
    } else if (event < 24) {
        toggle(w, (event - 15) / 3, 1 + (event - 15) % 3);
    } else if (event < 27) {
        uint32_t source = event - 23;
        put(w, 4u * source, w->ref.priority[source] + 1);
    } else if (event < 30) {
        uint32_t context = event - 27;
        put(w, PLIC_CONTEXT + PLIC_CONTEXT_STRIDE * context, w->ref.threshold[context] + 1);
    } else {
        deliver(w);
    }
}

void prop_run(void)
{
    struct world w;
    start(&w);
    check(&w);
    for (unsigned i = 0; i < STEPS; i++) {
        step(&w, (uint32_t)prop_u64(31));
        check(&w);
    }
    deliver(&w);
    vplic_stop(&w.v);
    PROP_ASSERT(w.machine.holder[HW] == 0);
    PROP_ASSERT(!w.machine.enabled[0][HW] && !w.machine.enabled[1][HW]);
}
