/* SPDX-License-Identifier: Apache-2.0 */
/* Proves that the offsets in assembly are those of the C structs. */
#include <hyp/arch/hart.h>
#include <hyp/arch/world.h>
#include <hyp/arch/world_offsets.h>
#include <stddef.h>

#define PROVE(type, member, offset) \
    _Static_assert(offsetof(struct type, member) == (offset), #type "." #member)

PROVE(hart, scratch, HART_T0);
PROVE(hart, world, HART_WORLD);
PROVE(hart, self, HART_SELF);
PROVE(hart, id, HART_ID);
PROVE(hart, stack_top, HART_STACK_TOP);
PROVE(hart, fault_stack_top, HART_FAULT_STACK_TOP);
PROVE(hart, satp, HART_SATP);
PROVE(hart, entry, HART_ENTRY);
PROVE(hart, fault_depth, HART_FAULT_DEPTH);
PROVE(world, sepc, WORLD_SEPC);
PROVE(world, sstatus, WORLD_SSTATUS);
PROVE(world, hstatus, WORLD_HSTATUS);
PROVE(world, scause, WORLD_SCAUSE);
PROVE(world, stval, WORLD_STVAL);
PROVE(world, htval, WORLD_HTVAL);
PROVE(world, htinst, WORLD_HTINST);
PROVE(world, host_sp, WORLD_HOST_SP);
PROVE(world, fast_ecall, WORLD_FAST_ECALL);
PROVE(world, fast_irq, WORLD_FAST_IRQ);
PROVE(world, fast_fault, WORLD_FAST_FAULT);
PROVE(world, exits, WORLD_EXITS(0));
PROVE(world, exits[WORLD_EXIT_IRQ], WORLD_EXITS(32));
PROVE(hart_fault_frame, sepc, FAULT_SEPC);
PROVE(hart_fault_frame, scause, FAULT_SCAUSE);
PROVE(hart_fault_frame, stval, FAULT_STVAL);
PROVE(hart_fault_frame, hstatus, FAULT_HSTATUS);
_Static_assert(sizeof(struct hart_fault_frame) == FAULT_SIZE, "fault frame");
