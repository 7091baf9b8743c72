/* SPDX-License-Identifier: Apache-2.0 */
/* Draws two seeds from one, which differ. */
#include "panic.h"

#include <hyp/vm/guest_seed.h>

void fw_main(void)
{
    static const uint8_t bytes[GUEST_SEED_KEY_SIZE] = {1, 2, 3};
    struct seed_source source = {0};
    struct guest_seed seed[2];

    guest_seed_add(&source, bytes, sizeof(bytes));
    guest_seed_draw(&source, 0, 0, &seed[0]);
    guest_seed_draw(&source, 1, 0, &seed[1]);
    fw_end("libvm", seed[0].rng_size != 0 && seed[0].rng[0] != seed[1].rng[0]);
}
