/* SPDX-License-Identifier: Apache-2.0 */
/* More vCPUs than harts. */
/* expect: E-VCPU-COUNT: vm alpha has 3 vCPUs, but 2 harts in its hart_mask */
#include "base.h"

void change_base(void)
{
    alpha->vcpu_count = 3;
}
