/* SPDX-License-Identifier: Apache-2.0 */
/* RAM is zero at power-on; .bss has no other use before. */
	.section .text.start, "ax"
	.globl	_start
_start:
	la	sp, stack_top
	call	fw_main
1:	wfi
	j	1b
