/* SPDX-License-Identifier: Apache-2.0 */
/* Two devices of two VMs on one interrupt. */
/* expect: E-IRQ-TWICE: interrupt 31 is owned by vm alpha (device odd) and vm beta (device disk)
 * */
#include "base.h"

void change_base(void)
{
    give_alpha((struct hyp_device){"odd", "x,odd", .hpa = 0x10004000, .size = 0x1000,
                                   .reg_size = 0x1000, .irq = {40, 31}},
               0x10004000);
}
