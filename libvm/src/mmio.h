/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Loads and stores of a guest to the emulated devices on its VM's bus.
 *
 * A device does a bounded part of a long access at a time (vdev.h). The guest repeats a load that
 * is not complete (VDEV_AGAIN). A store that has left work (VDEV_MORE) raises this hart's software
 * interrupt, which is taken before the guest's next instruction and calls mmio_continue().
 *
 * Locks   These functions take vm->lock; the caller holds none.
 * Context The vCPU's own hart.
 */
#pragma once

#include <hyp/arch/insn.h>
#include <hyp/vm/vm.h>

/*
 * Emulates an access at gpa. Returns VCPU_SAME_INSN if the device has handled it: the register is
 * written and sepc is after the instruction, or sepc is unchanged and the guest repeats the load.
 * Returns VCPU_TRAP_GUEST with nothing changed if no device is there or the device refuses.
 */
enum vcpu_action mmio_handle(struct vcpu *vcpu, gpa_t gpa, const struct insn_access *access);

/* Does the next part of the work that stores have left at the VM's devices. */
void mmio_continue(struct vcpu *vcpu);

/* world.fast_fault: mmio_handle() for integer loads and stores that htinst describes. */
bool vcpu_fast_fault(struct world *world, uint64_t htinst, uint64_t gpa);
