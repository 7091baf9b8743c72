/* SPDX-License-Identifier: Apache-2.0 */
/* An interrupt that the platform's controller lacks. */
/* expect: E-IRQ-ABSENT: vm alpha needs interrupt 96 (device odd), platform board has 1 to 95 */
#include "base.h"

void change_base(void)
{
    give_alpha((struct hyp_device){"odd", "x,odd", .hpa = 0x10004000, .size = 0x1000,
                                   .reg_size = 0x1000, .irq = {96}},
               0x10004000);
    alpha->irqc.source_count = 128;
}
