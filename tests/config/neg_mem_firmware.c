/* SPDX-License-Identifier: Apache-2.0 */
/* VM and firmware; the hypervisor lies elsewhere. */
/* expect: E-MEM-FIRMWARE: host memory 0x80100000, 0x100000 bytes, is owned by vm beta (mem[0])
 * and the firmware */
#include "base.h"

void change_base(void)
{
    beta_mem[0].hpa = 0x80100000;
    beta_mem[0].size = HYP_MIB;
}
