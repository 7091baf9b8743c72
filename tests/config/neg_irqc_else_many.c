/* SPDX-License-Identifier: Apache-2.0 */
/* More interrupt controllers than there are kinds. */
/* expect: E-IRQC-ELSE: vm alpha names 4 other interrupt controllers, at most 3 are supported */
#include "base.h"

void change_base(void)
{
    for (alpha->irqc_else_count = 0; alpha->irqc_else_count < 4; alpha->irqc_else_count++) {
        alpha_else[alpha->irqc_else_count] = aplic;
    }
}
