/* SPDX-License-Identifier: Apache-2.0 */
/* The first instruction where nothing can be executed. */
/* expect: E-ENTRY: entry 0x80200000 of vm alpha is in mem[0], which it may not execute */
#include "base.h"

void change_base(void)
{
    alpha_mem[0].access = HYP_ACCESS_R | HYP_ACCESS_W;
}
