/* SPDX-License-Identifier: Apache-2.0 */
/* IMSICs of two harts, whose number one bit of their address is. */
/* expect: E-GPA-ALIGN: gpa 0x28001000 of IMSICs in vm alpha is not a multiple of 0x2000 */
#include "base.h"

void change_base(void)
{
    platform.irqc.model = HYP_IRQC_IMSIC;
    alpha->irqc = imsic;
    alpha->irqc.imsic_gpa = 0x28001000;
}
