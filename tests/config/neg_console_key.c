/* SPDX-License-Identifier: Apache-2.0 */
/* Ctrl-A switches the console. */
/* expect: E-CONSOLE-KEY: the key 0x1 of the console is taken by QEMU */
#define CONSOLE_KEY 1
#include "base.h"
