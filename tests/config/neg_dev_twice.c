/* SPDX-License-Identifier: Apache-2.0 */
/* Both VMs take the disk. */
/* expect: E-DEV-TWICE: device disk is owned by vm alpha and vm beta */
#include "base.h"

void change_base(void)
{
    alpha_devices[0] = (struct vm_device){.name = "disk", .gpa = 0x10003000};
}
