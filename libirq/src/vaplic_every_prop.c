/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Property: at every single byte of the window each size, loads and stores, is answered as a
 * native APLIC does, or is a fault that changes nothing; in each delivery mode. No choices are
 * drawn: one run is all.
 */
#include "test_window.h"
#include "vaplic_ref.h"

#include <string.h>

#define SOURCES 97

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
    struct test_window window = {&vaplic_vdev_ops, &v, VAPLIC_SIZE, &r, ref_read, ref_write};
    test_window_every(&window);
    PROP_ASSERT(sent == r.sent);
    PROP_ASSERT(vaplic_is_valid(&v));
}

void prop_run(void)
{
    every(VAPLIC_DIRECT);
    every(VAPLIC_MSI);
    every(VAPLIC_DIRECT | VAPLIC_MSI);
}
