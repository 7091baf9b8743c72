/* SPDX-License-Identifier: Apache-2.0 */
/* Memory over the register that ends the machine, in the middle of RAM. */
/* expect: E-MEM-DEVICE: host memory 0xc1000000, 0x4 bytes, is owned by vm beta (mem[0]) and the
 * hypervisor's fail register */
#include "base.h"

void change_base(void)
{
    platform.finisher_hpa = 0xc1000000;
}
