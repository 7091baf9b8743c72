/* SPDX-License-Identifier: Apache-2.0 */
/* Memory that is written but never read. */
/* expect: E-MEM-ACCESS: mem[1] of vm beta at gpa 0x90000000 has access 0x2, which no page can
 * have */
#include "base.h"

void change_base(void)
{
    add_beta_mem((struct vm_mem){.gpa = 0x90000000, .size = HYP_MIB, .access = HYP_ACCESS_W});
}
