/* SPDX-License-Identifier: Apache-2.0 */
/* The smallest guest: its first instruction is what is waited for; then it shuts down. */
.section .text.start, "ax"
.globl _start
.type _start, @function
_start:
    li      a7, 0x53525354
    li      a6, 0
    li      a0, 0
    li      a1, 0
    ecall
1:  wfi
    j       1b
.size _start, . - _start
