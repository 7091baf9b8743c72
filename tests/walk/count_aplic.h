/* SPDX-License-Identifier: Apache-2.0 */
/* Functions that differ by the APLIC's delivery mode: count_direct.c, count_imsic.c. */
#pragma once

#include "count_irqc.h"

#define APLIC UINT64_C(0x0d000000)
#define HART_SHIFT 18

/* Sources without a wire that are set pending by hand. */
#define OTHERS 40u
#define OTHERS_END 44u

uint32_t mode_target(uint32_t source, uint64_t hart);
