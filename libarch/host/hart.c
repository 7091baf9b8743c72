/* SPDX-License-Identifier: Apache-2.0 */
/* This thread's hart. */
#include <hyp/arch/hart.h>

static _Thread_local struct hart *the_hart;
static _Thread_local hart_host_wait_fn on_wait;

struct hart *hart_self(void)
{
    return the_hart;
}

void hart_host_set(struct hart *hart)
{
    the_hart = hart;
}

void hart_host_on_wait(hart_host_wait_fn fn)
{
    on_wait = fn;
}

void hart_host_waits(enum hart_host_wait why)
{
    if (on_wait != 0) {
        on_wait(why);
    }
}
