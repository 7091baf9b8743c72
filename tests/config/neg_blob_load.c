/* SPDX-License-Identifier: Apache-2.0 */
/* A preloaded file in memory that is placed at boot. */
/* expect: E-BLOB-LOAD: kernel "alpha_kernel" of vm alpha is loaded by the boot loader, so mem[0]
 * at gpa 0x80000000 needs hpa_fixed */
#include "base.h"

void change_base(void)
{
    alpha_mem[0].hpa_fixed = false;
    alpha->initrd.name = NULL;
}
