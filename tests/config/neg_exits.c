/* SPDX-License-Identifier: Apache-2.0 */
/* A budget without a time from which on it counts. */
/* expect: E-EXITS: vm alpha has a budget of 5 exits after boot, but its grace_s is 0 */
#include "base.h"

void change_base(void)
{
    alpha->exits_after_boot = (struct vm_exit_budget){.max_exits = 5};
}
