/* SPDX-License-Identifier: Apache-2.0 */
/*
 * PASS and FAIL lines, the device tree and Sv39 tables for guests of tests.
 *
 * Only one hart prints at a time. check_end() shuts the VM down, as a failure if a check failed.
 */
#pragma once

#include <hyp/guest/guest.h>

void check(bool right, const char *what);
/* Prints both values if they differ. */
void check_is(uint64_t got, uint64_t want, const char *what);
_Noreturn void check_end(void);

/* The first cpu node's ISA lists `name` (whole name, as "sstc" or "v"). */
bool tree_has_isa(const void *fdt, const char *name);
uint32_t tree_cpu_u32(const void *fdt, const char *name);
uint32_t tree_hart_count(const void *fdt);
const char *tree_bootargs(const void *fdt);

#define PTE_V UINT64_C(0x01)
#define PTE_RWX UINT64_C(0x0e)
#define PTE_A UINT64_C(0x40)
#define PTE_D UINT64_C(0x80)
#define PTE_LEAF (PTE_V | PTE_RWX | PTE_A | PTE_D)
#define PTE_OF(pa) ((uint64_t)(pa) >> 12 << 10)
#define SATP_SV39(root) (UINT64_C(8) << 60 | (uint64_t)(root) >> 12)

static inline void sfence_vma(void)
{
    __asm__ volatile("sfence.vma" : : : "memory");
}
