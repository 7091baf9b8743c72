/* SPDX-License-Identifier: Apache-2.0 */
/* A configuration without a VM. */
/* expect: E-VM-COUNT: configuration two has no VM (HYP_VMS) */
#include "base.h"

void change_base(void)
{
    config.vm_count = 0;
}
