/* SPDX-License-Identifier: Apache-2.0 */
/* Ctrl-A switches the console. */
/* expect: E-CONSOLE-KEY: the key 0x1 of the console is taken by QEMU */
#include "base.h"

void change_base(void)
{
    config.console_key = 1;
}
