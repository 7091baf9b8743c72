/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Registers of an IMSIC's interrupt file: its page, and what siselect or vsiselect choose.
 *
 * Units   Offsets are bytes; a page's registers are 4 bytes wide, chosen ones as wide as XLEN.
 * Implements "Memory region for an interrupt file" and "CSRs for external interrupts via an IMSIC"
 * of the RISC-V Advanced Interrupt Architecture.
 */
#pragma once

#include <stdint.h>

#define IMSIC_PAGE_SHIFT 12
#define IMSIC_PAGE_SIZE ((uintptr_t)1 << IMSIC_PAGE_SHIFT)
#define IMSIC_SETEIPNUM_LE ((uintptr_t)0x0) /* Write: the identity that becomes pending. */
#define IMSIC_SETEIPNUM_BE ((uintptr_t)0x4)

/* Identities are 1 … id_max, which is 64 * k - 1. */
#define IMSIC_ID_MIN_MAX 63u
#define IMSIC_ID_MAX 2047u

/* Values of siselect and vsiselect. Arrays: + 2 * (identity / 64), as XLEN is 64. */
#define IMSIC_SELECT_IPRIO 0x30u /* 0x30 … 0x3f: the hart's, not the interrupt file's. */
#define IMSIC_SELECT_IPRIO_LAST 0x3fu
#define IMSIC_SELECT_EIDELIVERY 0x70u
#define IMSIC_SELECT_EITHRESHOLD 0x72u
#define IMSIC_SELECT_EIP 0x80u
#define IMSIC_SELECT_EIE 0xc0u
#define IMSIC_SELECT_LAST 0xffu

/* stopei, vstopei: bits 26:16 the identity, bits 10:0 its priority, which is the same. */
#define IMSIC_TOPEI_ID_SHIFT 16
