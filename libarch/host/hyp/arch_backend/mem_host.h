/* SPDX-License-Identifier: Apache-2.0 */
/* Memory on the host: what a test says of it. All can be accessed, and no block is known, at first.
 */
#pragma once

#include <hyp/arch/mem.h>

struct mem_host {
    /* Does a load, or with `written` a store, at this address fault? NULL: none does. */
    bool (*is_inaccessible)(uintptr_t at, bool written);
    uint32_t zero_block; /* The block that cbo.zero clears; 0: there is no Zicboz. */
};

/* This thread's. */
struct mem_host *mem_host(void);
