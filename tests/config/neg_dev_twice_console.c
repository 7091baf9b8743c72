/* SPDX-License-Identifier: Apache-2.0 */
/* A VM takes the UART of the shared console. */
/* expect: E-DEV-TWICE: device uart0 is owned by vm beta and the console */
#define B_DEVICES ONE(.name = "uart0", .gpa = 0x10000000)
#include "base.h"
