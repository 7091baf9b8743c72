/* SPDX-License-Identifier: Apache-2.0 */
/* The end of a region is no RAM. */
/* expect: E-MEM-ABSENT: mem[0] of vm beta needs host memory at 0x100000000, 0x2000000 bytes,
 * which is not RAM of platform board */
#include "base.h"

void change_base(void)
{
    beta_mem[0].hpa = 0xfe000000;
}
