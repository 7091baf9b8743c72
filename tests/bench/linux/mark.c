/* SPDX-License-Identifier: Apache-2.0 */
/* `mark start N`, `mark end N`: a Linux program that marks the region N, 0 to 7, for the instruction counter. */
#include "../guest/mark.h"

#include <stdint.h>

#define MARK(kind, n)                                                                              \
    case '0' + (n): HYP_MARK(kind, n); return 0;
#define MARKS(kind)                                                                                \
    MARK(kind, 0) MARK(kind, 1) MARK(kind, 2) MARK(kind, 3)                                        \
    MARK(kind, 4) MARK(kind, 5) MARK(kind, 6) MARK(kind, 7)

int mark_main(const int64_t *stack);

static int start(char id)
{
    switch (id) {
        MARKS(HYP_MARK_START)
    default: return 1;
    }
}

static int end(char id)
{
    switch (id) {
        MARKS(HYP_MARK_END)
    default: return 1;
    }
}

/* argc, then argv: as the kernel leaves them on a program's stack. */
int mark_main(const int64_t *stack)
{
    const char *const *argv = (const char *const *)&stack[1];
    if (stack[0] != 3) {
        return 1;
    }
    return argv[1][0] == 's' ? start(argv[2][0]) : end(argv[2][0]);
}
