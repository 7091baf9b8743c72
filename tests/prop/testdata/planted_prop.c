/* SPDX-License-Identifier: Apache-2.0 */
/* One sequence in 4096 is wrong. */
#include <prop.h>

void prop_run(void)
{
    uint64_t a = prop_u64(16);
    uint64_t b = prop_u64(16);
    uint64_t c = prop_u64(16);

    PROP_ASSERT(!(a == 7 && b == 15 && c == 3));
}
