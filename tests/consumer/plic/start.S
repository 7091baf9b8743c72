/* SPDX-License-Identifier: Apache-2.0 */
/* RAM is zero at power-on; .bss has no other use before. */
	.section .text.start, "ax"
	.globl	_start
_start:
	la	sp, boot_stack
	call	plic_main
1:	wfi
	j	1b

/*
 * Entry    a0 = hgatp
 * Exit     nothing; a guest takes its external interrupt itself, and no exception
 */
	.text
	.globl	set_up
set_up:
	csrw	0x680, a0 /* hgatp */
	csrw	0x280, zero /* vsatp */
	.insn	r 0x73, 0, 0x31, x0, x0, x0 /* hfence.gvma */
	csrw	0x602, zero /* hedeleg */
	li	t0, 1 << 10
	csrw	0x603, t0 /* hideleg */
	csrw	0x645, zero /* hvip */
	la	t0, trap
	csrw	stvec, t0
	ret

	.globl	set_hvip
set_hvip:
	csrw	0x645, a0
	ret

/*
 * Entry    a0 = struct guest
 * Exit     a0 = scause of the guest's trap
 * Clobbers what a call may; the guest has pc, a0 to a4 and a7, and uses no other register
 */
	.globl	run_guest
run_guest:
	addi	sp, sp, -16
	sd	ra, 0(sp)
	csrw	sscratch, a0
	sd	sp, 56(a0)
	ld	t0, 0(a0)
	csrw	sepc, t0
	li	t0, 3 << 7 /* SPVP, SPV */
	csrs	0x600, t0 /* hstatus */
	li	t0, 1 << 8 /* SPP */
	csrs	sstatus, t0
	ld	a1, 16(a0)
	ld	a2, 24(a0)
	ld	a3, 32(a0)
	ld	a4, 40(a0)
	ld	a7, 48(a0)
	ld	a0, 8(a0)
	sret

	.balign	4
trap:
	csrrw	a0, sscratch, a0
	sd	a1, 16(a0)
	sd	a2, 24(a0)
	sd	a3, 32(a0)
	sd	a4, 40(a0)
	sd	a7, 48(a0)
	csrr	t0, sscratch
	sd	t0, 8(a0)
	csrr	t0, sepc
	sd	t0, 0(a0)
	ld	sp, 56(a0)
	ld	ra, 0(sp)
	addi	sp, sp, 16
	csrr	a0, scause
	ret

/* Out      a0 = the guest-physical address of the last guest page fault */
	.globl	fault_address
fault_address:
	csrr	a0, 0x643 /* htval */
	slli	a0, a0, 2
	csrr	t0, stval
	andi	t0, t0, 3
	or	a0, a0, t0
	ret

/*
 * The guest, in VS-mode: a driver's way with source 5 of the PLIC. Each access of the PLIC moves a0
 * from or to the address in a1; an ecall asks for what a7 names. At the end
 * a2 = sip when the line was high, a3 = what it claimed, a4 = sip while it was claimed.
 */
	.option	norvc
	.globl	guest_start
guest_start:
	li	a1, 0x0c000000 + 4 * 5 /* priority */
	li	a0, 1
	sw	a0, 0(a1)
	li	a1, 0x0c002000 /* enable */
	li	a0, 1 << 5
	sw	a0, 0(a1)
	li	a7, 1 /* the line goes high */
	ecall
	csrr	a2, sip
	li	a1, 0x0c200004 /* claim */
	lw	a0, 0(a1)
	mv	a3, a0
	csrr	a4, sip
	li	a7, 0 /* the line goes low */
	ecall
	sw	a0, 0(a1) /* complete */
	li	a7, 2 /* done */
	ecall
