/* SPDX-License-Identifier: Apache-2.0 */
/*
 * world_clear_fp(bool has_vector): floating-point and vector registers as after reset
 * ("State of Vector Extension at Reset" for vtype and vl).
 * In       sstatus.FS (and VS, if a0) not Off
 * Clobbers a0; f0 … f31, v0 … v31, fcsr, vtype, vl, vcsr, vstart
 */
	.option arch, +f, +d, +v
	.section .text.world_clear_fp, "ax"
	.globl	world_clear_fp
	.type	world_clear_fp, @function
world_clear_fp:
	.irp	n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
	fmv.d.x	f\n, zero
	.endr
	csrw	fcsr, zero
	beqz	a0, 1f
	vsetvli	a0, zero, e8, m8, ta, ma
	vmv.v.i	v0, 0
	vmv.v.i	v8, 0
	vmv.v.i	v16, 0
	vmv.v.i	v24, 0
	csrw	vcsr, zero
	csrw	vstart, zero
	li	a0, -1			/* a vtype that no hart has: vill = 1, vl = 0 */
	vsetvl	a0, zero, a0
1:	ret
	.size	world_clear_fp, . - world_clear_fp

/*
 * Jumps to the reg-th of 32 pairs of instructions behind it, of 4 and 2 bytes.
 * In       a0 = reg
 * Clobbers a0, t0
 */
	.macro	PAIR_OF_REG
	slli	t0, a0, 1
	add	a0, a0, t0
	slli	a0, a0, 1
	la	t0, 1f
	add	t0, t0, a0
	jr	t0
1:
	.endm

/*
 * world_read_fp(unsigned reg), world_write_fp(unsigned reg, uint64_t bits): one f register.
 * In       sstatus.FS not Off; a0 = reg, a1 = bits
 * Out      a0 = its 64 bits
 * Clobbers a0, t0
 */
	.section .text.world_read_fp, "ax"
	.globl	world_read_fp
	.type	world_read_fp, @function
world_read_fp:
	PAIR_OF_REG
	.irp	n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
	fmv.x.d	a0, f\n
	c.jr	ra
	.endr
	.size	world_read_fp, . - world_read_fp

	.section .text.world_write_fp, "ax"
	.globl	world_write_fp
	.type	world_write_fp, @function
world_write_fp:
	PAIR_OF_REG
	.irp	n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
	fmv.d.x	f\n, a1
	c.jr	ra
	.endr
	.size	world_write_fp, . - world_write_fp
