/* SPDX-License-Identifier: Apache-2.0 */
/* The linker takes this configuration if no other is linked; main.c then reports it. */
#include <hyp/vm/config.h>

const struct hyp_config hyp_config = {.vm_count = UINT32_MAX};
