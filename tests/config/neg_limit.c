/* SPDX-License-Identifier: Apache-2.0 */
/* Nine memory regions. */
/* expect: E-LIMIT: vm alpha has 9 memory regions, at most 8 are supported */
#include "base.h"

void change_base(void)
{
    for (uint64_t gpa = 0xa0000000; alpha->mem_count < 9; gpa += HYP_MIB) {
        alpha_mem[alpha->mem_count++] = (struct vm_mem){.gpa = gpa, .size = HYP_MIB};
    }
}
