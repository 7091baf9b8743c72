/* SPDX-License-Identifier: Apache-2.0 */
/* A pool too small for the configuration. */
/* expect: E-POOL-SIZE: pool_size of configuration two is 131072 bytes, needed are 290816 */
#include "base.h"

void change_base(void)
{
    config.pool_size = 128 * HYP_KIB;
}
