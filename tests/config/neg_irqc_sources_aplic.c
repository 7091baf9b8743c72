/* SPDX-License-Identifier: Apache-2.0 */
/* An APLIC with more sources than one can have. */
/* expect: E-IRQC-SOURCES: vm alpha has 1025 interrupt sources, an APLIC takes 2 to 1024 */
#include "base.h"

void change_base(void)
{
    platform.irqc.model = HYP_IRQC_APLIC;
    alpha->irqc = aplic;
    alpha->irqc.source_count = 1025;
}
