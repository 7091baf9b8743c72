/* SPDX-License-Identifier: Apache-2.0 */
/* The same with an empty name. */
/* expect: E-MEM-KEEP: mem[1] of vm beta at gpa 0x90000000 is kept, so it needs a name */
#include "base.h"

void change_base(void)
{
    add_beta_mem((struct vm_mem){.gpa = 0x90000000,
                                 .size = HYP_MIB,
                                 .hpa = 0xc4000000,
                                 .hpa_fixed = true,
                                 .keep = true,
                                 .name = ""});
}
