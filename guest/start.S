/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Entry and trap vector of the bare-metal guests.
 * Entry    a0 = hart id, a1 = device tree
 * Next     guest_main(hart id, device tree) on a stack of 4 KiB a hart
 * A trap saves the caller-saved integer registers and calls guest_trap(cause, epc, tval); sepc
 * becomes what it returns.
 */
	.section .text.start, "ax"
	.globl	_start
_start:
	csrw	sie, zero
	la	t0, trap_vector
	csrw	stvec, t0
	li	t0, 1 << 13 /* sstatus.FS = Initial */
	csrs	sstatus, t0
	la	sp, stacks
	addi	t0, a0, 1
	slli	t0, t0, 12
	add	sp, sp, t0
	call	guest_main
1:	wfi
	j	1b

	.balign	4
	.globl	trap_vector
trap_vector:
	addi	sp, sp, -128
	sd	ra, 0(sp)
	sd	t0, 8(sp)
	sd	t1, 16(sp)
	sd	t2, 24(sp)
	sd	a0, 32(sp)
	sd	a1, 40(sp)
	sd	a2, 48(sp)
	sd	a3, 56(sp)
	sd	a4, 64(sp)
	sd	a5, 72(sp)
	sd	a6, 80(sp)
	sd	a7, 88(sp)
	sd	t3, 96(sp)
	sd	t4, 104(sp)
	sd	t5, 112(sp)
	sd	t6, 120(sp)
	csrr	a0, scause
	csrr	a1, sepc
	csrr	a2, stval
	call	guest_trap
	csrw	sepc, a0
	ld	ra, 0(sp)
	ld	t0, 8(sp)
	ld	t1, 16(sp)
	ld	t2, 24(sp)
	ld	a0, 32(sp)
	ld	a1, 40(sp)
	ld	a2, 48(sp)
	ld	a3, 56(sp)
	ld	a4, 64(sp)
	ld	a5, 72(sp)
	ld	a6, 80(sp)
	ld	a7, 88(sp)
	ld	t3, 96(sp)
	ld	t4, 104(sp)
	ld	t5, 112(sp)
	ld	t6, 120(sp)
	addi	sp, sp, 128
	sret

	.section .bss.stacks, "aw", @nobits
	.balign	4096
stacks:
	.skip	8 * 4096
