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
 * world_read_fp(unsigned reg), world_write_fp(unsigned reg, uint64_t bits): one f register, by way of
 * an image of all 32 on the stack, since no instruction takes the number of an f register from a register.
 * In       sstatus.FS not Off; a0 = reg, a1 = bits
 * Out      a0 = its 64 bits
 * Stack    256 bytes
 */
#define FP_FRAME 256

	.macro	EACH_FP op
	.irp	n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
	\op	f\n, 8 * \n(sp)
	.endr
	.endm

	.section .text.world_read_fp, "ax"
	.globl	world_read_fp
	.type	world_read_fp, @function
world_read_fp:
	addi	sp, sp, -FP_FRAME
	EACH_FP	fsd
	slli	a0, a0, 3
	add	a0, a0, sp
	ld	a0, (a0)
	addi	sp, sp, FP_FRAME
	ret
	.size	world_read_fp, . - world_read_fp

	.section .text.world_write_fp, "ax"
	.globl	world_write_fp
	.type	world_write_fp, @function
world_write_fp:
	addi	sp, sp, -FP_FRAME
	EACH_FP	fsd
	slli	a0, a0, 3
	add	a0, a0, sp
	sd	a1, (a0)
	EACH_FP	fld
	addi	sp, sp, FP_FRAME
	ret
	.size	world_write_fp, . - world_write_fp
