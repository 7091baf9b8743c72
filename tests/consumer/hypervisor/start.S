/* SPDX-License-Identifier: Apache-2.0 */
/* The guest's first instruction. An exception is not expected: it ends here. */
	.section .text.start, "ax"
	.globl	_start
_start:
	la	t0, 1f
	csrw	stvec, t0
	la	sp, stack_top
	call	guest_main
	.balign	4
1:	wfi
	j	1b
