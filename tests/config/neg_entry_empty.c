/* SPDX-License-Identifier: Apache-2.0 */
/* A VM that has no kernel. */
/* expect: E-ENTRY-EMPTY: entry 0x80000000 of vm beta is in mem[0], but neither in its kernel nor
 * in its initrd: there is no instruction */
#include "base.h"

void change_base(void)
{
    beta->kernel.name = NULL;
}
