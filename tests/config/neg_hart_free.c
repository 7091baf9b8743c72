/* SPDX-License-Identifier: Apache-2.0 */
/* Three vCPUs, one hart is free. */
/* expect: E-HART-FREE: vm beta needs 3 harts, platform board has 2 free */
#include "base.h"

void change_base(void)
{
    beta->vcpu_count = 3;
    beta->hart_mask = 0;
}
