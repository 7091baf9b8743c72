/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Property: at every single byte of the window each size, loads and stores, is answered as a
 * native PLIC does, or is a fault that changes nothing. No choices are drawn: one run is all.
 */
#include "vplic_ref.h"

#include <string.h>

#define SOURCES 96
#define PRIORITY_MAX 7
#define BEYOND 16 /* Bytes behind the end that an access is tried at, too. */

static const uint8_t vcpu_of[REF_CONTEXTS] = {VPLIC_NO_VCPU, 0, VPLIC_NO_VCPU, 1};
static const uint8_t hart_of[REF_HARTS] = {0, 1};

static void set_external(void *ctx, uint32_t vcpu, bool level)
{
    (void)ctx;
    (void)vcpu;
    (void)level;
}

/* Words; and, as QEMU's bus does it, two words at 4 mod 8. */
static bool answers(uint64_t offset, unsigned size)
{
    return offset + size <= VPLIC_SIZE &&
           ((size == 4 && offset % 4 == 0) || (size == 8 && offset % 8 == 4));
}

static uint64_t read_ref(struct ref *r, uint64_t offset, unsigned size)
{
    uint64_t value = ref_read(r, offset);
    return size == 8 ? value | (uint64_t)ref_read(r, offset + 4) << 32 : value;
}

static void load(struct vplic *v, struct ref *r, uint64_t offset, unsigned size)
{
    const uint64_t before = 0x5a5a5a5a5a5a5a5a;
    uint64_t value = before;
    bool right = answers(offset, size);
    PROP_ASSERT((vdev_read(&vplic_vdev_ops, v, offset, size, &value) == VDEV_OK) == right);
    PROP_ASSERT(value == (right ? read_ref(r, offset, size) : before));
}

/* What is stored differs at each byte; a fault's must not be seen by the loads that follow. */
static void store(struct vplic *v, struct ref *r, uint64_t offset, unsigned size)
{
    uint64_t value = offset * UINT64_C(0x9e3779b97f4a7c15) >> 8;
    bool right = answers(offset, size);
    PROP_ASSERT((vdev_write(&vplic_vdev_ops, v, offset, size, value) == VDEV_OK) == right);
    if (right) {
        ref_write(r, offset, (uint32_t)value);
    }
    if (right && size == 8) {
        ref_write(r, offset + 4, (uint32_t)(value >> 32));
    }
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
        .ctx = 0,
    };
    memset(storage, 0, sizeof(storage));
    PROP_ASSERT(sizeof(storage) >= vplic_storage_size(SOURCES, REF_CONTEXTS));
    PROP_ASSERT(vplic_init(&v, &config, storage) == HYP_OK);
    for (uint64_t offset = 0; offset < VPLIC_SIZE + BEYOND; offset++) {
        for (unsigned size = 1; size <= 8; size *= 2) {
            store(&v, &r, offset, size);
            load(&v, &r, offset, size);
        }
    }
    for (uint64_t offset = 0; offset < VPLIC_SIZE; offset += 4) {
        load(&v, &r, offset, 4);
    }
    PROP_ASSERT(vplic_is_valid(&v));
}
