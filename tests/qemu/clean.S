/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The first instructions of a hart: what all its registers hold, before anything is changed.
 * Entry    a0 = hart id, a1 = opaque; all others as libhyp or the firmware made them
 * Next     _start, with a0 and a1 as they were
 * Exit     clean_found[hart]: as struct found of clean.c
 */
	.option	arch, +f, +d, +v
	.set	FOUND_SIZE, 8192
	.set	ABSENT, 0xab5e		/* of a CSR that traps; as in clean.c */
	.macro	save csr, at
	csrr	t0, \csr
	sd	t0, 8 * \at(t1)
	.endm
	.macro	save_if csr, at
	li	t0, ABSENT
	csrr	t0, \csr
	sd	t0, 8 * \at(t1)
	.endm
	.section .text.first, "ax"
	.globl	clean_entry
clean_entry:
	.irp	r, ra, sp, gp, tp, t0, t1, t2, s0, s1, a2, a3, a4, a5, a6, a7, s2, s3, s4, s5, s6, s7, s8, s9, s10, s11, t3, t4, t5, t6
	bnez	\r, 1f
	.endr
	li	t0, 1			/* gprs_clean */
	j	2f
1:	li	t0, 0
2:	la	t1, clean_found
	slli	t2, a0, 13
	add	t1, t1, t2
	sd	t0, 0(t1)
	save	sstatus, 1
	save	sie, 2
	save	sip, 3
	save	stvec, 4
	save	sscratch, 5
	save	sepc, 6
	save	scause, 7
	save	stval, 8
	save	satp, 9
	save	senvcfg, 10
	save	scounteren, 11
	la	t0, skip		/* from here on CSRs that a hart may lack */
	csrw	stvec, t0
	save_if	0x14d, 12		/* stimecmp */
	save_if	0x150, 13		/* siselect */
	save_if	0x10c, 14		/* sstateen0 … 3 */
	save_if	0x10d, 15
	save_if	0x10e, 16
	save_if	0x10f, 17
	li	t0, 3 << 13
	csrs	sstatus, t0
	save_if	fcsr, 18
	/* The second one traps on a hart without D, both on one without F: those are left out. */
	.irp	n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
	fsw	f\n, 8 * (24 + \n)(t1)
	fsd	f\n, 8 * (24 + \n)(t1)
	.endr
	li	t0, 3 << 9
	csrs	sstatus, t0		/* stays 0 without vectors */
	csrr	t2, sstatus
	and	t2, t2, t0
	beqz	t2, 3f
	save	vcsr, 19
	save	vstart, 20
	save	vl, 21
	save	vtype, 22
	save	vlenb, 23		/* bytes of a register; 0: there are none */
	csrw	vstart, zero		/* the stores would begin there */
	addi	t1, t1, 512
	slli	t0, t0, 3
	vs8r.v	v0, (t1)
	add	t1, t1, t0
	vs8r.v	v8, (t1)
	add	t1, t1, t0
	vs8r.v	v16, (t1)
	add	t1, t1, t0
	vs8r.v	v24, (t1)
3:	li	t0, 3 << 13 | 3 << 9
	csrc	sstatus, t0
	j	_start

	.balign	4
skip:	csrr	t2, sepc
	addi	t2, t2, 4
	csrw	sepc, t2
	sret

/*
 * clean_spoil(): everything that a hart can be left with; with vectors, if a0, and floating point
 * of one or two words, if a1 is 1 or 2. Returns.
 */
	.text
	.globl	clean_spoil
clean_spoil:
	li	t0, 3 << 13
	csrs	sstatus, t0
	li	t0, -1
	beqz	a1, 3f
	csrw	fcsr, t0
	addi	a1, a1, -1
	bnez	a1, 2f
	.irp	n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
	fmv.w.x	f\n, t0
	.endr
	j	3f
2:
	.irp	n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
	fmv.d.x	f\n, t0
	.endr
3:
	csrw	sscratch, t0
	csrw	stval, t0
	csrw	scounteren, zero
	csrw	senvcfg, t0
	csrw	scause, 5
	csrw	sepc, -4 & 31
	li	t0, 2			/* SSIP */
	csrs	sip, t0
	csrw	sie, t0
	beqz	a0, 1f
	li	t0, 3 << 9
	csrs	sstatus, t0
	vsetvli	t0, zero, e8, m8, ta, ma
	vmv.v.i	v0, -1
	vmv.v.i	v8, -1
	vmv.v.i	v16, -1
	vmv.v.i	v24, -1
	csrw	vcsr, 7
	csrw	vstart, 1
1:	ret

	.section .bss.clean_found, "aw", @nobits
	.balign	4096
	.globl	clean_found
clean_found:
	.skip	8 * FOUND_SIZE
