/* SPDX-License-Identifier: Apache-2.0 */
/* The console on the real-time VM's hart. */
/* expect: E-CONSOLE-RT: hart 2 is owned by vm beta, which is real_time, and by the console */
#include "base.h"

void change_base(void)
{
    config.console_hart = 2;
}
