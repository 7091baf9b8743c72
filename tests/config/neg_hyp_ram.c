/* SPDX-License-Identifier: Apache-2.0 */
/* The hypervisor over the firmware. */
/* expect: E-HYP-RAM: the hypervisor at 0x80000000, 0x302000 bytes, lies over or beyond the RAM that
 * platform board leaves free */
#include "base.h"

void change_base(void)
{
    platform.load_hpa = 0x80000000;
}
