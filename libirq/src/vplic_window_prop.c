/* SPDX-License-Identifier: Apache-2.0 */
/* Property: every access of any size, anywhere in the window, is answered as the reference does. */
#include "test_window.h"
#include "vplic_ref.h"

#include <string.h>

static const uint8_t vcpu_of[REF_CONTEXTS] = {VPLIC_NO_VCPU, 1, VPLIC_NO_VCPU, 0};
static const uint8_t hart_of[2] = {0, 1};

static void set_external(void *ctx, uint32_t vcpu, bool level)
{
    bool *external = ctx;
    PROP_ASSERT(external[vcpu] != level);
    external[vcpu] = level;
}

static uint64_t draw_offset(uint32_t sources)
{
    uint64_t odd = prop_u64(8) == 0 ? prop_u64(4) : 0;
    uint64_t context = prop_u64(REF_CONTEXTS + 1);
    switch (prop_u64(7)) {
    case 0: return prop_u64(VPLIC_SIZE);
    case 1: return PLIC_PENDING + 4 * prop_u64(8) + odd;
    case 2: return PLIC_ENABLE + PLIC_ENABLE_STRIDE * context + 4 * prop_u64(8) + odd;
    case 3: return 4 * prop_u64(sources + 2) + odd;
    case 4: return VPLIC_SIZE - 8 + prop_u64(16);
    default: return PLIC_CONTEXT + PLIC_CONTEXT_STRIDE * context + 4 * prop_u64(3) + odd;
    }
}

static uint64_t draw_value(uint32_t sources)
{
    switch (prop_u64(4)) {
    case 0: return prop_u64(0);
    case 1: return prop_u64(sources + 2);
    case 2: return UINT64_MAX;
    default: return prop_u64(9);
    }
}

static void access(struct vplic *v, struct ref *r)
{
    struct test_window window = {&vplic_vdev_ops, v, VPLIC_SIZE, r, ref_read, ref_write};
    uint64_t offset = draw_offset(r->source_count);
    unsigned size = test_window_draw_size();
    if (prop_bool()) {
        test_window_store(&window, offset, size, draw_value(r->source_count));
    } else {
        test_window_load(&window, offset, size);
    }
}

void prop_run(void)
{
    static const uint32_t counts[] = {2, 33, 54, 64, 65, 96, 130, REF_SOURCES};
    static const uint32_t maxima[] = {7, 5, 1, 31};
    struct vplic v;
    struct ref r;
    uint64_t storage[1280];
    bool external[2] = {false, false};
    memset(&r, 0, sizeof(r));
    memset(storage, 0, sizeof(storage));
    r.source_count = counts[prop_u64(8)];
    r.context_count = (uint32_t)prop_range(1, REF_CONTEXTS);
    r.priority_max = maxima[prop_u64(4)];
    struct vplic_config config = {
        .source_count = r.source_count,
        .context_count = r.context_count,
        .priority_max = r.priority_max,
        .vcpu = vcpu_of,
        .hart = hart_of,
        .set_external = set_external,
        .ctx = external,
    };
    PROP_ASSERT(sizeof(storage) >= vplic_storage_size(r.source_count, r.context_count));
    PROP_ASSERT(vplic_init(&v, &config, storage) == HYP_OK);
    for (unsigned i = 0; i < 64; i++) {
        if (prop_u64(4) == 0) {
            uint32_t source = 1 + (uint32_t)prop_u64(r.source_count - 1);
            bool level = prop_bool();
            struct irq_line line = vplic_line(&v, source);
            irq_line_set(&line, level);
            ref_line(&r, source, level);
        } else {
            access(&v, &r);
        }
        if (i % 16 == 15) {
            PROP_ASSERT(vplic_is_valid(&v));
        }
        for (uint32_t c = 0; c < r.context_count; c++) {
            bool level = ref_best(&r, c) != 0;
            PROP_ASSERT(vcpu_of[c] == VPLIC_NO_VCPU || external[vcpu_of[c]] == level);
        }
    }
}
