/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The seam to fences: translation caches, instruction fetch, memory order.
 *
 * A fence acts on the hart that executes it; an IPI makes another hart fence. The host backend logs
 * each call, so that a test can check it.
 *
 * Implements "Hypervisor Memory-Management Fence Instructions" and
 * "Supervisor Memory-Management Fence Instruction" of the privileged specification.
 */
#pragma once

#include <hyp/base/types.h>

#include <hyp/arch_backend/fence.h>
/*
 * fence_sfence_vma_all(void)                  HS-stage: all of this hart
 * fence_sfence_vma(uintptr_t va)              HS-stage: one page
 * fence_hfence_gvma_all(void)                 G-stage: every VMID
 * fence_hfence_gvma_vmid(uint64_t vmid)       G-stage: all of one VMID
 * fence_hfence_gvma(gpa_t, uint64_t vmid)     G-stage: the leaf of one guest-physical address
 * fence_hfence_vvma_all(void)                 VS-stage of hgatp.VMID: all
 * fence_hfence_vvma(gva_t)                    VS-stage of hgatp.VMID: one page
 * fence_hfence_vvma_asid(gva_t, uint64_t asid), fence_hfence_vvma_asid_all(uint64_t asid)
 * fence_i(void)                               instruction fetch after writes to code
 * fence_io(void)                              device accesses before, device and memory after
 */
