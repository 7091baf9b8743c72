/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Property: at every single byte of the window each size, loads and stores, is answered as a
 * native PLIC does, or is a fault that changes nothing. No choices are drawn: one run is all.
 */
#include "test_window.h"
#include "vplic_ref.h"

#include <string.h>

#define SOURCES 96
#define PRIORITY_MAX 7

static const uint8_t vcpu_of[REF_CONTEXTS] = {VPLIC_NO_VCPU, 0, VPLIC_NO_VCPU, 1};
static const uint8_t hart_of[REF_HARTS] = {0, 1};

static void set_external(void *ctx, uint32_t vcpu, bool level)
{
    (void)ctx;
    (void)vcpu;
    (void)level;
}

void prop_run(void)
{
    static uint64_t storage[1280];
    static struct vplic v;
    struct ref r = {
        .source_count = SOURCES, .context_count = REF_CONTEXTS, .priority_max = PRIORITY_MAX};
    struct vplic_config config = {
        .source_count = SOURCES,
        .context_count = REF_CONTEXTS,
        .priority_max = PRIORITY_MAX,
        .vcpu = vcpu_of,
        .hart = hart_of,
        .set_external = set_external,
        .ctx = NULL,
    };
    memset(storage, 0, sizeof(storage));
    PROP_ASSERT(sizeof(storage) >= vplic_storage_size(SOURCES, REF_CONTEXTS));
    PROP_ASSERT(vplic_init(&v, &config, storage) == HYP_OK);
    struct test_window window = {&vplic_vdev_ops, &v, VPLIC_SIZE, &r, ref_read, ref_write};
    test_window_every(&window);
    PROP_ASSERT(vplic_is_valid(&v));
}
