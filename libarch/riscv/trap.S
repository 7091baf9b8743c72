/* SPDX-License-Identifier: Apache-2.0 */
/* The trap vector, the world switch, and faults of HS-mode. */
#include <hyp/arch/world_offsets.h>

#define SCAUSE_ECALL_VS 10
#define SCAUSE_LOAD_GUEST_PAGE 21
#define SCAUSE_STORE_GUEST_PAGE 23
#define HSTATUS_SPV 0x80
#define CSR_HSTATUS 0x600
#define CSR_HTVAL 0x643
#define CSR_HTINST 0x64a
#define HOST_FRAME 112 /* ra, s0 … s11 */
#define CALLEE_SAVED_SET 0x0ffc0308 /* Bit n: xn is a register of CALLEE_SAVED. */
#define HTINST_STORE 0x20 /* Set in the htinst of a store, clear in that of a load. */

.macro CALLEE_SAVED op, base
	\op	s0, WORLD_GPR(8)(\base)
	\op	s1, WORLD_GPR(9)(\base)
	\op	s2, WORLD_GPR(18)(\base)
	\op	s3, WORLD_GPR(19)(\base)
	\op	s4, WORLD_GPR(20)(\base)
	\op	s5, WORLD_GPR(21)(\base)
	\op	s6, WORLD_GPR(22)(\base)
	\op	s7, WORLD_GPR(23)(\base)
	\op	s8, WORLD_GPR(24)(\base)
	\op	s9, WORLD_GPR(25)(\base)
	\op	s10, WORLD_GPR(26)(\base)
	\op	s11, WORLD_GPR(27)(\base)
	\op	gp, WORLD_GPR(3)(\base)
.endm

/* Registers that the C ABI does not preserve, without a0, t0 (the base itself) and tp. */
.macro CALLER_SAVED op, base
	\op	ra, WORLD_GPR(1)(\base)
	\op	sp, WORLD_GPR(2)(\base)
	\op	t1, WORLD_GPR(6)(\base)
	\op	t2, WORLD_GPR(7)(\base)
	\op	a1, WORLD_GPR(11)(\base)
	\op	a2, WORLD_GPR(12)(\base)
	\op	a3, WORLD_GPR(13)(\base)
	\op	a4, WORLD_GPR(14)(\base)
	\op	a5, WORLD_GPR(15)(\base)
	\op	a6, WORLD_GPR(16)(\base)
	\op	a7, WORLD_GPR(17)(\base)
	\op	t3, WORLD_GPR(28)(\base)
	\op	t4, WORLD_GPR(29)(\base)
	\op	t5, WORLD_GPR(30)(\base)
	\op	t6, WORLD_GPR(31)(\base)
.endm

.macro HOST_SAVED op
	\op	ra, 0(sp)
	\op	s0, 8(sp)
	\op	s1, 16(sp)
	\op	s2, 24(sp)
	\op	s3, 32(sp)
	\op	s4, 40(sp)
	\op	s5, 48(sp)
	\op	s6, 56(sp)
	\op	s7, 64(sp)
	\op	s8, 72(sp)
	\op	s9, 80(sp)
	\op	s10, 88(sp)
	\op	s11, 96(sp)
.endm

/* Steps over an instruction of 2 or 4 bytes, by bit 1 of htinst. */
.macro STEP_BY_HTINST
	csrr	t2, CSR_HTINST
	csrr	t1, sepc
	andi	t2, t2, 2
	addi	t1, t1, 2
	add	t1, t1, t2
	csrw	sepc, t1
.endm

/* Increments the exit counter at \offset(\base). Clobbers t3. */
.macro COUNT_EXIT offset, base
	ld	t3, \offset(\base)
	addi	t3, t3, 1
	sd	t3, \offset(\base)
.endm

/*
 * world_switch(struct world *w)
 * Entry    a0 = w; tp = sscratch = hart; stvec = trap_entry; SIE = 0
 * Exit     returns at a trap that no fast function has handled
 * Stack    holds the callee-saved registers of HS-mode while the guest runs
 */
	.section .text.world_switch, "ax"
	.globl	world_switch
	.type	world_switch, @function
world_switch:
	addi	sp, sp, -HOST_FRAME
	HOST_SAVED sd
	sd	sp, WORLD_HOST_SP(a0)
	sd	a0, HART_WORLD(tp)
	ld	t1, WORLD_SSTATUS(a0)
	ld	t2, WORLD_HSTATUS(a0)
	csrw	sstatus, t1
	csrw	CSR_HSTATUS, t2
	mv	t0, a0
	ld	t1, WORLD_SEPC(t0)
	csrw	sepc, t1
	CALLEE_SAVED ld, t0
	j	enter_guest
	.size	world_switch, . - world_switch

/*
 * trap_entry: every trap of this hart.
 * Entry    from a guest: sscratch = hart, tp = the guest's; from HS-mode: both = hart
 */
	.balign	4
	.globl	trap_entry
	.type	trap_entry, @function
