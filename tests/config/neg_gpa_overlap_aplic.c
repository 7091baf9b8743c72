/* SPDX-License-Identifier: Apache-2.0 */
/* An APLIC over a device. */
/* expect: E-GPA-OVERLAP: gpa 0x101000 of vm alpha holds its rtc and its interrupt controller */
#include "base.h"

void change_base(void)
{
    platform.irqc.model = HYP_IRQC_APLIC;
    alpha->irqc = aplic;
    alpha->irqc.gpa = 0xfa000;
}
