/* SPDX-License-Identifier: Apache-2.0 */
/* Measured accesses to an APLIC in direct delivery mode, as a compiler writes them. */
#include "ids.h"
#include "mark.h"

/* a0 = APLIC, a1 = offset of a register. Out a0 = it, widened. */
.macro measured_read name, id
.globl \name
.type \name, @function
\name:
    mark    HYP_MARK_START, \id
    add     t0, a0, a1
    lw      a0, 0(t0)
    sext.w  a0, a0
    mark    HYP_MARK_END, \id
    ret
.size \name, . - \name
.endm

.text
    measured_read aplic_claimi_measured, ID_APLIC_CLAIMI
    measured_read aplic_claimi_end_measured, ID_APLIC_CLAIMI_END
    measured_read aplic_read_measured, ID_APLIC_READ
