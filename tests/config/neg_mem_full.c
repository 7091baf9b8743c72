/* SPDX-License-Identifier: Apache-2.0 */
/* A region that no free RAM is left for. */
/* expect: E-MEM-FULL: mem[1] of vm beta at gpa 0x90000000 needs 0x40000000 bytes, platform board
 * has no such free RAM */
#include "base.h"

void change_base(void)
{
    add_beta_mem((struct vm_mem){.gpa = 0x90000000, .size = HYP_GIB});
}
