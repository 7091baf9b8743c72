/* SPDX-License-Identifier: Apache-2.0 */
/* A device in the page of an interrupt file. */
/* expect: E-DEV-OVERLAP: the page of device odd at 0x28001000 is owned by vm alpha and the
 * interrupt controller */
#include "base.h"

void change_base(void)
{
    give_alpha(
        (struct hyp_device){"odd", "x,odd", .hpa = 0x28001000, .size = 0x1000, .reg_size = 0x100},
        0x10003000);
}
