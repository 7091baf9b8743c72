/* SPDX-License-Identifier: Apache-2.0 */
/* A ring of bytes, one producer and one consumer. */
#include <hyp/console/byte_ring.h>

enum hyp_status byte_ring_init(struct byte_ring *ring, uint8_t *data, uint32_t capacity)
{
    if (capacity < 2 || (capacity & (capacity - 1)) != 0) {
        return HYP_E_PARAM;
    }
    *ring = (struct byte_ring){.data = data, .mask = capacity - 1};
    return HYP_OK;
}

uint32_t byte_ring_used(const struct byte_ring *ring)
{
    /* Acquire pairs with the release of head in byte_ring_put(): the bytes are there. */
    uint32_t head = __atomic_load_n(&ring->head, __ATOMIC_ACQUIRE);
    return head - __atomic_load_n(&ring->tail, __ATOMIC_RELAXED);
}

uint32_t byte_ring_room(const struct byte_ring *ring)
{
    /* Acquire pairs with the release of tail in byte_ring_get(): the bytes have been read. */
    uint32_t tail = __atomic_load_n(&ring->tail, __ATOMIC_ACQUIRE);
    return ring->mask + 1 - (__atomic_load_n(&ring->head, __ATOMIC_RELAXED) - tail);
}

bool byte_ring_put(struct byte_ring *ring, const uint8_t *bytes, uint32_t count)
{
    if (byte_ring_room(ring) < count) {
        return false;
    }
    uint32_t head = ring->head;
    for (uint32_t i = 0; i < count; i++) {
        ring->data[(head + i) & ring->mask] = bytes[i];
    }
    /* Release pairs with the acquire of head in byte_ring_used(). */
    __atomic_store_n(&ring->head, head + count, __ATOMIC_RELEASE);
    return true;
}

bool byte_ring_get(struct byte_ring *ring, uint8_t *byte)
{
    if (byte_ring_used(ring) == 0) {
        return false;
    }
    uint32_t tail = ring->tail;
    *byte = ring->data[tail & ring->mask];
    /* Release pairs with the acquire of tail in byte_ring_room(). */
    __atomic_store_n(&ring->tail, tail + 1, __ATOMIC_RELEASE);
    return true;
}

uint32_t byte_ring_get_run(struct byte_ring *ring, uint8_t *bytes, uint32_t count, uint8_t min,
                           uint8_t max)
{
    uint32_t used = byte_ring_used(ring);
    uint32_t tail = ring->tail;
    uint32_t n = 0;
    count = count < used ? count : used;
    for (; n < count; n++) {
        uint8_t byte = ring->data[(tail + n) & ring->mask];
        if (byte < min || byte > max) {
            break;
        }
        if (bytes != NULL) {
            bytes[n] = byte;
        }
    }
    /* Release pairs with the acquire of tail in byte_ring_room(). */
    __atomic_store_n(&ring->tail, tail + n, __ATOMIC_RELEASE);
    return n;
}

bool byte_ring_is_valid(const struct byte_ring *ring)
{
    return ring->data != NULL && (ring->mask & (ring->mask + 1)) == 0 &&
           byte_ring_used(ring) <= ring->mask + 1;
}
