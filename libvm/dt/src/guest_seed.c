/* SPDX-License-Identifier: Apache-2.0 */
/* Seeds from a key that is replaced whenever it is used. */
#include <hyp/vm/guest_seed.h>

#include <bearssl_block.h>
#include <string.h>

void guest_seed_draw(struct seed_source *source, uint32_t vm, uint64_t time,
                     struct guest_seed *seed)
{
    uint32_t nonce[3] = {vm << 24 ^ source->draws, (uint32_t)time, (uint32_t)(time >> 32)};
    struct {
        uint8_t key[GUEST_SEED_NEXT_SIZE];
        uint8_t rng[GUEST_SEED_RNG_SIZE];
        uint8_t kaslr[GUEST_SEED_KASLR_SIZE];
    } stream = {0};
    _Static_assert(sizeof(stream) == 64, "one block");
    (void)br_chacha20_ct_run(source->key, nonce, 0, &stream, sizeof(stream));
    memset(source->key, 0, sizeof(source->key));
    memcpy(source->key, stream.key, sizeof(stream.key));
    memcpy(seed->rng, stream.rng, sizeof(stream.rng));
    memcpy(seed->kaslr, stream.kaslr, sizeof(stream.kaslr));
    seed->rng_size = source->size < sizeof(seed->rng) ? source->size : sizeof(seed->rng);
    source->draws++;
    memset(&stream, 0, sizeof(stream)); /* -ffreestanding: not left out as a dead store. */
}

void guest_seed_add(struct seed_source *source, const uint8_t *bytes, size_t size)
{
    uint32_t any = 0;
    for (size_t i = 0; i < size; i++) {
        any |= bytes[i];
    }
    for (size_t i = 0; i < size && any != 0; i++, source->size++) {
        uint32_t at = source->size % sizeof(source->key);
        if (at == 0 && source->size != 0) {
            struct guest_seed unused;
            guest_seed_draw(source, 0, 0, &unused); /* A full key makes room. */
        }
        source->key[at] ^= bytes[i];
    }
}
