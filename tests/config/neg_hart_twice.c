/* SPDX-License-Identifier: Apache-2.0 */
/* Both VMs name hart 1. */
/* expect: E-HART-TWICE: hart 1 is owned by vm alpha and vm beta */
#include "base.h"

void change_base(void)
{
    beta->hart_mask = 0x2;
}
