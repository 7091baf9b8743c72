/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `mark start N`, `mark end N`: a Linux program that marks the region N, 0 to 7, for the
 * instruction counter. Linux leaves argc and argv on the stack; any other argv ends it with 1.
 */
#include "../guest/mark.h"

#define SYS_EXIT 93

    .globl _start
_start:
    li a0, 1
    ld t0, 0(sp)
    li t1, 3
    bne t0, t1, leave
    ld t0, 16(sp)
    lbu t0, 0(t0)
    ld t1, 24(sp)
    lbu t1, 0(t1)
    addi t1, t1, -'0'
    sltiu t2, t1, 8
    beqz t2, leave
    slli t1, t1, 3 /* Each row of the tables is two instructions of 4 bytes. */
    la t2, starts
    li t3, 's'
    beq t0, t3, 1f
    la t2, ends
1:  add t2, t2, t1
    jr t2

    .option norvc
starts:
    .irp n, 0, 1, 2, 3, 4, 5, 6, 7
    mark HYP_MARK_START, \n
    j done
    .endr
ends:
    .irp n, 0, 1, 2, 3, 4, 5, 6, 7
    mark HYP_MARK_END, \n
    j done
    .endr

done:
    li a0, 0
leave:
    li a7, SYS_EXIT
    ecall