trap_entry:
	csrrw	tp, sscratch, tp
	sd	t0, HART_T0(tp)
	csrr	t0, CSR_HSTATUS
	andi	t0, t0, HSTATUS_SPV
	beqz	t0, hs_trap

	ld	t0, HART_WORLD(tp)
	CALLER_SAVED sd, t0
	sd	a0, WORLD_GPR(10)(t0)
	ld	t1, HART_T0(tp)
	csrrw	t2, sscratch, tp
	sd	t1, WORLD_GPR(5)(t0)
	sd	t2, WORLD_GPR(4)(t0)
	ld	sp, WORLD_HOST_SP(t0)
	csrr	t1, scause
	li	t2, SCAUSE_ECALL_VS
	bne	t1, t2, 1f

	COUNT_EXIT WORLD_EXITS(SCAUSE_ECALL_VS), t0
	ld	t1, WORLD_FAST_ECALL(t0)
	jalr	t1
	ld	t0, HART_WORLD(tp)
	bgtz	a0, leave
	csrr	t1, sepc
	addi	t1, t1, 4
	csrw	sepc, t1
resume_guest: /* t0 = world; a0, callee-saved registers and sepc hold the guest's values */
	CALLER_SAVED ld, t0
	ld	tp, WORLD_GPR(4)(t0)
	ld	t0, WORLD_GPR(5)(t0)
	sret

1:	bgez	t1, 2f
	mv	a1, t1
	andi	t1, t1, 15
	slli	t1, t1, 3
	add	t1, t1, t0
	COUNT_EXIT WORLD_EXITS(32), t1
	ld	t1, WORLD_FAST_IRQ(t0)
	mv	a0, t0
	jalr	t1
	ld	t0, HART_WORLD(tp)
	beqz	a0, leave
enter_guest: /* the same, but a0 is in gpr[10] */
	ld	a0, WORLD_GPR(10)(t0)
	j	resume_guest

	/* Returns from world_switch(); t0 = world. */
leave:
	CALLEE_SAVED sd, t0
	csrr	t1, scause
	csrr	t2, sepc
	csrr	t3, stval
	csrr	t4, CSR_HTVAL
	csrr	t5, CSR_HTINST
	csrr	t6, CSR_HSTATUS
	csrr	a0, sstatus
	sd	t1, WORLD_SCAUSE(t0)
	sd	t2, WORLD_SEPC(t0)
	sd	t3, WORLD_STVAL(t0)
	sd	t4, WORLD_HTVAL(t0)
	sd	t5, WORLD_HTINST(t0)
	sd	t6, WORLD_HSTATUS(t0)
	sd	a0, WORLD_SSTATUS(t0)
	ld	sp, WORLD_HOST_SP(t0)
	HOST_SAVED ld
	addi	sp, sp, HOST_FRAME
	ret

2:	andi	t2, t1, 31
	slli	t2, t2, 3
	add	t2, t2, t0
	COUNT_EXIT WORLD_EXITS(0), t2
	/* Only guest-page faults of loads and stores have a fast way. */
	addi	t1, t1, -SCAUSE_LOAD_GUEST_PAGE
	andi	t1, t1, ~2
	bnez	t1, leave
	csrr	a1, CSR_HTINST
	csrr	a2, CSR_HTVAL
	csrr	t1, stval
	slli	a2, a2, 2
	andi	t1, t1, 3
	or	a2, a2, t1
	mv	a0, t0

	/* If C preserves rd or rs2, gpr[] does not hold that register yet: save all such registers. */
	srli	t2, a1, 7
	andi	t1, a1, HTINST_STORE
	beqz	t1, 3f
	srli	t2, a1, 20
3:	li	t1, CALLEE_SAVED_SET
	srlw	t2, t1, t2
	ld	t1, WORLD_FAST_FAULT(t0)
	andi	t2, t2, 1
	bnez	t2, 4f
	jalr	t1
	ld	t0, HART_WORLD(tp)
	beqz	a0, leave
	STEP_BY_HTINST
	ld	a0, WORLD_GPR(10)(t0)
	j	resume_guest

4:	CALLEE_SAVED sd, t0
	jalr	t1
	ld	t0, HART_WORLD(tp)
	beqz	a0, leave
	STEP_BY_HTINST
	CALLEE_SAVED ld, t0
	ld	a0, WORLD_GPR(10)(t0)
	j	resume_guest
	.size	trap_entry, . - trap_entry

/*
 * trap_entry_early: every trap before world_accept_guests(). The hart may lack the hypervisor
 * extension, so this does not read hstatus; the trap comes from HS-mode.
 * Entry    tp, sscratch = hart
 * Next     hs_trap
 */
	.balign	4
	.globl	trap_entry_early
	.type	trap_entry_early, @function
