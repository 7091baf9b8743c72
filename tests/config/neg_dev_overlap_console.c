/* SPDX-License-Identifier: Apache-2.0 */
/* The UART of the console under another name. */
/* expect: E-DEV-OVERLAP: the page of device odd at 0x10000000 is owned by vm alpha and the
 * console (device uart0) */
#include "base.h"

void change_base(void)
{
    give_alpha(
        (struct hyp_device){"odd", "x,odd", .hpa = 0x10000000, .size = 0x1000, .reg_size = 0x100},
        0x10003000);
}
