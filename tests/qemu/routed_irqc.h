/* SPDX-License-Identifier: Apache-2.0 */
/* The guest's own driver of its interrupt controller: routed_plic.c, routed_aplic.c,
 * routed_imsic.c. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

static inline uint32_t reg_read(uint64_t address)
{
    return *(volatile uint32_t *)address;
}

static inline void reg_write(uint64_t address, uint32_t value)
{
    *(volatile uint32_t *)address = value;
}

/* On each hart, hart 0 first. */
void irqc_open(uint64_t hart);
/* A level-sensitive source interrupts that hart from here on; or no longer. */
void irqc_route(uint32_t source, uint64_t hart);
void irqc_mask(uint32_t source, uint64_t hart);
/* On the hart that was interrupted; 0: nothing, which irqc_is_spurious() may allow. */
uint32_t irqc_claim(uint64_t hart);
bool irqc_is_spurious(uint32_t source);
/* The device has been served. */
void irqc_end(uint64_t hart, uint32_t source);
