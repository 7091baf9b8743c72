/* SPDX-License-Identifier: Apache-2.0 */
/* A device tree outside memory. */
/* expect: E-BLOB-OUTSIDE: device tree of vm alpha at gpa 0x70000000, 0x10000 bytes, is in none of
 * its memory regions (mem_count is 1) */
#include "base.h"

void change_base(void)
{
    alpha->dtb_gpa = 0x70000000;
}
