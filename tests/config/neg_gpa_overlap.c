/* SPDX-License-Identifier: Apache-2.0 */
/* The virtual UART in RAM. */
/* expect: E-GPA-OVERLAP: gpa 0x80001000 of vm alpha holds its mem[0] and its console */
#include "base.h"

void change_base(void)
{
    alpha->console.gpa = 0x80001000;
}
