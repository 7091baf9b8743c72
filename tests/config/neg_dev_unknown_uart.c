/* SPDX-License-Identifier: Apache-2.0 */
/* A console on a device that the platform lacks. */
/* expect: E-DEV-UNKNOWN: uart.device of platform board is uart1, which is none of its devices */
/* note: platform board has the devices uart0 rtc nic disk */
#include "base.h"

void change_base(void)
{
    platform.uart.device = "uart1";
}
