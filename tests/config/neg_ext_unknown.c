/* SPDX-License-Identifier: Apache-2.0 */
/* An extension that nobody knows. */
/* expect: E-EXT-UNKNOWN: vm alpha needs the ISA extension zfoo, which libhyp does not know */
#define A_NEEDS "sstc zfoo"
#include "base.h"
