/* SPDX-License-Identifier: Apache-2.0 */
/* Two devices of two VMs in one page. */
/* expect: E-DEV-OVERLAP: the page of device odd at 0x10003000 is owned by vm alpha and vm beta
 * (device disk) */
#include "base.h"

void change_base(void)
{
    give_alpha(
        (struct hyp_device){"odd", "x,odd", .hpa = 0x10003000, .size = 0x1000, .reg_size = 0x100},
        0x10003000);
}
