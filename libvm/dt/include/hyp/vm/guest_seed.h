/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Seeds for the random numbers and the address layout of guests' kernels, from the machine's seed.
 *
 * ChaCha20 (RFC 8439) is the one-way function: the key comes from the machine's seed, the nonce
 * says which VM, which start and when; its key stream is the next key, then the seeds of this
 * start. The machine's seed and all keys before are erased by then. So seeds that are known reveal
 * neither the machine's nor any other, and no two starts get the same.
 *
 * Owner   The caller's. Both structs hold secrets; a guest_seed is erased when the guest has it.
 * Locks   None: one caller at a time. Pure.
 */
#pragma once

#include <hyp/base/types.h>

#define GUEST_SEED_KEY_SIZE 32
#define GUEST_SEED_NEXT_SIZE 24 /* Bytes of a key that was drawn; the others are 0. */
#define GUEST_SEED_RNG_SIZE 32
#define GUEST_SEED_KASLR_SIZE 8

struct seed_source {
    uint8_t key[GUEST_SEED_KEY_SIZE];
    uint32_t size;  /* Bytes of the machine's seed; 0: it has none. */
    uint32_t draws; /* Keys drawn so far, for the starts of all VMs and for room. */
};

struct guest_seed {
    uint8_t rng[GUEST_SEED_RNG_SIZE];
    uint8_t kaslr[GUEST_SEED_KASLR_SIZE];
    uint32_t rng_size; /* Only so many bytes of rng: a guest may count on no more than went in. */
};

/*
 * Adds a seed of the machine, of any length, to those before. A seed of zeroes alone is skipped: a
 * kernel clears the seed that it has used.
 */
void guest_seed_add(struct seed_source *source, const uint8_t *bytes, size_t size);

/* The seeds of one start of VM `vm`, at `time` of the time CSR. The caller erases them. */
void guest_seed_draw(struct seed_source *source, uint32_t vm, uint64_t time,
                     struct guest_seed *seed);
