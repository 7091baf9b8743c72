/* SPDX-License-Identifier: Apache-2.0 */
/* A size that is not whole pages. */
/* expect: E-MEM-ALIGN: mem[0] of vm beta at gpa 0x80000000: size 0x3ffff00 is not a multiple of 4
 * KiB */
#include "base.h"

void change_base(void)
{
    beta_mem[0].size = 0x3ffff00;
}
