/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Loads and stores for insn_diff_test: all mnemonics with many registers and
 * offsets, then every 16-bit encoding there is. Only disassembled, never run.
 */

.macro each_offset insn, reg, low, high
    \insn \reg, \low(sp)
    \insn \reg, \high(sp)
    \insn \reg, 0(t6)
    \insn \reg, \low(a0)
    \insn \reg, \high(zero)
.endm

.macro at_x insn, n, low, high
    each_offset \insn, x\n, \low, \high
.endm

.macro each_reg insn, low, high
    .set n, 0
    .altmacro
    .rept 32
        at_x \insn, %n, \low, \high
        .set n, n + 1
    .endr
    .noaltmacro
.endm

.macro at_f insn, n, low, high
    each_offset \insn, f\n, \low, \high
.endm

.macro each_fp_reg insn, low, high
    .set n, 0
    .altmacro
    .rept 32
        at_f \insn, %n, \low, \high
        .set n, n + 1
    .endr
    .noaltmacro
.endm

.macro at_sp insn, n, high
    \insn x\n, 0(sp)
    \insn x\n, \high(sp)
.endm

/* x0 is left out: reserved for the loads. */
.macro each_sp_reg insn, high
    .set n, 1
    .altmacro
    .rept 31
        at_sp \insn, %n, \high
        .set n, n + 1
    .endr
    .noaltmacro
.endm

.macro each_prime_reg insn, high
    .irp reg, x8, x9, x10, x11, x12, x13, x14, x15
        .irp base, x8, x9, x10, x11, x12, x13, x14, x15
            \insn \reg, 0(\base)
            \insn \reg, \high(\base)
        .endr
    .endr
.endm

.macro each_vector width
    vle\width\().v v8, (a0)
    vse\width\().v v31, (a0), v0.t
    vlse\width\().v v8, (a0), a1
    vsse\width\().v v8, (a0), a1
    vluxei\width\().v v8, (a0), v16
    vloxei\width\().v v8, (a0), v16
    vsuxei\width\().v v8, (a0), v16
    vsoxei\width\().v v8, (a0), v16
    vlseg8e\width\().v v8, (a0)
    vsseg8e\width\().v v8, (a0)
    vle\width\()ff.v v8, (a0)
    vl8re\width\().v v8, (a0)
.endm

.text
.option norelax
.option norvc
    .irp insn, lb, lbu, lh, lhu, lw, lwu, ld, sb, sh, sw, sd
        each_reg \insn, -2048, 2047
    .endr
    .irp insn, flh, flw, fld, fsh, fsw, fsd
        each_fp_reg \insn, -2048, 2047
    .endr
    .irp order, w, d, w.aq, d.aqrl
        lr.\order a0, (a1)
        lr.\order t6, (sp)
    .endr
    .irp op, sc, amoswap, amoadd, amoxor, amoand, amoor, amomin, amomax, amominu, amomaxu
        .irp order, w, d, w.rl, d.aqrl
            \op\().\order a0, a1, (a2)
            \op\().\order zero, t6, (sp)
        .endr
    .endr
    .irp width, 8, 16, 32, 64
        each_vector \width
    .endr
    vlm.v v8, (a0)
    vsm.v v8, (a0)
    vs8r.v v8, (a0)
    .irp op, cbo.inval, cbo.clean, cbo.flush, cbo.zero
        \op (a0)
        \op (t6)
    .endr
    .irp op, hlv.b, hlv.bu, hlv.h, hlv.hu, hlv.w, hlv.wu, hlv.d, hlvx.hu, hlvx.wu
        \op a0, (a1)
        \op t6, (sp)
    .endr
    .irp op, hsv.b, hsv.h, hsv.w, hsv.d
        \op a0, (a1)
        \op t6, (sp)
    .endr
    fence
    fence.i
    hfence.gvma a0, a1
    hfence.vvma a0, a1
    hinval.vvma a0, a1
    sfence.vma a0, a1
    wfi
    ecall
    csrrw a0, 0x280, a1
    csrrsi a0, 0x605, 31
    add a0, a1, a2
    addiw a0, a1, -1
    lui a0, 0xfffff
    fadd.d f0, f1, f2
    vadd.vv v8, v16, v24

.option rvc
    .irp insn, c.lw, c.sw
        each_prime_reg \insn, 124
    .endr
    .irp insn, c.ld, c.sd
        each_prime_reg \insn, 248
    .endr
    .irp insn, c.lwsp, c.swsp
        each_sp_reg \insn, 252
    .endr
    .irp insn, c.ldsp, c.sdsp
        each_sp_reg \insn, 504
    .endr
    c.swsp zero, 4(sp)
    c.sdsp zero, 8(sp)
    .irp insn, c.fld, c.fsd
        \insn f8, 0(a0)
        \insn f15, 248(s0)
    .endr
    .irp insn, c.fldsp, c.fsdsp
        \insn f0, 0(sp)
        \insn f31, 504(sp)
    .endr

/* .insn, not .2byte: the disassembler takes the latter for data. */
    .set halfword, 0
    .rept 65536
        .if (halfword & 3) != 3
            .insn 2, halfword
        .endif
        .set halfword, halfword + 1
    .endr
