/* SPDX-License-Identifier: Apache-2.0 */
/* The linker takes this platform if no other is linked; main.c then reports it. */
#include <hyp/vm/config.h>

const struct hyp_platform hyp_platform = {.mem_count = UINT32_MAX};
