/* SPDX-License-Identifier: Apache-2.0 */
/* A pool of half a page too much. */
/* expect: E-POOL-ALIGN: pool_size 0x100800 of configuration two is not a multiple of 4 KiB */
#define POOL_SIZE (HYP_MIB + 2048)
#include "base.h"
