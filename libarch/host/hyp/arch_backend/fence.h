/* SPDX-License-Identifier: Apache-2.0 */
/* Fences on the host: each is logged, so that a test can say what was fenced. */
#pragma once

#include <hyp/base/types.h>

enum fence_kind {
    FENCE_SFENCE_ALL,
    FENCE_SFENCE,
    FENCE_GVMA_ALL,
    FENCE_GVMA_VMID,
    FENCE_GVMA,
    FENCE_VVMA_ALL,
    FENCE_VVMA,
    FENCE_VVMA_ASID,
    FENCE_VVMA_ASID_ALL,
    FENCE_I,
    FENCE_IO,
};

struct fence_record {
    enum fence_kind kind;
    uint64_t address;
    uint64_t id; /* VMID or ASID */
};

#define FENCE_LOG_MAX 256

/* The first FENCE_LOG_MAX fences of this thread since the reset; `count` is the number of all. */
struct fence_log {
    struct fence_record record[FENCE_LOG_MAX];
    unsigned count;
};

struct fence_log *fence_host_log(void);
void fence_host_reset(void);
void fence_host_add(enum fence_kind kind, uint64_t address, uint64_t id);

static inline void fence_sfence_vma_all(void)
{
    fence_host_add(FENCE_SFENCE_ALL, 0, 0);
}

static inline void fence_sfence_vma(uintptr_t va)
{
    fence_host_add(FENCE_SFENCE, va, 0);
}

static inline void fence_hfence_gvma_all(void)
{
    fence_host_add(FENCE_GVMA_ALL, 0, 0);
}

static inline void fence_hfence_gvma_vmid(uint64_t vmid)
{
    fence_host_add(FENCE_GVMA_VMID, 0, vmid);
}

static inline void fence_hfence_gvma(gpa_t gpa, uint64_t vmid)
{
    fence_host_add(FENCE_GVMA, gpa.a, vmid);
}

static inline void fence_hfence_vvma_all(void)
{
    fence_host_add(FENCE_VVMA_ALL, 0, 0);
}

static inline void fence_hfence_vvma(gva_t gva)
{
    fence_host_add(FENCE_VVMA, gva.a, 0);
}

static inline void fence_hfence_vvma_asid(gva_t gva, uint64_t asid)
{
    fence_host_add(FENCE_VVMA_ASID, gva.a, asid);
}

static inline void fence_hfence_vvma_asid_all(uint64_t asid)
{
    fence_host_add(FENCE_VVMA_ASID_ALL, 0, asid);
}

static inline void fence_i(void)
{
    fence_host_add(FENCE_I, 0, 0);
}

static inline void fence_io(void)
{
    fence_host_add(FENCE_IO, 0, 0);
}
