/* SPDX-License-Identifier: Apache-2.0 */
/* A preloaded file in memory that is placed at boot. */
/* expect: E-BLOB-LOAD: alpha_kernel of vm alpha is loaded by the boot loader, so its memory at
 * 0x80000000 needs hpa_fixed */
#include "base.h"

void change_base(void)
{
    alpha_mem[0].hpa_fixed = false;
    alpha->initrd.name = NULL;
}
