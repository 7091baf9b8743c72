/* SPDX-License-Identifier: Apache-2.0 */
/* The console on a hart that there is not. */
/* expect: E-CONSOLE-HART: the console is on hart 4, platform board has 4 harts */
#include "base.h"

void change_base(void)
{
    config.console_hart = 4;
}
