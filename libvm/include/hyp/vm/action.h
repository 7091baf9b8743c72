/* SPDX-License-Identifier: Apache-2.0 */
/* What the run loop does next. */
#pragma once

/* The run loop's next step after an exit. */
enum vcpu_action {
    VCPU_NEXT_INSN,  /* Emulated: step over it. */
    VCPU_SAME_INSN,  /* Go on where it was. */
    VCPU_TRAP_GUEST, /* The guest takes the trap that the ISA defines. */
    VCPU_WAIT,       /* Stopped or suspended: until something pends. */
    VCPU_STOP,       /* Never again: the VM has stopped. */
};
