/* SPDX-License-Identifier: Apache-2.0 */
/* IMSICs that end in the APLIC. */
/* expect: E-GPA-OVERLAP: gpa 0xd006000 of vm alpha holds its interrupt controller and its IMSICs */
#include "base.h"

void change_base(void)
{
    platform.irqc.model = HYP_IRQC_IMSIC;
    alpha->irqc = imsic;
    alpha->irqc.imsic_gpa = 0x0d006000;
}
