/* SPDX-License-Identifier: Apache-2.0 */
/* The bench guest's entries, trap vectors and measured instructions. */
#include "ids.h"
#include "mark.h"

/*
 * Entry  a0 hart id, a1 device tree
 * Stack  main_stack
 * Next   guest_main(a0), which does not return
 */
.section .text.start, "ax"
.globl _start
.type _start, @function
_start:
    la      t0, bss_start
    la      t1, bss_end
1:  bgeu    t0, t1, 2f
    sd      x0, 0(t0)
    addi    t0, t0, 8
    j       1b
2:  la      sp, main_stack_end
    la      t0, trap_unexpected
    csrw    stvec, t0
    csrw    sie, x0
    tail    guest_main
.size _start, . - _start

/*
 * Second hart, started through SBI HSM.
 *
 * Entry  a0 hart id, a1 unused
 * Stack  second_stack
 * Next   for ever: says it is ready, waits; its trap, at second_vector, ends the sender's region
 */
.text
.globl second_start
.type second_start, @function
second_start:
    la      sp, second_stack_end
    la      s0, second_ready
    la      s1, second_taken
    la      s2, second_vector
    la      s3, second_sie
    csrw    sie, x0
    csrsi   sstatus, 2
    call    irqc_open_hart
1:  ld      t0, 0(s2)
    csrw    stvec, t0
    ld      t0, 0(s3)
    csrw    sie, t0
    li      t0, 1
    sw      t0, 0(s0)
2:  wfi
    csrr    t0, sie             /* 0 once the trap was taken */
    bnez    t0, 2b
    call    irqc_end_ipi
    lw      t0, 0(s1)
    addiw   t0, t0, 1
    sw      x0, 0(s0)
    sw      t0, 0(s1)
    j       1b
.size second_start, . - second_start

/*
 * One vector for each measured interrupt: its first instruction ends the region, then all
 * interrupts are off (which tells the code that was interrupted) and no register has changed.
 */
.macro vector name, kind, id
.balign 4
.globl \name
.type \name, @function
\name:
    mark    \kind, \id
    csrw    sie, x0
    csrci   sip, 2
    sret
.size \name, . - \name
.endm

    vector  trap_set_timer, HYP_MARK_END, ID_SET_TIMER
    vector  trap_ipi_self, HYP_MARK_END, ID_IPI_SELF
    vector  trap_ipi_other, HYP_MARK_PATH, ID_IPI_OTHER
    vector  trap_ipi_imsic, HYP_MARK_PATH, ID_IPI_IMSIC
    vector  trap_uart, HYP_MARK_END, ID_UART_IRQ

/*
 * The vector of each hart in many_start: the last one that takes this turn's IPI ends the region.
 * s0 = many_taken, s1 = many_last, s2 = 1.
 */
.balign 4
.globl trap_ipi_many
.type trap_ipi_many, @function
trap_ipi_many:
    lw      t1, 0(s1)
    amoadd.w t0, s2, (s0)
    bne     t0, t1, many_back
    mark    HYP_MARK_PATH, ID_IPI_MANY
    j       many_back
.size trap_ipi_many, . - trap_ipi_many

.balign 4
.type trap_unexpected, @function
trap_unexpected:
    csrr    a0, scause
    csrr    a1, sepc
    csrr    a2, stval
    la      sp, main_stack_end
    tail    guest_unexpected
.size trap_unexpected, . - trap_unexpected

/*
 * An SBI call as a compiler writes it: eight argument registers are set, then ecall.
 * Nine instructions are in the region.
 *
 * Entry  a0..a5 arguments
 * Exit   a0 error, a1 value
 */
.macro measured_ecall name, id, ext, function, closed
.globl \name
.type \name, @function
\name:
    mv      t0, a0
    mv      t1, a1
    mv      t2, a2
    mv      t3, a3
    mv      t4, a4
    mv      t5, a5
    li      t6, \ext
    mark    HYP_MARK_START, \id
    mv      a0, t0
    mv      a1, t1
    mv      a2, t2
    mv      a3, t3
    mv      a4, t4
    mv      a5, t5
    li      a6, \function
    mv      a7, t6
    ecall
.if \closed
    mark    \closed, \id
.endif
    ret
