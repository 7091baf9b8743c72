/* SPDX-License-Identifier: Apache-2.0 */
/* A passed-through device on the virtual UART's interrupt. */
/* expect: E-IRQ-CLASH: interrupt 11 of vm alpha is that of its rtc and of its console */
#include "base.h"

void change_base(void)
{
    alpha->console.irq = 11;
}
