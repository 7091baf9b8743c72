/* SPDX-License-Identifier: Apache-2.0 */
/* Fences on the machine: one instruction each. */
#pragma once

#include <hyp/base/types.h>

static inline void fence_sfence_vma_all(void)
{
    __asm__ volatile("sfence.vma" : : : "memory");
}

static inline void fence_sfence_vma(uintptr_t va)
{
    __asm__ volatile("sfence.vma %0" : : "r"(va) : "memory");
}

/* .insn r opcode=SYSTEM func3=0 func7 rd rs1 rs2: the -march in use does not include H. */
static inline void fence_hfence_gvma_all(void)
{
    __asm__ volatile(".insn r 0x73, 0, 0x31, x0, x0, x0" : : : "memory");
}

static inline void fence_hfence_gvma_vmid(uint64_t vmid)
{
    __asm__ volatile(".insn r 0x73, 0, 0x31, x0, x0, %0" : : "r"(vmid) : "memory");
}

/* rs1 holds the guest-physical address shifted right by two. */
static inline void fence_hfence_gvma(gpa_t gpa, uint64_t vmid)
{
    __asm__ volatile(".insn r 0x73, 0, 0x31, x0, %0, %1" : : "r"(gpa.a >> 2), "r"(vmid) : "memory");
}

static inline void fence_hfence_vvma_all(void)
{
    __asm__ volatile(".insn r 0x73, 0, 0x11, x0, x0, x0" : : : "memory");
}

static inline void fence_hfence_vvma(gva_t gva)
{
    __asm__ volatile(".insn r 0x73, 0, 0x11, x0, %0, x0" : : "r"(gva.a) : "memory");
}

static inline void fence_hfence_vvma_asid(gva_t gva, uint64_t asid)
{
    __asm__ volatile(".insn r 0x73, 0, 0x11, x0, %0, %1" : : "r"(gva.a), "r"(asid) : "memory");
}

static inline void fence_hfence_vvma_asid_all(uint64_t asid)
{
    __asm__ volatile(".insn r 0x73, 0, 0x11, x0, x0, %0" : : "r"(asid) : "memory");
}

static inline void fence_i(void)
{
    __asm__ volatile("fence.i" : : : "memory");
}

static inline void fence_io(void)
{
    __asm__ volatile("fence iorw, iorw" : : : "memory");
}
