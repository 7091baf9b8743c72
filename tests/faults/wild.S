/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One wild instruction of HS-mode, with a number in each register that the dump is to show:
 * xN = N * 0x0101, but for sp, tp and a0.
 * Entry    a0 = address
 * Next     the fault; wild_survived() if there is none
 */
.macro NUMBERS
	.irp	n, 1,3,5,6,7,8,9,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
	li	x\n, \n * 0x0101
	.endr
.endm

.macro WILD name, insn:vararg
	.globl	wild_\name
	.type	wild_\name, @function
wild_\name:
	NUMBERS
	\insn
	j	wild_survived
	.size	wild_\name, . - wild_\name
.endm

	.text
	WILD load, lb t1, 0(a0)
	WILD store, sb zero, 0(a0)
	WILD jump, jr a0
	WILD illegal, .4byte 0xffffffff

/* The dump finds the hart although tp is lost. */
	.globl	wild_lose_tp
	.type	wild_lose_tp, @function
wild_lose_tp:
	NUMBERS
	li	tp, 4 * 0x0101
	sb	zero, 0(a0)
	j	wild_survived
	.size	wild_lose_tp, . - wild_lose_tp

/* tp is another hart: a1. */
	.globl	wild_swap_tp
	.type	wild_swap_tp, @function
wild_swap_tp:
	mv	tp, a1
	sb	zero, 0(a0)
	j	wild_survived
	.size	wild_swap_tp, . - wild_swap_tp

/* All registers stay as they are. */
	.globl	wild_plain
	.type	wild_plain, @function
wild_plain:
	sb	zero, 0(a0)
	j	wild_survived
	.size	wild_plain, . - wild_plain

/* Stores downwards without an end, 16 bytes a time; t3 = how many there were. */
	.globl	wild_overflow
	.type	wild_overflow, @function
wild_overflow:
	NUMBERS
	li	t3, 0
1:	addi	sp, sp, -16
	sd	zero, 0(sp)
	addi	t3, t3, 1
	j	1b
	.size	wild_overflow, . - wild_overflow

/* Instructions that may not be run where they are. */
	.data
	.balign	8
	.globl	wild_data
wild_data:
	j	.
	.globl	wild_null
wild_null:
	.dword	0
	.section .rodata.wild, "a"
	.balign	8
	.globl	wild_rodata
wild_rodata:
	j	.
