/* SPDX-License-Identifier: Apache-2.0 */
/* Memory that is not cleared, wherever this machine has room for it. */
/* expect: E-MEM-KEEP: mem[1] of vm beta at gpa 0x90000000 is kept, so it needs hpa_fixed */
#include "base.h"

void change_base(void)
{
    add_beta_mem((struct vm_mem){.gpa = 0x90000000, .size = HYP_MIB, .keep = true, .name = "log"});
}
