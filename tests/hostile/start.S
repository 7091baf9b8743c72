/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Entry, trap vector and probes of the hostile guests.
 *
 * A probe runs one snippet, in S-mode or in U-mode, and comes back whatever happens: with the
 * trap that the snippet took, or with a0 and no trap. What it needs for that is in the
 * hart's frame, which sscratch points to outside the vector.
 */
#define F_RA 0
#define F_SP 8
#define F_S(n) (16 + 8 * (n))
#define F_GP 112
#define F_TP 120
#define F_T1 128
#define F_CAUSE 136
#define F_EPC 144
#define F_TVAL 152
#define F_STATUS 160
#define F_VALUE 168
#define F_SOFT 176
#define F_TIMER 184
#define F_SIZE 256

#define STATUS_SIE 2
#define STATUS_SPIE 0x20
#define STATUS_SPP 0x100
#define STATUS_FS_INITIAL 0x2000
#define NO_TRAP -1

.macro PRESERVED op, base
	\op	ra, F_RA(\base)
	\op	sp, F_SP(\base)
	\op	s0, F_S(0)(\base)
	\op	s1, F_S(1)(\base)
	\op	s2, F_S(2)(\base)
	\op	s3, F_S(3)(\base)
	\op	s4, F_S(4)(\base)
	\op	s5, F_S(5)(\base)
	\op	s6, F_S(6)(\base)
	\op	s7, F_S(7)(\base)
	\op	s8, F_S(8)(\base)
	\op	s9, F_S(9)(\base)
	\op	s10, F_S(10)(\base)
	\op	s11, F_S(11)(\base)
	\op	gp, F_GP(\base)
	\op	tp, F_TP(\base)
.endm

/*
 * Entry    a0 = hart id
 * Next     guest_main(id, a1) on hart 0, hostile_second(id, a1) on others
 */
	.section .text.start, "ax"
	.globl	_start
	.type	_start, @function
_start:
	csrw	sie, zero
	csrw	satp, zero
	la	t0, hostile_vector
	csrw	stvec, t0
	li	t0, STATUS_FS_INITIAL
	csrs	sstatus, t0
	la	sp, stacks
	addi	t0, a0, 1
	slli	t0, t0, 12
	add	sp, sp, t0
	la	t0, hostile_frames
	slli	t1, a0, 8 /* F_SIZE */
	add	t0, t0, t1
	csrw	sscratch, t0
	bnez	a0, 1f
	call	guest_main
	j	2f
1:	call	hostile_second
2:	wfi
	j	2b
	.size	_start, . - _start

/*
 * Interrupts are counted; a software interrupt is cleared, the timer disabled in sie.
 * Exceptions end the probe that they come from.
 */
	.text
	.balign	4
	.globl	hostile_vector
	.type	hostile_vector, @function
hostile_vector:
	csrrw	t0, sscratch, t0
	sd	t1, F_T1(t0)
	csrr	t1, scause
	bltz	t1, 1f
	sd	t1, F_CAUSE(t0)
	csrr	t1, sepc
	sd	t1, F_EPC(t0)
	csrr	t1, stval
	sd	t1, F_TVAL(t0)
	csrr	t1, sstatus
	sd	t1, F_STATUS(t0)
	sd	a0, F_VALUE(t0)
	csrw	sscratch, t0
	PRESERVED ld, t0
	ret
1:	slli	t1, t1, 1
	addi	t1, t1, -2
	bnez	t1, 2f
	csrci	sip, 2
	ld	t1, F_SOFT(t0)
	addi	t1, t1, 1
	sd	t1, F_SOFT(t0)
	j	3f
2:	li	t1, 0x220
	csrc	sie, t1
	ld	t1, F_TIMER(t0)
	addi	t1, t1, 1
	sd	t1, F_TIMER(t0)
3:	ld	t1, F_T1(t0)
	csrrw	t0, sscratch, t0
	sret
	.size	hostile_vector, . - hostile_vector

/*
 * hostile_run(snippet, arg0, arg1, user)
 * Entry    a3 = 0: S-mode; else U-mode, and a3 is added to the snippet's address
 * Exit     the frame holds what happened
 */
	.globl	hostile_run
	.type	hostile_run, @function
