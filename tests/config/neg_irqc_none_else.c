/* SPDX-License-Identifier: Apache-2.0 */
/* The VM has no interrupt controller on some machines, but its device has interrupts on all. */
/* expect: E-IRQC-NONE: vm beta has interrupt 31 (disk), but no interrupt controller */
#include "base.h"

void change_base(void)
{
    beta_else[0].model = HYP_IRQC_NONE;
}
