/* SPDX-License-Identifier: Apache-2.0 */
/* A VM takes the UART on which the log is written; nobody has a console. */
/* expect: E-DEV-TWICE: device uart0 is owned by vm beta and the log */
#include "base.h"

void change_base(void)
{
    alpha->console.kind = VM_CONSOLE_NONE;
    beta->console.kind = VM_CONSOLE_NONE;
    beta_devices[0] = (struct vm_device){.name = "uart0", .gpa = 0x10000000};
}
