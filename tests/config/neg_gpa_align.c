/* SPDX-License-Identifier: Apache-2.0 */
/* A device at an odd place. */
/* expect: E-GPA-ALIGN: gpa 0x101800 of rtc in vm alpha is not a multiple of 0x1000 */
#include "base.h"

void change_base(void)
{
    alpha_devices[0].gpa = 0x101800;
}
