/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Loads and stores of a guest on its VM's bus.
 *
 * A device does a bounded part of a long access at a time (vdev.h). A load that is not done yet is
 * repeated by the guest. A store that is done, but has left work, raises this hart's own software
 * interrupt, which comes before the guest's next instruction and calls mmio_more().
 *
 * Locks   vm->lock is taken here; the caller holds nothing.
 * Context The vCPU's own hart.
 */
#pragma once

#include <hyp/arch/insn.h>
#include <hyp/vm/vm.h>

/*
 * The access at gpa. VCPU_SAME_INSN: the device has answered, the register is written and sepc is
 * behind the instruction; or the guest repeats it. VCPU_TRAP_GUEST: no device is there, or it
 * refused; nothing has changed.
 */
enum vcpu_action mmio_handle(struct vcpu *vcpu, gpa_t gpa, const struct insn_access *access);

/* The next part of the work that stores have left at the VM's devices; again if that is not all. */
void mmio_more(struct vcpu *vcpu);

/* world.fast_fault: mmio_handle() for what htinst tells. */
bool vcpu_fast_fault(struct world *w, uint64_t htinst, uint64_t gpa);
