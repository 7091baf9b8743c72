/* SPDX-License-Identifier: Apache-2.0 */
/* On the host a broken contract ends the test. */
#include <hyp/base/assert.h>

#include <stdio.h>
#include <stdlib.h>

_Noreturn void hyp_panic_at(const char *file, int line, const char *condition)
{
    fprintf(stderr, "%s:%d: %s\n", file, line, condition);
    abort();
}
