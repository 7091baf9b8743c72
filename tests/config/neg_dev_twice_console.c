/* SPDX-License-Identifier: Apache-2.0 */
/* A VM takes the UART of the shared console. */
/* expect: E-DEV-TWICE: device uart0 is owned by vm beta and the console */
#include "base.h"

void change_base(void)
{
    beta_devices[0] = (struct vm_device){.name = "uart0", .gpa = 0x10000000};
}
