/* SPDX-License-Identifier: Apache-2.0 */
/* VM and VM. */
/* expect: E-MEM-OVERLAP: host memory 0xaffff000, 0x1000 bytes, is owned by vm alpha (mem[0]) and
 * vm beta (mem[0]) */
#include "base.h"

void change_base(void)
{
    beta_mem[0].hpa = 0xaffff000;
}
