/* SPDX-License-Identifier: Apache-2.0 */
/* A device where no mode of the G-stage reaches. */
/* expect: E-GPA-RANGE: gpa 0x800000000000000 of rtc in vm alpha is beyond what platform board can
 * map */
#include "base.h"

void change_base(void)
{
    alpha_devices[0].gpa = 0x800000000000000;
}
