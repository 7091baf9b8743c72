/* SPDX-License-Identifier: Apache-2.0 */
/* An extension that nobody knows. */
/* expect: E-EXT-UNKNOWN: vm alpha needs the ISA extension zfoo, which libhyp does not know */
#include "base.h"

void change_base(void)
{
    alpha->isa_required = "zfoo sstc";
}
