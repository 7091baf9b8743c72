/* SPDX-License-Identifier: Apache-2.0 */
/* A device with interrupts, in a VM without interrupt controller. */
/* expect: E-IRQC-NONE: vm beta has interrupt 31 (disk), but no interrupt controller */
#include "base.h"

void change_base(void)
{
    beta->irqc.model = HYP_IRQC_NONE;
}
