/* SPDX-License-Identifier: Apache-2.0 */
/* A failed assertion on the host aborts the test, unless the test expects it. */
#include <hyp/base/assert.h>

#include <hyp/arch_backend/panic_host.h>

#include <stdio.h>
#include <stdlib.h>

static _Thread_local void (*on_panic)(const char *condition);

void panic_host_set(void (*fn)(const char *condition))
{
    on_panic = fn;
}

_Noreturn void hyp_panic_at(const char *file, int line, const char *condition)
{
    fprintf(stderr, "%s:%d: %s\n", file, line, condition);
    if (on_panic != NULL) {
        on_panic(condition);
    }
    abort();
}
