/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The seam to guest memory: HLV, HLVX and HSV through the hgatp of this hart. libhyp has no pointer
 * to guest memory; a fault is a status.
 *
 * Data is copied once, so a guest cannot change it between a check and its use.
 *
 * Locks   None.
 * Context HS-mode, interrupts off, the trap vector installed, hgatp of the VM. A trap taken here
 *         overwrites sepc, scause, stval, htval and the previous-mode bits, so the guest's values
 *         must have been saved, as world_switch() does.
 * Spec    "Hypervisor Virtual-Machine Load and Store Instructions".
 */
#pragma once

#include <hyp/base/status.h>
#include <hyp/base/types.h>

/*
 * Copies [gpa, gpa + size) from or to the guest; the guest's own page tables do not matter. Returns
 * HYP_OK, or HYP_E_FAULT if some of the range is not mapped for that access; the bytes before the
 * fault have been copied.
 */
HYP_MUST_USE enum hyp_status guest_mem_read(gpa_t gpa, void *to, uint64_t size);
HYP_MUST_USE enum hyp_status guest_mem_write(gpa_t gpa, const void *from, uint64_t size);

/*
 * Fetches the instruction at a guest-virtual address, as the guest itself would in the mode of
 * hstatus.SPVP. Returns HYP_OK, or HYP_E_FAULT if the guest would fault; it may have changed its
 * page tables since it executed the instruction.
 */
HYP_MUST_USE enum hyp_status guest_mem_fetch(gva_t pc, uint32_t *insn);
