/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Register map of an interrupt domain of an advanced platform-level interrupt controller: the
 * driver's, and the model's.
 *
 * Units   Offsets and strides are bytes. Every register is 4 bytes wide.
 * Implements "Memory-mapped control region for an interrupt domain" of the RISC-V AIA
 * specification.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define APLIC_DOMAINCFG ((uintptr_t)0x0)
#define APLIC_SOURCECFG ((uintptr_t)0x0) /* + 4 * source, from source 1 on */
#define APLIC_SOURCECFG_1 (APLIC_SOURCECFG + 4)
#define APLIC_MMSIADDRCFG ((uintptr_t)0x1bc0)
#define APLIC_MMSIADDRCFGH ((uintptr_t)0x1bc4)
#define APLIC_SMSIADDRCFG ((uintptr_t)0x1bc8)
#define APLIC_SMSIADDRCFGH ((uintptr_t)0x1bcc)
#define APLIC_SETIP ((uintptr_t)0x1c00) /* + 4 * (source / 32), and so the three below */
#define APLIC_SETIPNUM ((uintptr_t)0x1cdc)
#define APLIC_IN_CLRIP ((uintptr_t)0x1d00)
#define APLIC_CLRIPNUM ((uintptr_t)0x1ddc)
#define APLIC_SETIE ((uintptr_t)0x1e00)
#define APLIC_SETIENUM ((uintptr_t)0x1edc)
#define APLIC_CLRIE ((uintptr_t)0x1f00)
#define APLIC_CLRIENUM ((uintptr_t)0x1fdc)
#define APLIC_SETIPNUM_LE ((uintptr_t)0x2000)
#define APLIC_SETIPNUM_BE ((uintptr_t)0x2004)
#define APLIC_GENMSI ((uintptr_t)0x3000)
#define APLIC_TARGET ((uintptr_t)0x3000) /* + 4 * source, from source 1 on */
#define APLIC_TARGET_1 (APLIC_TARGET + 4)
#define APLIC_IDC ((uintptr_t)0x4000) /* + APLIC_IDC_STRIDE * hart index */
#define APLIC_IDC_STRIDE ((uintptr_t)0x20)
#define APLIC_IDELIVERY ((uintptr_t)0x0) /* In an IDC structure. */
#define APLIC_IFORCE ((uintptr_t)0x4)
#define APLIC_ITHRESHOLD ((uintptr_t)0x8)
#define APLIC_TOPI ((uintptr_t)0x18)
#define APLIC_CLAIMI ((uintptr_t)0x1c)

#define APLIC_DOMAINCFG_BE (UINT32_C(1) << 0)
#define APLIC_DOMAINCFG_DM (UINT32_C(1) << 2) /* MSI delivery mode; 0: direct. */
#define APLIC_DOMAINCFG_IE (UINT32_C(1) << 8)
#define APLIC_DOMAINCFG_TOP UINT32_C(0x80000000) /* Read-only 0x80 in bits 31:24. */

#define APLIC_SOURCECFG_D (UINT32_C(1) << 10)
#define APLIC_SOURCECFG_SM UINT32_C(0x7)

/* The source modes, SM. */
#define APLIC_SM_INACTIVE 0u
#define APLIC_SM_DETACHED 1u
#define APLIC_SM_EDGE1 4u
#define APLIC_SM_EDGE0 5u
#define APLIC_SM_LEVEL1 6u
#define APLIC_SM_LEVEL0 7u

#define APLIC_TARGET_HART_SHIFT 18 /* Hart Index, bits 31:18; in genmsi, too. */
#define APLIC_TARGET_GUEST_SHIFT 12
#define APLIC_TARGET_GUEST_MASK UINT32_C(0x3f)
#define APLIC_TARGET_IPRIO UINT32_C(0xff) /* Direct delivery mode. */
#define APLIC_TARGET_EIID UINT32_C(0x7ff) /* MSI delivery mode; in genmsi, too. */

#define APLIC_TOPI_ID_SHIFT 16 /* In topi and claimi: the source; the priority is below. */

#define APLIC_SIZE ((uintptr_t)0x8000) /* With IDC structures for 512 harts. */
#define APLIC_SOURCE_MAX 1024u         /* Sources are 1 … 1023. */
#define APLIC_HART_MAX 16384u          /* Hart indices are below. */

static inline bool aplic_sm_is_level(uint32_t sm)
{
    return (sm & APLIC_SM_LEVEL1) == APLIC_SM_LEVEL1;
}
