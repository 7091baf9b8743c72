/* SPDX-License-Identifier: Apache-2.0 */
/* Registers of F, D and V: probes the extensions, resets the registers, accesses one by its number. */
#define WORLD_F 1
#define WORLD_D 2
#define WORLD_V 4
#define SSTATUS_FS_VS 0x6600
#define FP_FRAME 256

	.option arch, +f, +d, +v

	/* An instruction that may trap: execution then continues at `to`. */
	.macro	MAY_TRAP to, insn:vararg
7:	\insn
	.pushsection .fixup, "a"
	.dword	7b, \to
	.popsection
	.endm

	/* f1 … f31; the caller accesses f0 first, which may trap. */
	.macro	EACH_FP op
	.irp	n, 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
	\op	f\n, 8 * \n(sp)
	.endr
	.endm

/*
 * store_fp, load_fp: copies all f registers to and from a frame at sp, 8 bytes each; on a hart without
 * D their 32 bits.
 * Entry    t0 = return address
 */
	.section .text.world_fp, "ax"
store_fp:
	MAY_TRAP store_fp_single, fsd f0, 0(sp)
	EACH_FP	fsd
	jr	t0
store_fp_single:
	fsw	f0, 0(sp)
	EACH_FP	fsw
	jr	t0

load_fp:
	MAY_TRAP load_fp_single, fld f0, 0(sp)
	EACH_FP	fld
	jr	t0
load_fp_single:
	flw	f0, 0(sp)
	EACH_FP	flw
	jr	t0

/*
 * world_clear_fp(unsigned has): resets floating-point and vector registers
 * ("State of Vector Extension at Reset" for vtype and vl). fcsr may exist without F (Zfinx).
 * Entry    a0 = OR of WORLD_F, WORLD_D, WORLD_V; sstatus.FS and VS not Off for those
 * Clobbers a0, t0 … t2; f0 … f31, v0 … v31, fcsr, vtype, vl, vcsr, vstart
 * Stack    256 bytes
 */
	.globl	world_clear_fp
	.type	world_clear_fp, @function
world_clear_fp:
	MAY_TRAP 1f, csrw fcsr, zero
1:	andi	t0, a0, WORLD_F
	beqz	t0, 3f
	mv	t1, sp
	addi	sp, sp, -FP_FRAME
	mv	t2, sp
2:	sd	zero, (t2)
	addi	t2, t2, 8
	bne	t2, t1, 2b
	jal	t0, load_fp
	addi	sp, sp, FP_FRAME
3:	andi	a0, a0, WORLD_V
	beqz	a0, 4f
	vsetvli	a0, zero, e8, m8, ta, ma
	vmv.v.i	v0, 0
	vmv.v.i	v8, 0
	vmv.v.i	v16, 0
	vmv.v.i	v24, 0
	csrw	vcsr, zero
	csrw	vstart, zero
	li	a0, -1			/* an invalid vtype: sets vill = 1, vl = 0 */
	vsetvl	a0, zero, a0
4:	ret
	.size	world_clear_fp, . - world_clear_fp

/*
 * world_read_fp(unsigned reg), world_write_fp(unsigned reg, uint64_t bits): access one f register by
 * copying all 32 to the stack, as no instruction takes the number of an f register from a register.
 * Entry    sstatus.FS not Off; a0 = reg, a1 = bits
 * Exit     a0 = its 64 bits; without D the upper half is undefined
 * Stack    256 bytes
 */
	.globl	world_read_fp
	.type	world_read_fp, @function
world_read_fp:
	addi	sp, sp, -FP_FRAME
	jal	t0, store_fp
	slli	a0, a0, 3
	add	a0, a0, sp
	ld	a0, (a0)
	addi	sp, sp, FP_FRAME
	ret
	.size	world_read_fp, . - world_read_fp

	.globl	world_write_fp
	.type	world_write_fp, @function
world_write_fp:
	addi	sp, sp, -FP_FRAME
	jal	t0, store_fp
	slli	a0, a0, 3
	add	a0, a0, sp
	sd	a1, (a0)
	jal	t0, load_fp
	addi	sp, sp, FP_FRAME
	ret
	.size	world_write_fp, . - world_write_fp

/*
 * world_probe_fp(unsigned asked): the hart has V if two elements of 64 bits fit a register (Zvl128b)
 * and can be added as floating-point numbers (Zve64d).
 * Entry    a0 = OR of WORLD_F, WORLD_D, WORLD_V to probe; F and D are always probed
 * Exit     a0 = OR of those that the hart has
 */
	.section .text.world_probe_fp, "ax"
	.globl	world_probe_fp
	.type	world_probe_fp, @function
world_probe_fp:
	csrr	a1, sstatus
	li	t0, SSTATUS_FS_VS
	csrs	sstatus, t0
	andi	a2, a0, WORLD_V
	li	a0, 0
	MAY_TRAP 1f, flw f0, 0(sp)	/* not fmv.w.x: an emulator with Zfinx accepts it */
	csrw	fcsr, zero
	li	a0, WORLD_F
	MAY_TRAP 1f, fld f0, 0(sp)
	li	a0, WORLD_F | WORLD_D
	beqz	a2, 1f
	MAY_TRAP 1f, vsetivli t0, 2, e64, m1, ta, ma
	addi	t0, t0, -2
	bnez	t0, 1f
	MAY_TRAP 1f, vfadd.vv v0, v0, v0
	li	a0, WORLD_F | WORLD_D | WORLD_V
1:	csrw	sstatus, a1
	ret
	.size	world_probe_fp, . - world_probe_fp