hostile_run:
	csrr	t0, sscratch
	PRESERVED sd, t0
	li	t1, NO_TRAP
	sd	t1, F_CAUSE(t0)
	mv	t2, a0
	mv	a0, a1
	mv	a1, a2
	bnez	a3, 1f
	la	ra, 2f
	csrsi	sstatus, STATUS_SIE
	jr	t2
2:	csrr	t0, sscratch
	sd	a0, F_VALUE(t0)
	PRESERVED ld, t0
	ret
1:	add	t2, t2, a3
	csrw	sepc, t2
	la	ra, hostile_user_done
	add	ra, ra, a3
	li	t1, STATUS_SPP
	csrc	sstatus, t1
	li	t1, STATUS_SPIE
	csrs	sstatus, t1
	sret
	.size	hostile_run, . - hostile_run

	.balign	4
	.globl	hostile_user_done
hostile_user_done:
	ecall

/*
 * hostile_ecall(const uint64_t in[8], uint64_t out[32])
 * Entry    a0 … a7 of the call; all other registers hold their number times 0x0101
 * Exit     x1 … x31 behind the call, out[0] = 0; sp and the frame are not part of it
 */
	.globl	hostile_ecall
	.type	hostile_ecall, @function
hostile_ecall:
	addi	sp, sp, -16
	sd	a1, 0(sp)
	csrr	t0, sscratch
	PRESERVED sd, t0
	ld	a1, 8(a0)
	ld	a2, 16(a0)
	ld	a3, 24(a0)
	ld	a4, 32(a0)
	ld	a5, 40(a0)
	ld	a6, 48(a0)
	ld	a7, 56(a0)
	ld	a0, 0(a0)
	.irp	n, 1,3,4,5,6,7,8,9,18,19,20,21,22,23,24,25,26,27,28,29,30,31
	li	x\n, \n * 0x0101
	.endr
	ecall
	sd	t0, 8(sp)
	ld	t0, 0(sp)
	.irp	n, 1,3,4,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
	sd	x\n, 8 * \n(t0)
	.endr
	ld	t1, 8(sp)
	sd	t1, 8 * 5(t0)
	csrr	t0, sscratch
	PRESERVED ld, t0
	addi	sp, sp, 16
	ret
	.size	hostile_ecall, . - hostile_ecall

/*
 * hostile_sweep(start, end, faults): all sizes, loads and stores, at every byte
 * Entry    a0, a1 = first and last + 1 block of 8 bytes; a2 = loads of a block that are to fault:
 *          byte k of it is for offset k, bit 0 … 3 of that for 1, 2, 4, 8 bytes; stores alike
 * Exit     a0 = blocks that were wrong, and traps of another cause or value
 */
	.option push
	.option norvc
	.globl	hostile_sweep
	.type	hostile_sweep, @function
hostile_sweep:
	la	t0, sweep_vector
	csrrw	t6, stvec, t0
	slli	t5, a2, 4
	li	a3, 0
1:	li	t2, 0
	li	t3, 0
	li	a5, 1 /* The bit of this access. */
	.irp	k, 0, 1, 2, 3, 4, 5, 6, 7
	addi	a4, a0, \k
	.irp	op, lbu, lhu, lwu, ld
	\op	t0, 0(a4)
	slli	a5, a5, 1
	.endr
	.irp	op, sb, sh, sw, sd
	\op	a4, 0(a4)
	slli	a5, a5, 1
	.endr
	.endr
	beq	t2, a2, 2f
	addi	a3, a3, 1
2:	beq	t3, t5, 3f
	addi	a3, a3, 1
3:	addi	a0, a0, 8
	bltu	a0, a1, 1b
	csrw	stvec, t6
	mv	a0, a3
	ret
	.option pop

	.balign	4
sweep_vector: /* a4 = address; t2 and t3 collect the bits of loads and stores; t4 is free */
	csrr	t4, stval
	bne	t4, a4, 3f
	csrr	t4, scause
	addi	t4, t4, -5
	bnez	t4, 1f
	or	t2, t2, a5
	j	4f
1:	addi	t4, t4, -2
	bnez	t4, 3f
	or	t3, t3, a5
	j	4f
3:	addi	a3, a3, 1
4:	csrr	t4, sepc
	addi	t4, t4, 4
	csrw	sepc, t4
	sret
	.size	hostile_sweep, . - hostile_sweep

