/* SPDX-License-Identifier: Apache-2.0 */
/* A device that reaches into the registers of the ACLINT. */
/* expect: E-DEV-OVERLAP: the page of device odd at 0x2eff000 is owned by vm alpha and the
 * hypervisor's SSWI */
#include "base.h"

void change_base(void)
{
    give_alpha(
        (struct hyp_device){"odd", "x,odd", .hpa = 0x2eff000, .size = 0x2000, .reg_size = 0x100},
        0x10003000);
}
