/* SPDX-License-Identifier: Apache-2.0 */
/* Ctrl-A switches the console. */
/* expect: E-CONSOLE-KEY: the key of the console must not be Ctrl-A, which QEMU takes */
#define CONSOLE_KEY 1
#include "base.h"
