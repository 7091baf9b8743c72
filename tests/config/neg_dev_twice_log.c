/* SPDX-License-Identifier: Apache-2.0 */
/* A VM takes the UART on which the log is written; nobody has a console. */
/* expect: E-DEV-TWICE: device uart0 is owned by vm beta and the log */
#define A_CONSOLE ONE(.kind = VM_CONSOLE_NONE)
#define B_CONSOLE ONE(.kind = VM_CONSOLE_NONE)
#define B_DEVICES ONE(.name = "uart0", .gpa = 0x10000000)
#include "base.h"
