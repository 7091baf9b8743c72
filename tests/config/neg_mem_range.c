/* SPDX-License-Identifier: Apache-2.0 */
/* Memory beyond Sv57x4. */
/* expect: E-MEM-RANGE: mem[1] of vm beta at gpa 0x800000000000000, 0x100000 bytes, is empty or
 * beyond what platform board can map */
#include "base.h"

void change_base(void)
{
    add_beta_mem((struct vm_mem){.gpa = 0x800000000000000, .size = HYP_MIB});
}
