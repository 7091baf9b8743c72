/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Property: at every single byte of the window each size, loads and stores, is answered as a
 * native APLIC does, or is a fault that changes nothing; in each delivery mode. No choices are
 * drawn: one run is all.
 */
#include "vaplic_ref.h"

#include <string.h>

#define SOURCES 97
#define BEYOND 16 /* Bytes behind the end that an access is tried at, too. */

static uint64_t sent;

static void set_external(void *ctx, uint32_t vcpu, bool level)
{
    (void)ctx;
    (void)vcpu;
    (void)level;
}

static void send_msi(void *ctx, uint32_t hart_index, uint32_t guest_index, uint32_t eiid)
{
    (void)ctx;
    sent += ref_message(hart_index, guest_index, eiid);
}

/* Words; and, as QEMU's bus does it, two words at 4 mod 8. */
static bool answers(uint64_t offset, unsigned size)
{
    return offset + size <= VAPLIC_SIZE &&
           ((size == 4 && offset % 4 == 0) || (size == 8 && offset % 8 == 4));
}

static uint64_t read_ref(struct ref *r, uint64_t offset, unsigned size)
{
    uint64_t value = ref_read(r, offset);
    return size == 8 ? value | (uint64_t)ref_read(r, offset + 4) << 32 : value;
}

static void load(struct vaplic *v, struct ref *r, uint64_t offset, unsigned size)
{
    const uint64_t before = 0x5a5a5a5a5a5a5a5a;
    uint64_t value = before;
    bool right = answers(offset, size);
    PROP_ASSERT((vdev_read(&vaplic_vdev_ops, v, offset, size, &value) == VDEV_OK) == right);
    PROP_ASSERT(value == (right ? read_ref(r, offset, size) : before));
}

/* What is stored differs at each byte; a fault's must not be seen by the loads that follow. */
static void store(struct vaplic *v, struct ref *r, uint64_t offset, unsigned size)
{
    uint64_t value = offset * UINT64_C(0x9e3779b97f4a7c15) >> 8;
    bool right = answers(offset, size);
    PROP_ASSERT((vdev_write(&vaplic_vdev_ops, v, offset, size, value) == VDEV_OK) == right);
    if (right) {
        ref_write(r, offset, (uint32_t)value);
    }
    if (right && size == 8) {
        ref_write(r, offset + 4, (uint32_t)(value >> 32));
    }
}

static void every(uint32_t delivery)
{
    static uint64_t storage[512];
    static struct vaplic v;
    struct ref r = {
        .source_count = SOURCES, .idc_count = REF_HARTS, .iprio_bits = 3, .delivery = delivery};
    struct vaplic_config config = {
        .source_count = SOURCES,
        .idc_count = REF_HARTS,
        .iprio_bits = 3,
        .delivery = delivery,
        .set_external = set_external,
        .send_msi = send_msi,
    };
    ref_reset(&r);
    sent = 0;
    memset(storage, 0, sizeof(storage));
    PROP_ASSERT(sizeof(storage) >= vaplic_storage_size(SOURCES, REF_HARTS));
    PROP_ASSERT(vaplic_init(&v, &config, storage) == HYP_OK);
    for (uint64_t offset = 0; offset < VAPLIC_SIZE + BEYOND; offset++) {
        for (unsigned size = 1; size <= 8; size *= 2) {
            store(&v, &r, offset, size);
            load(&v, &r, offset, size);
        }
    }
    for (uint64_t offset = 0; offset < VAPLIC_SIZE; offset += 4) {
        load(&v, &r, offset, 4);
    }
    PROP_ASSERT(sent == r.sent);
    PROP_ASSERT(vaplic_is_valid(&v));
}

void prop_run(void)
{
    every(VAPLIC_DIRECT);
    every(VAPLIC_MSI);
    every(VAPLIC_DIRECT | VAPLIC_MSI);
}
