/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scrub_code: clears memory in VS-mode, at the address to which it was copied. Position-independent.
 * Entry    clears [a0, a1); a2 = block size of cbo.zero, or 0 for stores only
 * Exit     ecall with a0 = a1
 * Clobbers a0, t0, t1, t3
 * Stack    none
 * Method   bytes up to a word, words up to a unit, units, then words and bytes: touches no other byte
 */
	.section .rodata.scrub_code, "a"
	.balign	8
	.globl	scrub_code
	.type	scrub_code, @object
scrub_code:
	slli	t3, a2, 3 /* A unit is eight blocks, or 16 words without cbo.zero. */
	bnez	t3, 1f
	li	t3, 128
1:	sub	t0, a1, a0
	beqz	t0, 6f
	addi	t1, t3, -1
	and	t1, t1, a0
	bnez	t1, 4f
	bltu	t0, t3, 4f
	neg	t1, t3
	and	t0, t0, t1
	add	t0, t0, a0 /* The end of whole units. */
	beqz	a2, 3f
2:	.rept	8
	.word	0x0045200f /* cbo.zero (a0) */
	add	a0, a0, a2
	.endr
	bltu	a0, t0, 2b
	j	1b
3:	.irp	n, 0,8,16,24,32,40,48,56,64,72,80,88,96,104,112,120
	sd	zero, \n(a0)
	.endr
	addi	a0, a0, 128
	bltu	a0, t0, 3b
	j	1b
4:	andi	t1, a0, 7
	bnez	t1, 5f
	sltiu	t1, t0, 8
	bnez	t1, 5f
	sd	zero, 0(a0)
	addi	a0, a0, 8
	j	1b
5:	sb	zero, 0(a0)
	addi	a0, a0, 1
	j	1b
6:	ecall
	.balign	8
	.size	scrub_code, . - scrub_code
	.globl	scrub_code_size
	.type	scrub_code_size, @object
scrub_code_size:
	.word	. - scrub_code
	.size	scrub_code_size, . - scrub_code_size
