/* SPDX-License-Identifier: Apache-2.0 */
/* A VM without vCPUs. */
/* expect: E-VCPU-COUNT: vm alpha has no vCPU: its vcpu_count is 0 */
#include "base.h"

void change_base(void)
{
    alpha->vcpu_count = 0;
}
