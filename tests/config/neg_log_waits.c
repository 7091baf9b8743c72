/* SPDX-License-Identifier: Apache-2.0 */
/* The log waits, but another VM has a console there. */
/* expect: E-LOG-WAITS: vm beta shares the console with the log, which waits (log_waits) */
#define LOG_WAITS true
#define A_CONSOLE ONE(.kind = VM_CONSOLE_NONE)
#include "base.h"
