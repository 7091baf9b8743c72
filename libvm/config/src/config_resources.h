/* SPDX-License-Identifier: Apache-2.0 */
/* Harts, RAM and address widths: the platform's at build, the machine's at boot. */
#pragma once

#include <hyp/base/bits.h>
#include <hyp/base/range.h>
#include <hyp/vm/config_input.h>

static inline struct range config_range(uint64_t start, uint64_t size)
{
    return (struct range){start, size};
}

static inline struct range config_range_of(struct hyp_mem mem)
{
    return config_range(mem.hpa, mem.size);
}

/* The count of harts, at most HYP_HART_MAX; and the same harts as a mask. */
uint32_t config_hart_count(const struct config_input *in);
uint64_t config_present_harts(const struct config_input *in);

/* Width of guest-physical addresses that can be mapped; at build, on the best machine. */
static inline uint32_t config_gpa_bits(const struct config_input *in)
{
    return in->machine != NULL ? in->machine->gpa_bits : CONFIG_GPA_BITS_MAX;
}

/* All RAM, and the ranges of it that VMs cannot have. Both return how many ranges there are. */
uint32_t config_ram(const struct config_input *in, const struct hyp_mem **ram);
uint32_t config_reserved(const struct config_input *in, const struct hyp_mem **reserved);

/* Is all of `r` RAM? If not, *hole is its first byte that is not. */
bool config_ram_covers(const struct config_input *in, struct range r, uint64_t *hole);

/*
 * True for a region of whole pages that the G-stage can map, and that has, if it is fixed, a host
 * address below 2^56, which is all that a PTE can hold.
 */
bool config_mem_is_sound(const struct config_input *in, const struct vm_mem *mem);
