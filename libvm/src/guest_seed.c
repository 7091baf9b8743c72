/* SPDX-License-Identifier: Apache-2.0 */
/* A key that is replaced whenever it is used. */
#include <hyp/vm/guest_seed.h>

#include <string.h>

static uint32_t rotate_left(uint32_t x, uint32_t by)
{
    return x << by | x >> (32 - by);
}

/* RFC 8439, "2.1. The ChaCha Quarter Round" */
static void quarter_round(uint32_t *a, uint32_t *b, uint32_t *c, uint32_t *d)
{
    *a += *b;
    *d = rotate_left(*d ^ *a, 16);
    *c += *d;
    *b = rotate_left(*b ^ *c, 12);
    *a += *b;
    *d = rotate_left(*d ^ *a, 8);
    *c += *d;
    *b = rotate_left(*b ^ *c, 7);
}

/* RFC 8439, "2.3. The ChaCha20 Block Function", block counter 0, on a little-endian machine. */
static void chacha20_block(const uint8_t key[32], const uint32_t nonce[3], uint32_t out[16])
{
    uint32_t start[16] = {0x61707865, 0x3320646e, 0x79622d32, 0x6b206574};
    memcpy(&start[4], key, 32);
    memcpy(&start[13], nonce, 12);
    memcpy(out, start, sizeof(start));
    for (uint32_t i = 0; i < 10 * 8; i++) {
        uint32_t diagonal = i / 4 % 2; /* Four columns, then four diagonals. */
        quarter_round(&out[i % 4], &out[4 + (i + diagonal) % 4], &out[8 + (i + 2 * diagonal) % 4],
                      &out[12 + (i + 3 * diagonal) % 4]);
    }
    for (uint32_t i = 0; i < 16; i++) {
        out[i] += start[i];
    }
    memset(start, 0, sizeof(start)); /* -ffreestanding: not left out as a dead store. */
}

void guest_seed_draw(struct seed_source *s, uint32_t vm, uint64_t time, struct guest_seed *seed)
{
    uint32_t nonce[3] = {vm << 24 ^ s->draws, (uint32_t)time, (uint32_t)(time >> 32)};
    uint32_t stream[16];
    const uint8_t *next = (const uint8_t *)stream;
    _Static_assert(GUEST_SEED_NEXT_SIZE + sizeof(seed->rng) + sizeof(seed->kaslr) == sizeof(stream),
                   "one block");
    chacha20_block(s->key, nonce, stream);
    memset(s->key, 0, sizeof(s->key));
    memcpy(s->key, next, GUEST_SEED_NEXT_SIZE);
    next += GUEST_SEED_NEXT_SIZE;
    memcpy(seed->rng, next, sizeof(seed->rng));
    memcpy(seed->kaslr, next + sizeof(seed->rng), sizeof(seed->kaslr));
    seed->rng_size = s->size < sizeof(seed->rng) ? s->size : sizeof(seed->rng);
    s->draws++;
    memset(stream, 0, sizeof(stream)); /* The same. */
}

void guest_seed_add(struct seed_source *s, const uint8_t *bytes, size_t size)
{
    uint32_t any = 0;
    for (size_t i = 0; i < size; i++) {
        any |= bytes[i];
    }
    for (size_t i = 0; i < size && any != 0; i++, s->size++) {
        uint32_t at = s->size % sizeof(s->key);
        if (at == 0 && s->size != 0) {
            struct guest_seed unused;
            guest_seed_draw(s, 0, 0, &unused); /* A full key makes room. */
        }
        s->key[at] ^= bytes[i];
    }
}
