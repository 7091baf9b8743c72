/* SPDX-License-Identifier: Apache-2.0 */
/* An interrupt that the guest's controller lacks. */
/* expect: E-IRQ-GUEST: vm alpha has interrupt 11 (rtc), but its interrupt controller takes 1 to 10
 */
#include "base.h"

void change_base(void)
{
    alpha->irqc.source_count = 11;
}
