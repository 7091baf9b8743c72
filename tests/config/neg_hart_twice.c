/* SPDX-License-Identifier: Apache-2.0 */
/* Both VMs name hart 1. */
/* expect: E-HART-TWICE: hart 1 is owned by vm alpha and vm beta */
#define B_HARTS 0x2
#include "base.h"
