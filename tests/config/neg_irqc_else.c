/* SPDX-License-Identifier: Apache-2.0 */
/* The controller that a VM gets on another machine than the platform's is checked, too. */
/* expect: E-IRQC-SOURCES: vm alpha has 1025 interrupt sources, an APLIC takes 2 to 1024 */
#include "base.h"

void change_base(void)
{
    alpha_else[0].source_count = 1025;
}
