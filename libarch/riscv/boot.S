/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From the firmware to C. The image is loaded at any page and linked at SPACE_BASE: the code is
 * position-independent until satp is on, and uses linked addresses then.
 *
 * Entry    a0 = hart id, a1 = host device tree (physical); S-mode, satp = 0
 * Next     boot_main(hart id, device tree, load address) on the boot stack
 */
#include <hyp/arch/world_offsets.h>
#include <hyp/arch_backend/space.h>

#define PTE_V 0x01
#define PTE_R 0x02
#define PTE_W 0x04
#define PTE_X 0x08
#define PTE_G 0x20
#define PTE_AD 0xc0
#define SATP_SV39 8
#define SSTATUS_SIE 2
#define SBI_HSM 0x48534d
#define SBI_HSM_STOP 1
#define SBI_HSM_GET_STATUS 2
#define SBI_DBCN 0x4442434e
#define SBI_DBCN_WRITE 0
#define SBI_SRST 0x53525354
#define SBI_SRST_FAILURE 1
#define ROOT_INDEX ((SPACE_BASE >> 30) & 511) /* of SPACE_BASE in an Sv39 root table */

/* rd = virtual address of `label`; s0 = load address */
.macro VA rd, label
	la	\rd, \label
	sub	\rd, \rd, s0
	li	t6, SPACE_BASE
	add	\rd, \rd, t6
.endm

/* Maps the pages [from, to) with flags; s0 = load address, s1 = table of 4 KiB leaves */
.macro MAP from, to, flags
	la	t0, \from
	la	t1, \to
	sub	t2, t0, s0
	srli	t2, t2, 9
	add	t2, t2, s1
	srli	t0, t0, 2
	srli	t1, t1, 2
8:	bgeu	t0, t1, 9f
	ori	t3, t0, \flags
	sd	t3, (t2)
	addi	t2, t2, 8
	addi	t0, t0, 1024
	j	8b
9:
.endm

	.section .text.boot, "ax"
	.globl	_start
	.type	_start, @function
_start:
	csrw	sie, zero
	csrci	sstatus, SSTATUS_SIE
	csrw	satp, zero
	la	t0, image_inaccessible
	csrw	stvec, t0
	mv	s2, a0
	mv	s3, a1

	/*
	 * The lottery: boot_lottery is 0, or the winner's hart id + 1. If this image has run before
	 * and was not loaded again, the word is that of the earlier run: its hart is this one, or is
	 * stopped now. The word is ~hart id, below 0, if that hart hands over to the hart that it has
	 * started, which waits until the former has stopped.
	 */
	la	t0, boot_lottery
	addi	t1, s2, 1
1:	ld	t2, (t0)
	beqz	t2, 2f
	beq	t2, t1, 2f
	addi	a0, t2, -1
	bgtz	t2, 3f
	not	a0, t2
	beq	a0, s2, 2f
3:	li	a7, SBI_HSM
	li	a6, SBI_HSM_GET_STATUS
	ecall
	or	a0, a0, a1
	bnez	a0, 2f
	bltz	t2, 1b
	/* Lost: the winner runs, and will start this hart by HSM. */
	li	a6, SBI_HSM_STOP
	ecall
0:	wfi
	j	0b
2:	lr.d.aqrl t3, (t0)
	bne	t3, t2, 1b
	sc.d.aqrl t3, t1, (t0)
	bnez	t3, 1b
	bltz	t2, 3f
	sd	zero, 8(t0) /* boot_tried */

3:	la	s0, _start
	la	t0, _bss_start
	la	t1, _hyp_end
2:	bgeu	t0, t1, 3f
	sd	zero, 0(t0)
	sd	zero, 8(t0)
	sd	zero, 16(t0)
	sd	zero, 24(t0)
	sd	zero, 32(t0)
	sd	zero, 40(t0)
	sd	zero, 48(t0)
	sd	zero, 56(t0)
	sd	zero, 64(t0)
	sd	zero, 72(t0)
	sd	zero, 80(t0)
	sd	zero, 88(t0)
	sd	zero, 96(t0)
	sd	zero, 104(t0)
	sd	zero, 112(t0)
	sd	zero, 120(t0)
	addi	t0, t0, 128
	j	2b

