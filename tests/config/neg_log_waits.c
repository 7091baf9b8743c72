/* SPDX-License-Identifier: Apache-2.0 */
/* The log waits, but another VM has a console there. */
/* expect: E-LOG-WAITS: vm beta shares the console with the log, which waits (log_waits) */
#include "base.h"

void change_base(void)
{
    config.log_waits = true;
    alpha->console.kind = VM_CONSOLE_NONE;
}
