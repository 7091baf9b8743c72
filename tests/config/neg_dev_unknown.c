/* SPDX-License-Identifier: Apache-2.0 */
/* A device that the platform lacks. */
/* expect: E-DEV-UNKNOWN: vm alpha names device gpu, which platform board does not have */
/* note: platform board has the devices uart0 rtc nic disk */
#include "base.h"

void change_base(void)
{
    alpha_devices[0].name = "gpu";
}
