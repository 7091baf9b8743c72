/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Says who it is and shuts the machine down for REASON. Runs at any address.
 *
 * OpenSBI shuts QEMU down through its syscon, which knows no reason: a failure is
 * told to the test device of the machine directly.
 */
    .section .text.boot, "ax"
    .globl _start
_start:
    lla     a1, text
    mv      t0, a1
1:  lbu     t1, (t0)
    addi    t0, t0, 1
    bnez    t1, 1b
    sub     a0, t0, a1
    addi    a0, a0, -1
    li      a2, 0
    li      a6, 0
    li      a7, 0x4442434e /* DBCN */
    ecall
#if REASON != 0
    li      t0, 0x100000
    li      t1, 0x13333
    sw      t1, (t0)
1:  j       1b /* the machine ends in its own time: SRST meanwhile would be a success */
#endif
    li      a0, 0
    li      a1, REASON
    li      a6, 0
    li      a7, 0x53525354 /* SRST */
    ecall
2:  j       2b

    .section .rodata, "a"
text:
    .asciz "shutdown image, reason "
    .globl hyp_data
    .section .data, "aw"
hyp_data:
    .dword _start
