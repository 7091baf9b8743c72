/* SPDX-License-Identifier: Apache-2.0 */
/* On a machine where a VM gets no interrupt controller, its device has interrupts, too. */
/* expect: E-IRQC-NONE: vm beta has interrupt 31 (disk), but no interrupt controller */
#define B_ELSE ONE(.model = HYP_IRQC_NONE)
#include "base.h"
