/* SPDX-License-Identifier: Apache-2.0 */
/* IMSICs of a VM, where the machine has an APLIC only. */
/* expect: E-IRQC-MODEL: vm alpha needs IMSICs, which platform board cannot give */
#include "base.h"

void change_base(void)
{
    platform.irqc.model = HYP_IRQC_APLIC;
    alpha->irqc = imsic;
    alpha_else[0] = imsic;
}
