/* SPDX-License-Identifier: Apache-2.0 */
/* Three vCPUs, one hart is free. */
/* expect: E-HART-FREE: vm beta needs 3 harts, platform board has 2 free */
#define B_VCPUS 3
#define B_HARTS 0
#include "base.h"
