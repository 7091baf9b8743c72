/* SPDX-License-Identifier: Apache-2.0 */
/* A virtual UART with an interrupt, in a VM without interrupt controller. */
/* expect: E-IRQC-NONE: vm alpha has interrupt 10 (console), but no interrupt controller */
#include "base.h"

void change_base(void)
{
    board_devices[RTC].irq[0] = 0;
    alpha->irqc.model = HYP_IRQC_NONE;
}
