/* SPDX-License-Identifier: Apache-2.0 */
/* Property: every access of any size, anywhere in the window, is answered as the reference does. */
#include "test_window.h"
#include "vaplic_ref.h"

#include <string.h>

struct world {
    struct vaplic v;
    struct ref ref;
    uint64_t storage[512];
    uint64_t sent;
    bool external[REF_HARTS];
};

static void set_external(void *ctx, uint32_t vcpu, bool level)
{
    struct world *w = ctx;
    PROP_ASSERT(w->external[vcpu] != level);
    w->external[vcpu] = level;
}

static void send_msi(void *ctx, uint32_t hart_index, uint32_t guest_index, uint32_t eiid)
{
    struct world *w = ctx;
    w->sent += ref_message(hart_index, guest_index, eiid);
}

static uint64_t draw_offset(uint32_t sources)
{
    static const uint16_t single[] = {0, 0x2000, 0x2004, 0x3000, 0x1bc0, 0x1bc4, 0x1bc8, 0x1bcc};
    uint64_t odd = prop_u64(8) == 0 ? prop_u64(4) : 0;
    switch (prop_u64(8)) {
    case 0: return prop_u64(VAPLIC_SIZE);
    case 1: return APLIC_SOURCECFG + 4 * prop_u64(sources + 2) + odd;
    case 2: return APLIC_TARGET + 4 * prop_u64(sources + 2) + odd;
    case 3: return single[prop_u64(8)] + odd;
    case 4: return VAPLIC_SIZE - 8 + prop_u64(16);
    case 5: return APLIC_IDC + 4 * prop_u64(8 * (REF_HARTS + 1)) + odd;
    case 6: return APLIC_SETIPNUM + 0x100 * prop_u64(4) + odd;
    default: return APLIC_SETIP + 0x100 * prop_u64(4) + 4 * prop_u64(8) + odd;
    }
}

static uint64_t draw_value(uint32_t sources)
{
    uint64_t source = prop_u64(sources + 2);
    switch (prop_u64(8)) {
    case 0: return prop_u64(0);
    case 1: return source;
    case 2: return (uint64_t)__builtin_bswap32((uint32_t)source);
    case 3: return UINT64_MAX;
    case 4: return prop_u64(8);
    case 5: return APLIC_DOMAINCFG_IE | prop_u64(2) << 2;
    case 6: return prop_u64(REF_HARTS + 1) << 18 | prop_u64(4);
    default:
        return (prop_u64(8) | (prop_u64(8) == 0 ? APLIC_SOURCECFG_D : 0)) * UINT64_C(0x100000001);
    }
}

static void access(struct world *w)
{
    struct test_window window = {&vaplic_vdev_ops, &w->v,    VAPLIC_SIZE,
                                 &w->ref,          ref_read, ref_write};
    uint64_t offset = draw_offset(w->ref.source_count);
    unsigned size = test_window_draw_size();
    if (prop_u64(3) != 0) {
        test_window_store(&window, offset, size, draw_value(w->ref.source_count));
    } else {
        test_window_load(&window, offset, size);
    }
}

static void start(struct world *w)
{
    static const uint32_t counts[] = {2, 33, 54, 64, 65, 97, 130, REF_SOURCES};
    memset(w, 0, sizeof(*w));
    struct vaplic_config config = {
        .source_count = counts[prop_u64(8)],
        .idc_count = (uint32_t)prop_range(1, REF_HARTS),
        .iprio_bits = (uint32_t)prop_range(1, 8),
        .delivery = (uint32_t)prop_range(1, 3),
        .set_external = set_external,
        .send_msi = send_msi,
        .ctx = w,
    };
    w->ref.source_count = config.source_count;
    w->ref.idc_count = config.idc_count;
    w->ref.iprio_bits = config.iprio_bits;
    w->ref.delivery = config.delivery;
    ref_reset(&w->ref);
    PROP_ASSERT(sizeof(w->storage) >= vaplic_storage_size(config.source_count, config.idc_count));
    PROP_ASSERT(vaplic_init(&w->v, &config, w->storage) == HYP_OK);
    if (prop_bool()) { /* Everything on its way. */
        uint32_t words[] = {0, 0x4000, 0x4020, 0x4040, 0x1e00, 0x1e04};
        for (uint32_t s = 1; s < config.source_count; s++) {
            (void)vdev_write(&vaplic_vdev_ops, &w->v, 4 * s, 4, 1 + s % 7);
            ref_write(&w->ref, 4 * s, 1 + s % 7);
        }
        for (unsigned i = 0; i < 6; i++) {
            (void)vdev_write(&vaplic_vdev_ops, &w->v, words[i], 4, 0xffffffff);
            ref_write(&w->ref, words[i], 0xffffffff);
        }
    }
}

void prop_run(void)
{
    static struct world w;
    start(&w);
    for (unsigned i = 0; i < 64; i++) {
        if (prop_u64(4) == 0) {
            uint32_t source = 1 + (uint32_t)prop_u64(w.ref.source_count - 1);
            bool level = prop_bool();
            struct irq_line line = vaplic_line(&w.v, source);
            irq_line_set(&line, level);
            ref_wire(&w.ref, source, level);
        } else {
            access(&w);
        }
        if (i % 16 == 15) {
            PROP_ASSERT(vaplic_is_valid(&w.v));
        }
        PROP_ASSERT(w.sent == w.ref.sent);
        for (uint32_t h = 0; h < w.ref.idc_count; h++) {
            PROP_ASSERT(w.external[h] == ref_external(&w.ref, h));
        }
    }
}
