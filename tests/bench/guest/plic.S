/* SPDX-License-Identifier: Apache-2.0 */
/* Measured accesses to a PLIC. */
#include "ids.h"
#include "mark.h"

.text
/* Out a0 = priority of source 10 at the PLIC; five instructions. */
.globl mmio_read_measured
.type mmio_read_measured, @function
mmio_read_measured:
    mark    HYP_MARK_START, ID_MMIO_READ
    lui     t0, 0xc000
    addi    t0, t0, 40
    lw      a0, 0(t0)
    slli    a0, a0, 32
    srli    a0, a0, 32
    mark    HYP_MARK_END, ID_MMIO_READ
    ret
.size mmio_read_measured, . - mmio_read_measured

/* a0 = PLIC, a1 = offset of the claim register. Out a0 = source. Three instructions. */
.globl plic_claim_measured
.type plic_claim_measured, @function
plic_claim_measured:
    mark    HYP_MARK_START, ID_PLIC_CLAIM
    add     t0, a0, a1
    lw      a0, 0(t0)
    sext.w  a0, a0
    mark    HYP_MARK_END, ID_PLIC_CLAIM
    ret
.size plic_claim_measured, . - plic_claim_measured

/* a0 = PLIC, a1 = offset of the claim register, a2 = source. Two instructions. */
.globl plic_complete_measured
.type plic_complete_measured, @function
plic_complete_measured:
    mark    HYP_MARK_START, ID_PLIC_COMPLETE
    add     t0, a0, a1
    sw      a2, 0(t0)
    mark    HYP_MARK_END, ID_PLIC_COMPLETE
    ret
.size plic_complete_measured, . - plic_complete_measured
