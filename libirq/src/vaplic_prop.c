/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Property: after any sequence of events, the model is the plain reference, which has the wires of
 * all sources, hardware ones, too; no interrupt is lost, none comes without end, and what
 * is sent is what the reference sends.
 *
 * Source 1 is hardware where the domain has one delivery mode: its wire leads to the machine's
 * domain. The others are lines. vCPUs 0 and 1 are on harts 1 and 0.
 */
#include "vaplic_priv.h"
#include "vaplic_ref.h"

#include <string.h>

enum { SOURCES = DEEP ? 3 : 4, IDCS = 2, HW = 1 };

static const uint8_t hart_of[IDCS] = {1, 0};

struct world {
    struct vaplic v;
    uint64_t storage[64];
    struct ref ref;
    struct ref chip;
    struct aplic_phys phys;
    bool external[IDCS];
    bool plain;     /* The next step goes to the plain model, not to vaplic_fast.c. */
    bool in_flight; /* Claimed at the machine, and not delivered yet. */
    bool off_late;  /* Its driver turns it off just before that. */
    bool raced;     /* The guest did something meanwhile: it may come once more. */
};

/* The first of the alternatives suffice for a walk through all sequences. */
static uint64_t draw(uint64_t few, uint64_t all)
{
    return prop_u64(DEEP ? few : all);
}

static void set_external(void *ctx, uint32_t vcpu, bool level)
{
    struct world *w = ctx;
    PROP_ASSERT(w->external[vcpu] != level); /* Changes only. */
    w->external[vcpu] = level;
}

static void send_msi(void *ctx, uint32_t hart_index, uint32_t guest_index, uint32_t eiid)
{
    struct world *w = ctx;
    w->chip.sent += ref_message(hart_index, guest_index, eiid);
}

/* The machine sends by itself, and to the same files. */
static bool route(void *ctx, uint32_t source, uint32_t hart_index, uint32_t eiid)
{
    struct world *w = ctx;
    PROP_ASSERT(w->ref.owned[source] && hart_index < IDCS);
    PROP_ASSERT(w->chip.mode[source] != 0);
    ref_write(&w->chip, 0x3000 + 4 * source, hart_index << 18 | eiid);
    return true;
}

static const struct vdev_ops plain_ops = {
    .read = vaplic_read, .write = vaplic_write, .more = vaplic_more};

static void put(struct world *w, uint64_t offset, uint32_t value)
{
    PROP_ASSERT(vdev_write(w->plain ? &plain_ops : &vaplic_vdev_ops, &w->v, offset, 4, value) ==
                VDEV_OK);
    ref_write(&w->ref, offset, value);
}

static void same(struct world *w, uint64_t offset)
{
    uint64_t value = UINT64_MAX;
    PROP_ASSERT(vdev_read(w->plain ? &plain_ops : &vaplic_vdev_ops, &w->v, offset, 4, &value) ==
                VDEV_OK);
    PROP_ASSERT(value == ref_read(&w->ref, offset));
}

static bool is_owned(const struct world *w)
{
    return w->ref.owned[HW];
}

/* The guest has it, and it is off at the machine until the guest has seen it low. */
static bool is_held(const struct world *w)
{
    return is_owned(w) && !w->v.msi && ref_is_level(&w->ref, HW) &&
           (w->v.pending[0] >> HW & 1) != 0;
}

static void deliver(struct world *w)
{
    w->in_flight = false;
    if (w->off_late) {
        ref_set_enabled(&w->chip, HW, false);
    }
    if (w->ref.mode[HW] != 0 && !ref_is_level(&w->ref, HW)) {
        w->ref.pending[HW] = true; /* Whatever the guest did meanwhile. */
    }
    vaplic_handle_phys_irq(&w->v, HW);
}

