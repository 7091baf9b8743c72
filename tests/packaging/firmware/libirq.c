/* SPDX-License-Identifier: Apache-2.0 */
/* Makes a virtual PLIC. */
#include "panic.h"

#include <hyp/irq/vplic.h>

static void set_external(void *ctx, uint32_t vcpu, bool level)
{
    (void)ctx;
    (void)vcpu;
    (void)level;
}

void fw_main(void)
{
    static struct vplic vplic;
    static uint64_t storage[512];
    static const uint8_t zero[] = {0};
    const struct vplic_config config = {
        .source_count = 32,
        .context_count = 1,
        .priority_max = 7,
        .vcpu = zero,
        .hart = zero,
        .set_external = set_external,
    };
    bool fits = vplic_storage_size(32, 1) <= sizeof(storage);
    fw_end("libirq", fits && vplic_init(&vplic, &config, storage) == HYP_OK);
}
