/* SPDX-License-Identifier: Apache-2.0 */
/* The first instruction behind the memory. */
/* expect: E-ENTRY: entry 0x90000000 of vm alpha is not in its executable memory */
#define A_ENTRY 0x90000000
#include "base.h"
