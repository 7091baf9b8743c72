/* SPDX-License-Identifier: Apache-2.0 */
/* A device tree at an odd multiple of 4. */
/* expect: E-DTB-ALIGN: the device tree of vm alpha at gpa 0x87000004 is not a multiple of 8 */
#include "base.h"

void change_base(void)
{
    alpha->dtb_gpa = 0x87000004;
}
