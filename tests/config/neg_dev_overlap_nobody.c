/* SPDX-License-Identifier: Apache-2.0 */
/* A device that reaches into the page of one that nobody has, and that can write memory. */
/* expect: E-DEV-OVERLAP: the page of device odd at 0x10001000 is owned by vm alpha and device nic
 */
#include "base.h"

void change_base(void)
{
    give_alpha(
        (struct hyp_device){"odd", "x,odd", .hpa = 0x10001000, .size = 0x2000, .reg_size = 0x100},
        0x10001000);
}