3:	la	s1, boot_table_4k
	MAP	_text_start, _text_end, (PTE_V | PTE_R | PTE_X | PTE_G | PTE_AD)
	MAP	_rodata_start, _rodata_end, (PTE_V | PTE_R | PTE_G | PTE_AD)
	MAP	_data_start, _hyp_end, (PTE_V | PTE_R | PTE_W | PTE_G | PTE_AD)
	la	t0, boot_table_2m
	srli	t1, s1, 2
	ori	t1, t1, PTE_V
	sd	t1, (t0)
	la	t2, boot_table_root
	srli	t1, t0, 2
	ori	t1, t1, PTE_V
	li	t3, ROOT_INDEX * 8
	add	t3, t3, t2
	sd	t1, (t3)

	/* The first fetch with satp on faults and traps to stvec: the jump to SPACE_BASE. */
	VA	t0, 4f
	csrw	stvec, t0
	srli	t1, t2, 12
	li	t3, SATP_SV39
	slli	t3, t3, 60
	or	t1, t1, t3
	sfence.vma
	csrw	satp, t1
	.balign	4
4:	la	t0, trap_entry_early
	csrw	stvec, t0
	la	tp, boot_hart
	csrw	sscratch, tp
	sd	tp, HART_SELF(tp)
	sd	s2, HART_ID(tp)
	la	sp, boot_stack_top
	sd	sp, HART_STACK_TOP(tp)
	la	t0, boot_fault_stack_top
	sd	t0, HART_FAULT_STACK_TOP(tp)
	mv	a0, s2
	mv	a1, s3
	mv	a2, s0
	j	boot_main
	.size	_start, . - _start

/*
 * A hart started by HSM.
 * Entry    a0 = hart id, a1 = its struct hart (physical), satp = 0
 * Next     hart_enter
 */
	.globl	hart_start_entry
	.type	hart_start_entry, @function
	.balign	4
hart_start_entry:
	la	s0, _start
	ld	t1, HART_SATP(a1)
	ld	a0, HART_SELF(a1)
	VA	t0, 5f
	csrw	stvec, t0
	sfence.vma
	csrw	satp, t1
	.balign	4
5:	j	hart_enter
	.size	hart_start_entry, . - hart_start_entry

/*
 * hart_enter(struct hart *)
 * Next     h->entry(h) on h's stack, in h's space
 */
	.globl	hart_enter
	.type	hart_enter, @function
hart_enter:
	fence.i /* This hart may have run other code at these addresses. */
	ld	t0, HART_SATP(a0)
	csrw	satp, t0
	sfence.vma
	mv	tp, a0
	csrw	sscratch, tp
	la	t0, trap_entry_early
	csrw	stvec, t0
	ld	sp, HART_STACK_TOP(tp)
	ld	t0, HART_ENTRY(tp)
	jr	t0
	.size	hart_enter, . - hart_enter

/*
 * image_inaccessible: a trap before satp is on. Memory of the image cannot be accessed, as with a
 * PMP entry. Prints a line by SBI and resets the machine.
 */
	.type	image_inaccessible, @function
	.balign	4
image_inaccessible:
	li	a7, SBI_DBCN
	li	a6, SBI_DBCN_WRITE
	la	a1, inaccessible_text
	la	a0, inaccessible_text_end
	sub	a0, a0, a1
	li	a2, 0
	ecall
	li	a7, SBI_SRST
	li	a6, 0
	li	a0, 0
	li	a1, SBI_SRST_FAILURE
	ecall
0:	wfi
	j	0b
	.size	image_inaccessible, . - image_inaccessible

	.section .rodata.boot, "a"
inaccessible_text:
	.ascii	"hyp: machine=refused reason=image-inaccessible\r\n"
inaccessible_text_end:

	/* sections.ld asserts that the image is linked there. */
	.globl	boot_space_base
	.set	boot_space_base, SPACE_BASE

	.section .data.boot_lottery, "aw"
	.balign	8
	.globl	boot_lottery
boot_lottery:
	.dword	0
	.globl	boot_tried
boot_tried:
	.dword	0

	.section .bss.boot, "aw", @nobits
	.balign	4096
	.globl	boot_table_2m
boot_table_root:
	.skip	4096
boot_table_2m:
	.skip	4096
boot_table_4k:
	.skip	4096
	.skip	8192
boot_stack_top:
	.skip	2048
boot_fault_stack_top:
	.globl	boot_hart
boot_hart:
	.skip	256
