/* SPDX-License-Identifier: Apache-2.0 */
/* A ring loses, repeats and reorders nothing, across the wrap of its counters too. */
#include <hyp/console/byte_ring.h>
#include <prop.h>

void prop_run(void)
{
    struct byte_ring ring;
    uint8_t data[16];
    uint32_t capacity = 2u << prop_u64(4);
    PROP_ASSERT(byte_ring_init(&ring, data, 0) == HYP_E_PARAM);
    PROP_ASSERT(byte_ring_init(&ring, data, 1) == HYP_E_PARAM);
    PROP_ASSERT(byte_ring_init(&ring, data, capacity + 1) == HYP_E_PARAM);
    PROP_ASSERT(byte_ring_init(&ring, data, 0xc0000000u) == HYP_E_PARAM);
    PROP_ASSERT(byte_ring_init(&ring, data, capacity) == HYP_OK);
    ring.head = ring.tail = UINT32_MAX - (uint32_t)prop_u64(40);

    uint8_t put = 0;
    uint8_t got = 0;
    for (unsigned i = 0; i < 100; i++) {
        uint8_t used = (uint8_t)(put - got);
        PROP_ASSERT(byte_ring_used(&ring) == used);
        PROP_ASSERT(byte_ring_room(&ring) == capacity - used);
        PROP_ASSERT(byte_ring_is_valid(&ring));
        if (prop_bool()) {
            uint8_t bytes[20];
            uint32_t count = (uint32_t)prop_u64(sizeof(bytes) + 1);
            for (uint32_t k = 0; k < count; k++) {
                bytes[k] = (uint8_t)(put + k);
            }
            bool fits = byte_ring_put(&ring, bytes, count);
            PROP_ASSERT(fits == (used + count <= capacity));
            put = (uint8_t)(put + (fits ? count : 0));
        } else {
            uint8_t byte = 0;
            bool any = byte_ring_get(&ring, &byte);
            PROP_ASSERT(any == (used != 0));
            PROP_ASSERT(!any || byte == got);
            got = (uint8_t)(got + (any ? 1 : 0));
        }
    }
    ring.tail = ring.head + 1;
    PROP_ASSERT(!byte_ring_is_valid(&ring));
    ring.mask = 4;
    PROP_ASSERT(!byte_ring_is_valid(&ring));
    ring.data = NULL;
    PROP_ASSERT(!byte_ring_is_valid(&ring));
}
