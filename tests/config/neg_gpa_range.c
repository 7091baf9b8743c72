/* SPDX-License-Identifier: Apache-2.0 */
/* A device where no mode of the G-stage reaches. */
/* expect: E-GPA-RANGE: gpa 0x800000000000000 of rtc in vm alpha is beyond what platform board can
 * map */
#define A_DEVICES ONE(.name = "rtc", .gpa = 0x800000000000000)
#include "base.h"
