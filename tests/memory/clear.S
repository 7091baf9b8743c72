/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Before _start, which counts on a .bss of zeros: RAM is dirty here.
 * In       a0 = hart id, a1 = device tree
 * Next     _start
 */
	.section .text.first, "ax"
	la	t0, _bss_start
	la	t1, _bss_end
1:	sd	zero, 0(t0)
	addi	t0, t0, 8
	bltu	t0, t1, 1b
	j	_start
