/* SPDX-License-Identifier: Apache-2.0 */
/* The host's log of fences. */
#include <hyp/arch/fence.h>

static _Thread_local struct fence_log the_log;

struct fence_log *fence_host_log(void)
{
    return &the_log;
}

void fence_host_reset(void)
{
    the_log.count = 0;
}

void fence_host_add(enum fence_kind kind, uint64_t address, uint64_t id)
{
    if (the_log.count < FENCE_LOG_MAX) {
        the_log.record[the_log.count] = (struct fence_record){kind, address, id};
    }
    the_log.count++;
}
