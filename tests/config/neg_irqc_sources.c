/* SPDX-License-Identifier: Apache-2.0 */
/* An interrupt controller without sources. */
/* expect: E-IRQC-SOURCES: vm alpha has 0 interrupt sources, a PLIC takes 2 to 1024 */
#include "base.h"

void change_base(void)
{
    alpha->irqc.source_count = 0;
}
