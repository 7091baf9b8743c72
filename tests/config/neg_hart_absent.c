/* SPDX-License-Identifier: Apache-2.0 */
/* Hart 4 of a platform with 0 to 3. */
/* expect: E-HART-ABSENT: vm beta needs hart 4, platform board has 4 harts */
#include "base.h"

void change_base(void)
{
    beta->hart_mask = 0x10;
}
