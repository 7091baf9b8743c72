/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A ring of bytes with one producer and one consumer, which may be on two harts.
 *
 * Neither ever waits: a put into a full ring and a get from an empty one return false.
 *
 * Units   Bytes; the capacity is a power of two, all of it is usable.
 * Owner   The caller's storage, which outlives the ring.
 * Locks   None. Several producers (or consumers) need a lock of their own.
 *         `head` and `tail` run freely and wrap at 2^32; only the producer writes head, only
 *         the consumer writes tail.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <hyp/base/status.h>

struct byte_ring {
    uint8_t *data;
    uint32_t mask; /* Capacity - 1. */
    uint32_t head; /* Bytes ever put. */
    uint32_t tail; /* Bytes ever taken. */
};

/* HYP_OK, or HYP_E_PARAM: capacity is not a power of two in [2, 2^31]. */
HYP_MUST_USE enum hyp_status byte_ring_init(struct byte_ring *ring, uint8_t *data,
                                            uint32_t capacity);

/* Bytes in the ring. Exact for the consumer; for the producer it may be less a moment later. */
uint32_t byte_ring_used(const struct byte_ring *ring);
/* Free bytes. The producer can rely on at least that many; for the consumer it may be less soon. */
uint32_t byte_ring_room(const struct byte_ring *ring);

/* Producer: makes all of `count` bytes visible at once. False: there is no room, none is put. */
HYP_MUST_USE bool byte_ring_put(struct byte_ring *ring, const uint8_t *bytes, uint32_t count);
/* Consumer: takes the oldest byte. False: there is none. */
HYP_MUST_USE bool byte_ring_get(struct byte_ring *ring, uint8_t *byte);

/*
 * Consumer: takes the oldest bytes up to the first that is not in [min, max], at most `count` of
 * them; bytes NULL: drops them. Returns how many.
 */
uint32_t byte_ring_get_run(struct byte_ring *ring, uint8_t *bytes, uint32_t count, uint8_t min,
                           uint8_t max);

bool byte_ring_is_valid(const struct byte_ring *ring);
