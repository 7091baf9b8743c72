/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A ring of bytes with one producer and one consumer, which may be on two harts.
 *
 * Neither ever waits: a full ring refuses, an empty one has nothing to give.
 *
 * Units   Bytes; the capacity is a power of two, all of it is usable.
 * Owner   The caller's storage, which outlives the ring.
 * Locks   None. Several producers (or consumers) take turns under a lock of their own.
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

/* Bytes to be taken. Exact for the consumer; for the producer it may be less a moment later. */
uint32_t byte_ring_used(const struct byte_ring *ring);
/* Room for bytes. Exact for the consumer as of now; the producer can rely on at least that. */
uint32_t byte_ring_room(const struct byte_ring *ring);

/* Producer: all of `count` bytes become visible at once, or (no room) none. */
HYP_MUST_USE bool byte_ring_put(struct byte_ring *ring, const uint8_t *bytes, uint32_t count);
/* Consumer: the oldest byte, or false if there is none. */
HYP_MUST_USE bool byte_ring_get(struct byte_ring *ring, uint8_t *byte);

/*
 * Consumer: the oldest bytes up to the first that is not in [least, most], at most `count` of
 * them; bytes NULL: they are dropped. Returns how many.
 */
uint32_t byte_ring_get_run(struct byte_ring *ring, uint8_t *bytes, uint32_t count, uint8_t least,
                           uint8_t most);

bool byte_ring_is_valid(const struct byte_ring *ring);
