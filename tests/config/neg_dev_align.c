/* SPDX-License-Identifier: Apache-2.0 */
/* Registers that end within a page. */
/* expect: E-DEV-ALIGN: device odd of vm alpha at 0x10004000, 0x800 bytes, is not whole pages with
 * reg_size inside */
#include "base.h"

void change_base(void)
{
    give_alpha(
        (struct hyp_device){"odd", "x,odd", .hpa = 0x10004000, .size = 0x800, .reg_size = 0x800},
        0x10004000);
}
