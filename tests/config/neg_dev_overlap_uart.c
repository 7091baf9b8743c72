/* SPDX-License-Identifier: Apache-2.0 */
/* The UART under another name than its own, which nobody has: the log waits for no VM then. */
/* expect: E-DEV-OVERLAP: the page of device odd at 0x10000000 is owned by vm alpha and device
 * uart0 */
#define LOG_WAITS true
#define A_CONSOLE ONE(.kind = VM_CONSOLE_NONE)
#define B_CONSOLE ONE(.kind = VM_CONSOLE_NONE)
#define P_DEVICES ONE("odd", "x,odd", .hpa = 0x10000000, .size = 0x1000, .reg_size = 0x100)
#define A_DEVICES ONE(.name = "odd", .gpa = 0x10003000)
#include "base.h"
