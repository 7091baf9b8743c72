/* SPDX-License-Identifier: Apache-2.0 */
/* Shared by all models of virtual controllers. */
#pragma once

#include <hyp/vm/vm.h>

#include "libhv/build.h"

/* Calls call() for each physical source of the VM's devices; stops at the first error. */
HYP_MUST_USE enum hyp_status
virq_for_each_source(const struct hv_build *build, const struct vm *vm,
                     enum hyp_status (*call)(void *state, uint32_t source), void *state);
