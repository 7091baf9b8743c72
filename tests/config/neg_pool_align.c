/* SPDX-License-Identifier: Apache-2.0 */
/* A pool of half a page too much. */
/* expect: E-POOL-ALIGN: pool_size 0x100800 of configuration two is not a multiple of 4 KiB */
#include "base.h"

void change_base(void)
{
    config.pool_size = HYP_MIB + 2048;
}
