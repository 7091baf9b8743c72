/* SPDX-License-Identifier: Apache-2.0 */
/* The memory that page tables of a G-stage need. */
#pragma once

#include <hyp/vm/config_plan.h>

/* The count of the VM's inner tables, for the host addresses of the plan. */
uint64_t config_gstage_tables(const struct config_input *in, const struct config_plan *plan,
                              uint32_t vm);
