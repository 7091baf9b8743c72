/* SPDX-License-Identifier: Apache-2.0 */
/* A budget without a time from which on it counts. */
/* expect: E-EXITS: vm alpha has a budget of 5 exits after boot, but its grace_s is 0 */
#define A_EXITS ONE(.max_exits = 5)
#include "base.h"
