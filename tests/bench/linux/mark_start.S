/* SPDX-License-Identifier: Apache-2.0 */
/* Entry of a Linux program without a C library: calls mark_main(stack) and exits with its result. */
    .globl _start
_start:
    mv a0, sp
    andi sp, sp, -16
    call mark_main
    li a7, 93
    ecall
