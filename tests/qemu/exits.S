/* SPDX-License-Identifier: Apache-2.0 */
/*
 * exits_run(struct frame *f): runs the instruction in exits_slot with all of f's registers.
 * Entry    a0 = f; interrupts off
 * Exit     f holds all registers after it, and scause, stval, sepc of its trap, if it had one
 * Marks    region 0 is the loading of the registers, the instruction and its exit
 * Stack    the callee's part of the caller's frame; none while the instruction runs
 */
#include "tests/bench/guest/mark.h"

#define FRAME_SCAUSE 256
#define FRAME_STVAL 264
#define FRAME_SEPC 272

	.text
	.balign	4
	.globl	exits_run
	.type	exits_run, @function
exits_run:
	addi	sp, sp, -112
	sd	ra, 0(sp)
	sd	s0, 8(sp)
	sd	s1, 16(sp)
	sd	s2, 24(sp)
	sd	s3, 32(sp)
	sd	s4, 40(sp)
	sd	s5, 48(sp)
	sd	s6, 56(sp)
	sd	s7, 64(sp)
	sd	s8, 72(sp)
	sd	s9, 80(sp)
	sd	s10, 88(sp)
	sd	s11, 96(sp)
	la	t0, kept
	sd	sp, 0(t0)
	sd	gp, 8(t0)
	sd	tp, 16(t0)
	la	t0, after
	csrrw	t0, stvec, t0
	la	t1, kept
	sd	t0, 24(t1)
	csrw	scause, zero
	csrw	stval, zero
	csrw	sepc, zero
	csrw	sscratch, a0
	mv	x31, a0
	mark	HYP_MARK_START, 0
	.irp	n, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20
	ld	x\n, 8*\n(x31)
	.endr
	.irp	n, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
	ld	x\n, 8*\n(x31)
	.endr
	.balign	4
	.globl	exits_slot
exits_slot:
	.word	0x13
	.balign	4
after:	/* the trap vector, too */
	mark	HYP_MARK_END, 0
	csrrw	x31, sscratch, x31
	.irp	n, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20
	sd	x\n, 8*\n(x31)
	.endr
	.irp	n, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30
	sd	x\n, 8*\n(x31)
	.endr
	csrr	t0, sscratch
	sd	t0, 8*31(x31)
	csrr	t0, scause
	sd	t0, FRAME_SCAUSE(x31)
	csrr	t0, stval
	sd	t0, FRAME_STVAL(x31)
	csrr	t0, sepc
	sd	t0, FRAME_SEPC(x31)
	la	t0, kept
	ld	sp, 0(t0)
	ld	gp, 8(t0)
	ld	tp, 16(t0)
	ld	t1, 24(t0)
	csrw	stvec, t1
	ld	ra, 0(sp)
	ld	s0, 8(sp)
	ld	s1, 16(sp)
	ld	s2, 24(sp)
	ld	s3, 32(sp)
	ld	s4, 40(sp)
	ld	s5, 48(sp)
	ld	s6, 56(sp)
	ld	s7, 64(sp)
	ld	s8, 72(sp)
	ld	s9, 80(sp)
	ld	s10, 88(sp)
	ld	s11, 96(sp)
	addi	sp, sp, 112
	ret
	.size	exits_run, . - exits_run

	.section .bss.kept, "aw", @nobits
	.balign	8
kept:
	.skip	32