trap_entry_early:
	csrrw	tp, sscratch, tp
	sd	t0, HART_T0(tp)
	.size	trap_entry_early, . - trap_entry_early

/*
 * hs_trap: a trap from HS-mode. An access with a fix-up (guest_mem.h, csr_probe) continues there;
 * any other trap is a bug of the hypervisor and is reported on the fault stack.
 * Entry    tp = hart, t0 saved in HART_T0
 */
	.type	hs_trap, @function
hs_trap:
	sd	t1, HART_T1(tp)
	sd	t2, HART_T2(tp)
	csrr	t0, sepc
	la	t1, _fixup_start
1:	la	t2, _fixup_end
	bgeu	t1, t2, hs_fault
	ld	t2, 0(t1)
	beq	t2, t0, 2f
	addi	t1, t1, 16
	j	1b
2:	ld	t0, 8(t1)
	csrw	sepc, t0
	ld	t0, HART_T0(tp)
	ld	t1, HART_T1(tp)
	ld	t2, HART_T2(tp)
	sret
	.size	hs_trap, . - hs_trap

/*
 * hs_fault: builds a struct hart_fault_frame on the fault stack and reports it. A fault while
 * reporting (depth > 0) goes to hart_fault_nested().
 * Entry    tp = hart; t0 … t2 in HART_T0 … T2; sscratch = value of tp at the fault
 * Next     hart_fault_report(frame) or hart_fault_nested(depth), which never return
 */
	.type	hs_fault, @function
hs_fault:
	csrrw	t0, sscratch, tp /* The next trap needs the hart there. */
	la	t2, hart_fault_report
fault_frame: /* t0 = tp for the dump, t2 = next function; t0 … t2 in HART_T0 … T2 */
	ld	t1, HART_FAULT_DEPTH(tp)
	addi	t1, t1, 1
	sd	t1, HART_FAULT_DEPTH(tp)
	addi	t1, t1, -1
	bnez	t1, 1f
	ld	t1, HART_FAULT_STACK_TOP(tp)
	addi	t1, t1, -FAULT_SIZE
	sd	sp, WORLD_GPR(2)(t1)
	mv	sp, t1
	sd	zero, 0(sp)
	sd	ra, WORLD_GPR(1)(sp)
	sd	t0, WORLD_GPR(4)(sp)
	ld	t0, HART_T0(tp)
	ld	t1, HART_T1(tp)
	sd	t0, WORLD_GPR(5)(sp)
	sd	t1, WORLD_GPR(6)(sp)
	ld	t0, HART_T2(tp)
	sd	t0, WORLD_GPR(7)(sp)
	CALLEE_SAVED sd, sp
	sd	a0, WORLD_GPR(10)(sp)
	sd	a1, WORLD_GPR(11)(sp)
	sd	a2, WORLD_GPR(12)(sp)
	sd	a3, WORLD_GPR(13)(sp)
	sd	a4, WORLD_GPR(14)(sp)
	sd	a5, WORLD_GPR(15)(sp)
	sd	a6, WORLD_GPR(16)(sp)
	sd	a7, WORLD_GPR(17)(sp)
	sd	t3, WORLD_GPR(28)(sp)
	sd	t4, WORLD_GPR(29)(sp)
	sd	t5, WORLD_GPR(30)(sp)
	sd	t6, WORLD_GPR(31)(sp)
	csrr	t0, sepc
	csrr	t1, scause
	csrr	t3, stval
	li	t4, 0
3:	csrr	t4, CSR_HSTATUS
4:	sd	t0, FAULT_SEPC(sp)
	.pushsection .fixup, "a"
	.dword	3b, 4b /* A hart without the hypervisor extension. */
	.popsection
	sd	t1, FAULT_SCAUSE(sp)
	sd	t3, FAULT_STVAL(sp)
	sd	t4, FAULT_HSTATUS(sp)
	mv	a0, sp
	jr	t2
1:	ld	sp, HART_FAULT_STACK_TOP(tp)
	mv	a0, t1
	j	hart_fault_nested
	.size	hs_fault, . - hs_fault

/* world_accept_guests() */
	.globl	world_accept_guests
	.type	world_accept_guests, @function
world_accept_guests:
	la	t0, trap_entry
	csrw	stvec, t0
	ret
	.size	world_accept_guests, . - world_accept_guests

/*
 * hyp_panic_at(file, line, condition): an assertion has failed.
 * Next     hart_panic_report(frame) on the fault stack; the arguments are in the frame
 */
	.globl	hyp_panic_at
	.type	hyp_panic_at, @function
hyp_panic_at:
	sd	t0, HART_T0(tp)
	sd	t1, HART_T1(tp)
	sd	t2, HART_T2(tp)
	mv	t0, tp
	la	t2, hart_panic_report
	j	fault_frame
	.size	hyp_panic_at, . - hyp_panic_at
