/* SPDX-License-Identifier: Apache-2.0 */
/* A configuration without a VM. */
/* expect: E-VM-COUNT: configuration none has no VM */
#include <hyp/vm/config.h>

static const struct hyp_mem ram[] = {{.hpa = 0x80000000, .size = HYP_GIB}};

const struct hyp_platform hyp_platform = {
    .name = "board", .mem = ram, .mem_count = 1, .load_hpa = 0x80200000, .hart_count = 1};
const struct hyp_config hyp_config = {.name = "none", .pool_size = HYP_MIB};
