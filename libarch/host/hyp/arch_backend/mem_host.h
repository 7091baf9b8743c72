/* SPDX-License-Identifier: Apache-2.0 */
/* Settings of a test for memory. Initially all memory can be accessed, and there is no Zicboz. */
#pragma once

#include <hyp/arch/mem.h>

struct mem_host {
    /* True if a load, or a store if `written`, faults at this address. NULL: none does. */
    bool (*is_inaccessible)(uintptr_t at, bool written);
    uint32_t zero_block; /* The block that cbo.zero clears; 0: there is no Zicboz. */
};

/* Settings of this thread. */
struct mem_host *mem_host(void);
