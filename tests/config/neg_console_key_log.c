/* SPDX-License-Identifier: Apache-2.0 */
/* The log's key is the console's, which has its own by default. */
/* expect: E-CONSOLE-KEY: the key 0x1d of the log is taken by the console */
#include "base.h"

void change_base(void)
{
    config.log_key = 0x1d;
}
