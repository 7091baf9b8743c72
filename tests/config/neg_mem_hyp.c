/* SPDX-License-Identifier: Apache-2.0 */
/* VM and hypervisor. */
/* expect: E-MEM-HYP: host memory 0x80300000, 0x202000 bytes, is owned by vm beta (mem[0]) and the
 * hypervisor */
#include "base.h"

void change_base(void)
{
    beta_mem[0].hpa = 0x80300000;
}
