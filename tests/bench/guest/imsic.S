/* SPDX-License-Identifier: Apache-2.0 */
/* Measured accesses to an IMSIC. */
#include "ids.h"
#include "mark.h"

.text
/* Out a0 = the identity that was claimed by a write of stopei. Two instructions. */
.globl imsic_claim_measured
.type imsic_claim_measured, @function
imsic_claim_measured:
    mark    HYP_MARK_START, ID_IMSIC_CLAIM
    csrrw   a0, 0x15c, x0
    srli    a0, a0, 16
    mark    HYP_MARK_END, ID_IMSIC_CLAIM
    ret
.size imsic_claim_measured, . - imsic_claim_measured

/* a0 = another hart's page, a1 = identity. One instruction; ends in trap_ipi_imsic. */
.globl ipi_imsic_measured
.type ipi_imsic_measured, @function
ipi_imsic_measured:
    mark    HYP_MARK_START, ID_IPI_IMSIC
    sw      a1, 0(a0)
    ret
.size ipi_imsic_measured, . - ipi_imsic_measured

/* a0 = APLIC, a1 = source: its end, where it is level-sensitive. Three instructions. */
.globl aplic_setipnum_measured
.type aplic_setipnum_measured, @function
aplic_setipnum_measured:
    mark    HYP_MARK_START, ID_APLIC_SETIPNUM
    lui     t0, 2
    add     t0, t0, a0
    sw      a1, 0(t0)
    mark    HYP_MARK_END, ID_APLIC_SETIPNUM
    ret
.size aplic_setipnum_measured, . - aplic_setipnum_measured