/* As the driver does: what it finds level-sensitive goes off, now or a little later. */
static bool machine_claim(struct world *w, bool late)
{
    for (uint32_t hart = 0; hart < IDCS && !w->in_flight; hart++) {
        if (ref_external(&w->chip, hart)) {
            PROP_ASSERT(ref_claim(&w->chip, hart) >> 16 == HW);
            PROP_ASSERT(hart == hart_of[w->ref.target[HW] >> 18]); /* The guest's choice. */
            PROP_ASSERT(!is_held(w) || w->raced);
            w->raced = false;
            w->off_late = late && ref_is_level(&w->chip, HW);
            if (!late && ref_is_level(&w->chip, HW)) {
                ref_set_enabled(&w->chip, HW, false);
            }
            w->in_flight = true;
        }
    }
    return w->in_flight;
}

static bool machine_signals(const struct world *w)
{
    return ref_external(&w->chip, 0) || ref_external(&w->chip, 1);
}

/* Its harts take every interrupt at once. */
static void settle(struct world *w)
{
    for (unsigned i = 0; w->in_flight || machine_claim(w, false); i++) {
        PROP_ASSERT(i < 3); /* A source is off, or its pending bit clear. */
        deliver(w);
    }
}

/* The model may signal a level that has fallen at the machine: nobody has looked. */
static bool may_lag(const struct world *w, uint32_t i)
{
    return is_owned(w) && w->ref.enabled[HW] && w->ref.target[HW] >> 18 == i &&
           ref_is_level(&w->ref, HW) && !ref_input(&w->ref, HW);
}

static void check(struct world *w)
{
    PROP_ASSERT(vaplic_is_valid(&w->v));
    for (uint32_t i = 0; i < IDCS && !w->in_flight; i++) {
        bool level = ref_external(&w->ref, i);
        PROP_ASSERT(w->external[i] == level || (!level && may_lag(w, i)));
    }
    PROP_ASSERT(w->chip.sent == w->ref.sent);
}

static void check_all(struct world *w)
{
    static const uint16_t registers[] = {0,      4,      8,      12,     0x3004, 0x3008, 0x300c,
                                         0x4018, 0x4038, 0x1c00, 0x1d00, 0x1e00, 0x4000, 0x4004,
                                         0x4008, 0x4020, 0x4024, 0x4028, 0x3000};
    for (unsigned i = 0; i < sizeof(registers) / sizeof(registers[0]); i++) {
        same(w, registers[i]);
    }
    for (uint32_t i = 0; i < IDCS; i++) { /* Now somebody has. */
        PROP_ASSERT(w->external[i] == ref_external(&w->ref, i));
    }
}

static void start(struct world *w)
{
    static const uint32_t modes[] = {VAPLIC_DIRECT, VAPLIC_MSI, VAPLIC_DIRECT | VAPLIC_MSI};
    memset(w, 0, sizeof(*w));
    uint32_t delivery = modes[draw(2, 3)];
    w->phys = (struct aplic_phys){.ops = &chip_ops, .state = &w->chip, .source_count = SOURCES};
    struct vaplic_config config = {
        .source_count = SOURCES,
        .idc_count = IDCS,
        .iprio_bits = 2,
        .delivery = delivery,
        .hart = hart_of,
        .phys = &w->phys,
        .set_external = set_external,
        .send_msi = send_msi,
        .route = route,
        .ctx = w,
    };
    w->ref = (struct ref){
        .source_count = SOURCES, .idc_count = IDCS, .iprio_bits = 2, .delivery = delivery};
    w->chip = w->ref;
    w->ref.owned[HW] = delivery != (VAPLIC_DIRECT | VAPLIC_MSI);
    w->chip.owned[HW] = true;
    ref_reset(&w->ref);
    ref_reset(&w->chip);
    w->chip.ie = true;
    w->chip.idelivery[0] = 1;
    w->chip.idelivery[1] = 1;
    PROP_ASSERT(sizeof(w->storage) >= vaplic_storage_size(SOURCES, IDCS));
    PROP_ASSERT(vaplic_init(&w->v, &config, w->storage) == HYP_OK);
    PROP_ASSERT(vaplic_own(&w->v, HW) == (is_owned(w) ? HYP_OK : HYP_E_UNSUPPORTED));
    if (draw(1, 2) == 0) { /* As a driver would have it, to get deeper in as many steps. */
        put(w, 0, 0x100);
        put(w, 0x4000, 1);
        put(w, 0x4020, 1);
        for (uint32_t s = 1; s < SOURCES; s++) {
            put(w, 4 * s, APLIC_SM_LEVEL1);
            put(w, 0x3000 + 4 * s, (s & 1) << 18 | (1 + s / 3));
            put(w, 0x1edc, s);
        }
    }
}

