/* SPDX-License-Identifier: Apache-2.0 */
/* The run loop's next step after an exit. */
#pragma once

enum vcpu_action {
    VCPU_NEXT_INSN,  /* Step over the instruction: it was emulated. */
    VCPU_SAME_INSN,  /* Resume at sepc, which an emulated access has already moved. */
    VCPU_TRAP_GUEST, /* Inject the trap that the ISA defines. */
    VCPU_WAIT,       /* Wait: the vCPU has stopped or suspended itself. */
    VCPU_STOP,       /* Leave the loop: the VM has stopped. */
};
