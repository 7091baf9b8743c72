/* SPDX-License-Identifier: Apache-2.0 */
/* IMSICs where no mode of the G-stage reaches. */
/* expect: E-GPA-RANGE: gpa 0x800000000000000 of IMSICs in vm alpha is beyond what platform board
 * can map */
#include "base.h"

void change_base(void)
{
    platform.irqc.model = HYP_IRQC_IMSIC;
    alpha->irqc = imsic;
    alpha->irqc.imsic_gpa = 0x800000000000000;
}
