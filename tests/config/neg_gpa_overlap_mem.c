/* SPDX-License-Identifier: Apache-2.0 */
/* Two regions of one VM. */
/* expect: E-GPA-OVERLAP: gpa 0x83fff000 of vm beta holds its mem[0] and its mem[1] */
#include "base.h"

void change_base(void)
{
    add_beta_mem((struct vm_mem){.gpa = 0x83fff000, .size = HYP_MIB});
}
