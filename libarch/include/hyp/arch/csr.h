/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The seam to control and status registers. Names of registers and fields are those of the
 * privileged specification ("Supervisor-Level ISA", "Hypervisor Extension", "Sstc") and of the
 * Advanced Interrupt Architecture ("Control and Status Registers (CSRs) Added to Harts").
 *
 *   csr_read(CSR)           csr_set(CSR, bits)
 *   csr_write(CSR, v)       csr_clear(CSR, bits)
 *   csr_swap(CSR, v)        writes v and returns the old value
 *   csr_probe(CSR)          true if the hart has the register
 *
 * CSR is a constant. riscv: one instruction. host: a register file of plain storage, the thread's
 * own or one that a test provides; a test's model can replace some of the registers.
 */
#pragma once

#include <hyp/base/bits.h>
#include <stdint.h>

#define CSR_SSTATUS 0x100
#define CSR_SIE 0x104
#define CSR_STVEC 0x105
#define CSR_SCOUNTEREN 0x106
#define CSR_SENVCFG 0x10a
#define CSR_SSCRATCH 0x140
#define CSR_SEPC 0x141
#define CSR_SCAUSE 0x142
#define CSR_STVAL 0x143
#define CSR_SIP 0x144
#define CSR_STIMECMP 0x14d
#define CSR_SISELECT 0x150
#define CSR_SIREG 0x151
#define CSR_STOPEI 0x15c
#define CSR_SATP 0x180
#define SATP_MODE_SHIFT 60
#define SATP_SV39 8
#define SATP_PPN_WIDTH 44
#define CSR_VSSTATUS 0x200
#define CSR_VSIE 0x204
#define CSR_VSTVEC 0x205
#define CSR_VSSCRATCH 0x240
#define CSR_VSEPC 0x241
#define CSR_VSCAUSE 0x242
#define CSR_VSTVAL 0x243
#define CSR_VSIP 0x244
#define CSR_VSTIMECMP 0x24d
#define CSR_VSISELECT 0x250
#define CSR_VSIREG 0x251
#define CSR_VSTOPEI 0x25c
#define CSR_VSATP 0x280
#define CSR_HSTATUS 0x600
#define CSR_HEDELEG 0x602
#define CSR_HIDELEG 0x603
#define CSR_HIE 0x604
#define CSR_HTIMEDELTA 0x605
#define CSR_HCOUNTEREN 0x606
#define CSR_HGEIE 0x607
#define CSR_HVIEN 0x608
#define CSR_HVICTL 0x609
#define CSR_HENVCFG 0x60a
#define CSR_HSTATEEN0 0x60c
#define CSR_HTVAL 0x643
#define CSR_HIP 0x644
#define CSR_HVIP 0x645
#define CSR_HVIPRIO1 0x646
#define CSR_HVIPRIO2 0x647
#define CSR_HTINST 0x64a
#define CSR_HGATP 0x680
#define HGATP_MODE_SHIFT 60
#define HGATP_SV39X4 8
#define HGATP_SV48X4 9
#define HGATP_SV57X4 10
#define HGATP_VMID_SHIFT 44 /* VMID: up to 14 bits; a hart implements the low VMIDLEN of them. */
#define HGATP_VMID_MASK UINT64_C(0x3fff)
#define HGATP_PPN_WIDTH 44
#define CSR_CYCLE 0xc00
#define CSR_TIME 0xc01
#define CSR_INSTRET 0xc02
#define CSR_SCOUNTOVF 0xda0
#define CSR_STOPI 0xdb0
#define CSR_HGEIP 0xe12
#define CSR_VSTOPI 0xeb0

#define SSTATUS_SIE BIT(1)
#define SSTATUS_SPIE BIT(5)
#define SSTATUS_SPP BIT(8)
#define SSTATUS_VS_SHIFT 9
#define SSTATUS_VS (UINT64_C(3) << SSTATUS_VS_SHIFT)
#define SSTATUS_FS_SHIFT 13
#define SSTATUS_FS (UINT64_C(3) << SSTATUS_FS_SHIFT)
#define SSTATUS_SUM BIT(18)
#define SSTATUS_MXR BIT(19)
#define SSTATUS_UXL_64 (UINT64_C(2) << 32)

#define HSTATUS_GVA BIT(6)
#define HSTATUS_SPV BIT(7)
#define HSTATUS_SPVP BIT(8)
#define HSTATUS_HU BIT(9)
#define HSTATUS_VGEIN_SHIFT 12
#define HSTATUS_VGEIN (UINT64_C(63) << HSTATUS_VGEIN_SHIFT)
#define HSTATEEN0_ENVCFG BIT(62)
#define HSTATEEN0_AIA (UINT64_C(7) << 58) /* IMSIC, AIA, CSRIND: interrupt files and selectors */
#define HSTATEEN0_IMSIC BIT(58)
#define HVICTL_SEI_LAST UINT64_C(0x900ff) /* IID 9; IPRIO 255, the last that is one. */
#define HSTATUS_VTVM BIT(20)
#define HSTATUS_VTW BIT(21)
#define HSTATUS_VTSR BIT(22)
#define HSTATUS_VSXL_64 (UINT64_C(2) << 32)

#define COUNTEREN_ZICNTR UINT64_C(7) /* cycle, time, instret */

#define HENVCFG_FIOM BIT(0)
#define HENVCFG_CBIE (UINT64_C(3) << 4)
#define HENVCFG_CBIE_FLUSH BIT(4) /* cbo.inval writes back what it invalidates. */
#define HENVCFG_CBCFE BIT(6)
#define HENVCFG_CBZE BIT(7)
#define HENVCFG_ADUE BIT(61)
#define HENVCFG_PBMTE BIT(62)
#define HENVCFG_STCE BIT(63)

/* Interrupt numbers: bits of sie, hie, hip, hvip, hideleg and causes. */
#define IRQ_S_SOFT 1
#define IRQ_VS_SOFT 2
#define IRQ_S_TIMER 5
#define IRQ_VS_TIMER 6
#define IRQ_S_EXT 9
#define IRQ_VS_EXT 10
#define IRQ_S_GEXT 12

#define CAUSE_INTERRUPT BIT(63)
enum trap_cause {
    CAUSE_INSN_MISALIGNED = 0,
    CAUSE_INSN_ACCESS = 1,
    CAUSE_ILLEGAL_INSN = 2,
    CAUSE_BREAKPOINT = 3,
    CAUSE_LOAD_MISALIGNED = 4,
    CAUSE_LOAD_ACCESS = 5,
    CAUSE_STORE_MISALIGNED = 6,
    CAUSE_STORE_ACCESS = 7,
    CAUSE_ECALL_U = 8,
    CAUSE_ECALL_HS = 9,
    CAUSE_ECALL_VS = 10,
    CAUSE_INSN_PAGE = 12,
    CAUSE_LOAD_PAGE = 13,
    CAUSE_STORE_PAGE = 15,
    CAUSE_INSN_GUEST_PAGE = 20,
    CAUSE_LOAD_GUEST_PAGE = 21,
    CAUSE_VIRTUAL_INSN = 22,
    CAUSE_STORE_GUEST_PAGE = 23,
};

#include <hyp/arch_backend/csr.h>
