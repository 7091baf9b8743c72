/* SPDX-License-Identifier: Apache-2.0 */
/* The first instruction behind the memory. */
/* expect: E-ENTRY: entry 0x90000000 of vm alpha is not in its executable memory */
#include "base.h"

void change_base(void)
{
    alpha->entry = 0x90000000;
}
