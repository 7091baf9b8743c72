/* SPDX-License-Identifier: Apache-2.0 */
/* A function that all models of virtual controllers share. */
#pragma once

#include <hyp/vm/vm.h>

#include "libhv/build.h"

/* Calls own() for each interrupt of the VM's devices, until one is not HYP_OK. */
HYP_MUST_USE enum hyp_status virq_own_sources(const struct hv_build *build, const struct vm *vm,
                                              enum hyp_status (*own)(void *state, uint32_t source),
                                              void *state);
