/* SPDX-License-Identifier: Apache-2.0 */
/* 512 characters of boot arguments. */
/* expect: E-BOOTARGS: bootargs of vm alpha have 512 characters, room is for 511 */
#include "base.h"

#define X16 "0123456789abcdef"
#define X128 X16 X16 X16 X16 X16 X16 X16 X16

void change_base(void)
{
    alpha->bootargs = X128 X128 X128 X128;
}