/*
 * Snippets: a0 = address, a1 = value; the first instruction is what is tried.
 */
.macro SNIPPET name, insn:vararg
	.balign	4
	.globl	try_\name
	.type	try_\name, @function
try_\name:
	\insn
	ret
	.size	try_\name, . - try_\name
.endm
	.option push
	.option arch, +zicsr, +f, +d, +c, +a
	SNIPPET nothing, nop
	SNIPPET zeros, .2byte 0
	SNIPPET ones, .4byte 0xffffffff
	SNIPPET reserved_c, .2byte 0x8002 /* c.jr x0 */
	SNIPPET mret, mret
	SNIPPET sret, sret
	SNIPPET wfi, wfi
	SNIPPET sfence, sfence.vma
	SNIPPET ebreak, ebreak
	SNIPPET ecall, ecall
	SNIPPET mstatus, csrr a0, mstatus
	SNIPPET hstatus, csrr a0, 0x600
	SNIPPET hgatp, csrw 0x680, a0
	SNIPPET htimedelta, csrr a0, 0x605
	SNIPPET vsstatus, csrr a0, 0x200
	SNIPPET vsatp, csrw 0x280, a0
	SNIPPET no_csr, csrr a0, 0x5ff
	SNIPPET read_only_csr, csrw time, a0
	SNIPPET sstatus, csrr a0, sstatus
	SNIPPET siselect, csrrw a0, 0x150, a1
	SNIPPET sireg, csrrw a0, 0x151, a1
	SNIPPET stopei, csrrw a0, 0x15c, a1
	SNIPPET vsiselect, csrrw a0, 0x250, a1
	SNIPPET vsireg, csrrw a0, 0x251, a1
	SNIPPET vstopei, csrrw a0, 0x25c, a1
	SNIPPET rdcycle, rdcycle a0
	SNIPPET rdtime, rdtime a0
	SNIPPET rdinstret, rdinstret a0
	SNIPPET hpmcounter31, csrr a0, 0xc1f
	SNIPPET hfence_gvma, .4byte 0x62000073
	SNIPPET hfence_vvma, .4byte 0x22000073
	SNIPPET hlv, .4byte 0x68054573 /* hlv.w a0, (a0) */
	SNIPPET hsv, .4byte 0x6aa54073 /* hsv.w a0, (a0) */
	SNIPPET lb, lb a0, 0(a0)
	SNIPPET lbu, lbu a0, 0(a0)
	SNIPPET lh, lh a0, 0(a0)
	SNIPPET lhu, lhu a0, 0(a0)
	SNIPPET lw, .4byte 0x00052503
	SNIPPET lwu, lwu a0, 0(a0)
	SNIPPET ld, .4byte 0x00053503
	SNIPPET c_lw, c.lw a0, 0(a0)
	SNIPPET c_ld, c.ld a0, 0(a0)
	SNIPPET sb, sb a1, 0(a0)
	SNIPPET sh, sh a1, 0(a0)
	SNIPPET sw, .4byte 0x00b52023
	SNIPPET sd, .4byte 0x00b53023
	SNIPPET c_sw, c.sw a1, 0(a0)
	SNIPPET c_sd, c.sd a1, 0(a0)
	SNIPPET lw_x0, lw x0, 0(a0)
	SNIPPET lr, lr.w a0, (a0)
	SNIPPET lr_d, lr.d a0, (a0)
	SNIPPET amo, amoadd.w a0, a1, (a0)
	SNIPPET amo_d, amoswap.d a0, a1, (a0)
	SNIPPET flw, flw f0, 0(a0)
	SNIPPET fld, .4byte 0x00053007
	SNIPPET c_fld, c.fld f8, 0(a0)
	SNIPPET fsw, fsw f0, 0(a0)
	SNIPPET fsd, .4byte 0x00053027
	SNIPPET fadd, fadd.d f0, f0, f0
	SNIPPET jump, jr a0
	SNIPPET cbo_zero, .4byte 0x0045200f
	SNIPPET cbo_inval, .4byte 0x0005200f
	SNIPPET cbo_clean, .4byte 0x0015200f
	.option pop

	.section .bss.stacks, "aw", @nobits
	.balign	4096
stacks:
	.skip	4 * 4096
	.globl	hostile_frames
hostile_frames:
	.skip	4 * F_SIZE
