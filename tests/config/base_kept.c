/* SPDX-License-Identifier: Apache-2.0 */
/* The base breaks no rule; nor does memory that is kept, under a name. */
#include "base.h"

void change_base(void)
{
    add_beta_mem((struct vm_mem){.gpa = 0x90000000,
                                 .size = HYP_MIB,
                                 .hpa = 0xc4000000,
                                 .hpa_fixed = true,
                                 .keep = true,
                                 .name = "log"});
}