.size \name, . - \name
.endm

    measured_ecall sbi_base_measured, ID_SBI_BASE, 0x10, 0, HYP_MARK_END
    measured_ecall rfence_self_measured, ID_RFENCE_SELF, 0x52464e43, 1, HYP_MARK_END
    measured_ecall rfence_other_measured, ID_RFENCE_OTHER, 0x52464e43, 1, HYP_MARK_PATH
    /* These end in a trap vector. */
    measured_ecall set_timer_measured, ID_SET_TIMER, 0x54494d45, 0, 0
    measured_ecall ipi_self_measured, ID_IPI_SELF, 0x735049, 0, 0
    measured_ecall ipi_other_measured, ID_IPI_OTHER, 0x735049, 0, 0
    measured_ecall ipi_many_measured, ID_IPI_MANY, 0x735049, 0, 0
    measured_ecall rfence_many_measured, ID_RFENCE_MANY, 0x52464e43, 1, HYP_MARK_PATH

/* Device accesses as a compiler writes them: forming the address and widening are in the region. */

/* Out a0 = scratch register of the UART; three instructions. */
.globl uart_read_measured
.type uart_read_measured, @function
uart_read_measured:
    mark    HYP_MARK_START, ID_UART_READ
    lui     t0, 0x10000
    lbu     a0, 7(t0)
    andi    a0, a0, 0xff
    mark    HYP_MARK_END, ID_UART_READ
    ret
.size uart_read_measured, . - uart_read_measured

/* a0 = interrupt enable bits. Two instructions; the region ends in trap_uart. */
.globl uart_irq_measured
.type uart_irq_measured, @function
uart_irq_measured:
    mark    HYP_MARK_START, ID_UART_IRQ
    lui     t0, 0x10000
    sb      a0, 1(t0)
    ret
.size uart_irq_measured, . - uart_irq_measured

/* a0 = turns. Arithmetic with a multiply, a divide and a branch in each turn. Out a0 = a value. */
.globl compute_measured
.type compute_measured, @function
compute_measured:
    li      t0, 0x9e37
    li      t1, 1
    mark    HYP_MARK_START, ID_COMPUTE
1:  mul     t1, t1, t0
    addi    t1, t1, 13
    srli    t2, t1, 17
    xor     t1, t1, t2
    ori     t2, t2, 1
    remu    t3, t1, t2
    add     t1, t1, t3
    addi    a0, a0, -1
    bnez    a0, 1b
    mark    HYP_MARK_END, ID_COMPUTE
    mv      a0, t1
    ret
.size compute_measured, . - compute_measured

/* a0 = start, a1 = end, a2 = stride. Reads and writes one word at each step. */
.globl walk_measured
.type walk_measured, @function
walk_measured:
    mark    HYP_MARK_START, ID_WALK
1:  ld      t0, 0(a0)
    addi    t0, t0, 1
    sd      t0, 0(a0)
    add     a0, a0, a2
    bltu    a0, a1, 1b
    mark    HYP_MARK_END, ID_WALK
    ret
.size walk_measured, . - walk_measured

/*
 * Waits until a vector has cleared sie, at most a0 turns. Out a0 = turns left, 0 = never came.
 * poll_begin..poll_end is counted as polling.
 */
.globl poll_begin
poll_begin:
.globl wait_taken
.type wait_taken, @function
wait_taken:
1:  csrr    t0, sie
    beqz    t0, 2f
    addi    a0, a0, -1
    bnez    a0, 1b
2:  ret
.size wait_taken, . - wait_taken

/* Sleeps until the word at a0 is a1; the caller has a timer interrupt on its way, masked. */
.globl wait_word
.type wait_word, @function
wait_word:
1:  wfi
    lw      t0, 0(a0)
    beq     t0, a1, 2f
    csrr    t0, sip
    andi    t0, t0, 0x20
    beqz    t0, 1b
2:  ret
.size wait_word, . - wait_word

/*
 * Each further hart of many, started through SBI HSM: waits, and takes IPIs at trap_ipi_many.
 *
 * Entry  a0 hart id, a1 unused
 * Stack  none
 * Next   for ever
 */
.globl many_start
.type many_start, @function
many_start:
    la      s0, many_taken
    la      s1, many_last
    li      s2, 1
    la      t0, trap_ipi_many
    csrw    stvec, t0
    li      t0, 2
    csrw    sie, t0
    csrsi   sstatus, 2
    la      t0, many_ready
    amoadd.w x0, s2, (t0)
1:  wfi
    j       1b
many_back:
    csrci   sip, 2
    sret
.size many_start, . - many_start
.globl poll_end
poll_end:

.bss
.balign 16
    .skip 4096
main_stack_end:
    .skip 1024
second_stack_end:
