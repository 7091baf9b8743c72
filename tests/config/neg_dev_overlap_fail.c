/* SPDX-License-Identifier: Apache-2.0 */
/* A device in the page of the register that ends the machine. */
/* expect: E-DEV-OVERLAP: the page of device odd at 0x100000 is owned by vm alpha and the
 * hypervisor's fail register */
#include "base.h"

void change_base(void)
{
    platform.finisher_hpa = 0x100000;
    give_alpha(
        (struct hyp_device){"odd", "x,odd", .hpa = 0x100000, .size = 0x1000, .reg_size = 0x100},
        0x10003000);
}
