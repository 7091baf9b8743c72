/* SPDX-License-Identifier: Apache-2.0 */
/* An odd first instruction. */
/* expect: E-ENTRY-ALIGN: entry 0x80200001 of vm alpha is odd */
#include "base.h"

void change_base(void)
{
    alpha->entry = 0x80200001;
}
