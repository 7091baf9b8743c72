/* SPDX-License-Identifier: Apache-2.0 */
/* A pool that the hypervisor's address space has no room for. */
/* expect: E-POOL-LARGE: pool_size of configuration two is 67108864 bytes, room is for 65011712 */
#include "base.h"

void change_base(void)
{
    config.pool_size = 64 * HYP_MIB;
}
