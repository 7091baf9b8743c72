/* SPDX-License-Identifier: Apache-2.0 */
/* The virtual UART in RAM. */
/* expect: E-GPA-OVERLAP: gpa 0x80001000 of vm alpha holds its memory and its console */
#define A_CONSOLE ONE(.kind = VM_CONSOLE_VUART, .gpa = 0x80001000, .irq = 10)
#include "base.h"
