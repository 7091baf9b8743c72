/* SPDX-License-Identifier: Apache-2.0 */
/* This thread's hart. */
#include <hyp/arch/hart.h>

static _Thread_local struct hart *the_hart;

struct hart *hart_self(void)
{
    return the_hart;
}

void hart_host_set(struct hart *hart)
{
    the_hart = hart;
}
