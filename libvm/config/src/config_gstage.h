/* SPDX-License-Identifier: Apache-2.0 */
/* G-stage of a VM, as far as its tables cost memory. */
#pragma once

#include <hyp/vm/config_plan.h>

/* The inner tables of the VM, whose memory lies where the plan says. */
uint64_t config_gstage_tables(const struct config_input *in, const struct config_plan *plan,
                              uint32_t vm);
