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
