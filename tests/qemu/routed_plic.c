/* SPDX-License-Identifier: Apache-2.0 */
/* A PLIC, with contexts as on QEMU's virt machine. */
#include "routed_irqc.h"

#define PLIC UINT64_C(0x0c000000)
#define PLIC_ENABLE(hart) (PLIC + 0x2000 + 0x80 * (2 * (hart) + 1))
#define PLIC_CLAIM(hart) (PLIC + 0x200004 + 0x1000 * (2 * (hart) + 1))

void irqc_open(uint64_t hart)
{
    reg_write(PLIC_ENABLE(hart), 0);
}

void irqc_route(uint32_t source, uint64_t hart)
{
    reg_write(PLIC + 4 * source, 1);
    reg_write(PLIC_ENABLE(hart), 1u << source);
}

void irqc_mask(uint32_t source, uint64_t hart)
{
    (void)source;
    reg_write(PLIC_ENABLE(hart), 0);
}

uint32_t irqc_claim(uint64_t hart)
{
    return reg_read(PLIC_CLAIM(hart));
}

bool irqc_is_spurious(uint32_t source)
{
    (void)source;
    return false;
}

void irqc_end(uint64_t hart, uint32_t source)
{
    reg_write(PLIC_CLAIM(hart), source);
}
