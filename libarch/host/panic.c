/* SPDX-License-Identifier: Apache-2.0 */
/* On the host a broken contract ends the test, unless it is what the test waits for. */
#include <hyp/base/assert.h>

#include <hyp/arch_backend/hart_host.h>

#include <stdio.h>
#include <stdlib.h>

_Noreturn void hyp_panic_at(const char *file, int line, const char *condition)
{
    fprintf(stderr, "%s:%d: %s\n", file, line, condition);
    hart_host_leave(HART_HOST_PANICKED);
    abort();
}
