/* SPDX-License-Identifier: Apache-2.0 */
/* A passed-through device on the virtual UART's interrupt. */
/* expect: E-IRQ-CLASH: interrupt 11 of vm alpha is that of its rtc and of its console */
#define A_CONSOLE ONE(.kind = VM_CONSOLE_VUART, .gpa = 0x10000000, .irq = 11)
#include "base.h"
