/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The guest's first instructions, before it has a stack: memory behind its file holds 0.
 * Exit     first_dirt = OR of the bytes up to the end of .bss
 * Next     _start
 */
	.section .text.first, "ax"
first:
	la	t0, guest_file_end
	la	t1, guest_bss_end
	li	t2, 0
1:	bgeu	t0, t1, 2f
	lbu	t3, 0(t0)
	or	t2, t2, t3
	addi	t0, t0, 1
	j	1b
2:	la	t0, first_dirt
	sd	t2, 0(t0)
	beqz	t2, _start
	la	t0, guest_file_end
3:	sb	zero, 0(t0) /* The guest goes on, and reports it. */
	addi	t0, t0, 1
	bltu	t0, t1, 3b
	j	_start

	.section .data.first, "aw"
	.balign	8
	.globl	first_dirt
first_dirt:
	.dword	-1
