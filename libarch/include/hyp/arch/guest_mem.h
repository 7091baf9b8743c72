/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The seam to guest memory: HLV, HLVX and HSV through the hgatp that this hart has
 * loaded. There is no pointer to guest memory anywhere; a fault is a value.
 *
 * Data is copied once, so a guest cannot change it between a check and its use.
 *
 * Locks   None. Context: HS-mode, interrupts off, the trap vector installed. hgatp is
 *         the VM's. A trap taken here overwrites sepc, scause, stval, htval and the
 *         previous-mode bits, so the guest's are saved before (world_switch() has).
 * Spec    "Hypervisor Virtual-Machine Load and Store Instructions".
 */
#pragma once

#include <hyp/base/status.h>
#include <hyp/base/types.h>

/*
 * Copies [gpa, gpa + size) from or to the guest, whatever its own page tables say.
 * HYP_OK, or HYP_E_FAULT: some of it is not mapped for that access; what lies
 * before it has been copied. Whole words of the guest are written at half an instruction a byte.
 */
HYP_MUST_USE enum hyp_status guest_mem_read(gpa_t gpa, void *to, uint64_t size);
HYP_MUST_USE enum hyp_status guest_mem_write(gpa_t gpa, const void *from, uint64_t size);

/*
 * The instruction at a guest-virtual address, as the guest itself would fetch it
 * in the mode that hstatus.SPVP says. HYP_E_FAULT: the guest would fault; it may
 * have changed its tables since it executed the instruction.
 */
HYP_MUST_USE enum hyp_status guest_mem_fetch(gva_t pc, uint32_t *insn);