static void wire(struct world *w, uint32_t source)
{
    bool level = !w->ref.wire[source];
    ref_wire(&w->ref, source, level);
    if (w->ref.owned[source]) {
        ref_wire(&w->chip, source, level);
    }
    struct irq_line line = vaplic_line(&w->v, source); /* A hardware one leads nowhere. */
    irq_line_set(&line, level);
}

static uint32_t draw_source(void)
{
    return DEEP || prop_bool() ? 1 + (uint32_t)prop_u64(SOURCES - 1) : HW;
}

static void configure_hart(struct world *w)
{
    uint32_t i = IDCS - 1 - (uint32_t)draw(1, IDCS);
    switch (prop_u64(3)) {
    case 0: put(w, 0x4000 + 0x20 * i, w->ref.idelivery[i] ^ 1); return;
    case 1: put(w, 0x4004 + 0x20 * i, 1); return;
    default: put(w, 0x4008 + 0x20 * i, w->ref.ithreshold[i] != 0 ? 0 : 2 + (uint32_t)draw(1, 2));
    }
}

/* Registers that a guest writes once. */
static void configure(struct world *w)
{
    static const uint32_t sourcecfg[] = {6, 4, 0, 7, 1, 5, 2, 0x406};
    static const uint32_t target[] = {1, 1 << 18 | 2, 2 << 18 | 1, 1 << 12 | 2, 1 << 18, 3};
    static const uint32_t domaincfg[] = {0x100, 0, 0x104, 4};
    uint32_t source;
    switch (draw(4, 7)) {
    case 0: put(w, 0, domaincfg[draw(2, 4)]); return;
    case 1: configure_hart(w); return;
    case 2:
    case 3:
        source = draw_source();
        put(w, 0x3000 + 4 * source, target[draw(3, 6)]);
        return;
    default: source = draw_source(); put(w, 4 * source, sourcecfg[draw(4, 8)]);
    }
}

/* Reads are compared when nothing is on its way. */
static void look(struct world *w)
{
    static const uint16_t registers[] = {0x401c, 0x403c, 0x1c00, 0x1d00, 0x4018, 0x4038};
    settle(w);
    check(w);
    same(w, registers[draw(4, 6)]);
}

static void step(struct world *w)
{
    uint32_t block;
    w->plain = !DEEP && prop_bool(); /* All sequences of four events take the short way. */
    switch (prop_u64(DEEP ? 6 : 7)) {
    case 0: wire(w, draw_source()); return;
    case 1: put(w, prop_bool() ? 0x1edc : 0x1fdc, draw_source()); return;
    case 2: put(w, prop_bool() ? 0x2000 : 0x1ddc, draw_source()); return;
    case 3: configure(w); return;
    case 4:
        block = (uint32_t)draw(1, 4);
        put(w, 0x1c00 + 0x100 * block, DEEP ? 0xf : (uint32_t)prop_u64(16));
        return;
    default: look(w);
    }
}

void prop_run(void)
{
    struct world w;
    start(&w);
    for (unsigned i = 0; i < STEPS; i++) {
        bool waits = w.in_flight;
        step(&w);
        w.raced = w.raced || waits;
        if (!waits && machine_signals(&w) && prop_bool()) {
            (void)machine_claim(&w, prop_bool()); /* And delivered after the next step. */
        } else {
            settle(&w);
        }
        check(&w);
    }
    settle(&w);
    check(&w);
    check_all(&w);
    vaplic_stop(&w.v);
    PROP_ASSERT(!is_owned(&w) || w.chip.mode[HW] == 0);
}
