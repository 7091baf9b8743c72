/* SPDX-License-Identifier: Apache-2.0 */
/* RAM is zero at power-on; .bss has no other use before. */
	.section .text.start, "ax"
	.globl	_start
_start:
	la	sp, stack_top
	call	table_main
1:	wfi
	j	1b

/*
 * Entry    a0 = hgatp
 * Exit     nothing; both stages' translations are forgotten, VS-stage is off
 */
	.text
	.globl	set_hgatp
set_hgatp:
	csrw	0x680, a0 /* hgatp */
	csrw	0x280, zero /* vsatp */
	.insn	r 0x73, 0, 0x31, x0, x0, x0 /* hfence.gvma */
	ret

/*
 * Entry    a0 = guest-physical address, a1 = where to put the value
 * Exit     a0 = 0, or the exception's scause, and then nothing is put
 * Clobbers t0, t1
 */
	.globl	load_as_guest
load_as_guest:
	la	t0, 1f
	csrrw	t1, stvec, t0
	.insn	r 0x73, 4, 0x36, t0, a0, x0 /* hlv.d t0, (a0) */
	csrw	stvec, t1
	sd	t0, 0(a1)
	li	a0, 0
	ret
	.balign	4
1:	csrw	stvec, t1
	csrr	a0, scause
	ret
