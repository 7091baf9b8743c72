/* SPDX-License-Identifier: Apache-2.0 */
/* An extension that only a VM with IMSICs is shown. */
/* expect: E-EXT-UNKNOWN: vm alpha needs the ISA extension ssaia, which its interrupt controller
 * does not know */
#include "base.h"

void change_base(void)
{
    alpha->isa_required = "ssaia";
}
