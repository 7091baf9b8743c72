/* SPDX-License-Identifier: Apache-2.0 */
/* The first instruction behind the memory. */
/* expect: E-ENTRY: entry 0x90000000 of vm alpha is in none of its memory regions (mem_count is 1)
 * */
#include "base.h"

void change_base(void)
{
    alpha->entry = 0x90000000;
}
