/* SPDX-License-Identifier: Apache-2.0 */
/* What there is to share out: as the platform promises it at build, or as the machine has it. */
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

/* Harts; as a set. */
uint32_t config_hart_count(const struct config_input *in);
uint64_t config_present_harts(const struct config_input *in);

/* At build, what some machine can map. */
static inline uint32_t config_gpa_bits(const struct config_input *in)
{
    return in->machine != NULL ? in->machine->gpa_bits : CONFIG_GPA_BITS_MAX;
}

/* RAM, and what of it is nobody's. */
uint32_t config_ram(const struct config_input *in, const struct hyp_mem **ram);
uint32_t config_reserved(const struct config_input *in, const struct hyp_mem **taken);

/* Is [r.start, r.start + r.size) RAM? `hole` becomes the first byte that is not. */
bool config_ram_covers(const struct config_input *in, struct range r, uint64_t *hole);

/* Whole pages that neither wrap nor leave what the G-stage and, where fixed, a machine can name. */
bool config_mem_is_sound(const struct config_input *in, const struct vm_mem *mem);
