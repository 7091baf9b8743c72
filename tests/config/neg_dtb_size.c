/* SPDX-License-Identifier: Apache-2.0 */
/* A device tree larger than its room. */
/* expect: E-DTB-SIZE: the device tree of vm alpha has 3481 bytes, its dtb_max_size is 1024 */
#include "base.h"

void change_base(void)
{
    alpha->dtb_max_size = 1024;
}
