/* SPDX-License-Identifier: Apache-2.0 */
/* The key of the whole terminal is the log's by default. */
/* expect: E-CONSOLE-KEY: the key 0x1e of the terminal is taken by the log */
#include "base.h"

void change_base(void)
{
    config.terminal_key = 0x1e;
}
