/* SPDX-License-Identifier: Apache-2.0 */
/* The console on a hart that there is not. */
/* expect: E-CONSOLE-HART: the console is on hart 4, platform board has 4 harts */
#define CONSOLE_HART 4
#include "base.h"
