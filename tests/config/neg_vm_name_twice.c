/* SPDX-License-Identifier: Apache-2.0 */
/* Two VMs of one name. */
/* expect: E-VM-NAME-TWICE: vm alpha and vm alpha have one name (vm 0 and vm 1) */
#include "base.h"

void change_base(void)
{
    beta->name = "alpha";
}
