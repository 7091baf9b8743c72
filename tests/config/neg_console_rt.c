/* SPDX-License-Identifier: Apache-2.0 */
/* The console on the real-time VM's hart. */
/* expect: E-CONSOLE-RT: hart 2 is owned by vm beta, which is real_time, and by the console */
#define CONSOLE_HART 2
#include "base.h"
