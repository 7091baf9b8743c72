/* SPDX-License-Identifier: Apache-2.0 */
/* The UART under another name than its own, which nobody has: the log waits for no VM then. */
/* expect: E-DEV-OVERLAP: the page of device odd at 0x10000000 is owned by vm alpha and device
 * uart0 */
#include "base.h"

void change_base(void)
{
    config.log_waits = true;
    alpha->console.kind = VM_CONSOLE_NONE;
    beta->console.kind = VM_CONSOLE_NONE;
    give_alpha(
        (struct hyp_device){"odd", "x,odd", .hpa = 0x10000000, .size = 0x1000, .reg_size = 0x100},
        0x10003000);
}
