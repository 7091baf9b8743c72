/* SPDX-License-Identifier: Apache-2.0 */
/* More vCPUs than harts. */
/* expect: E-VCPU-COUNT: vm alpha has 3 vCPUs, but 2 harts in its hart_mask */
#define A_VCPUS 3
#include "base.h"
