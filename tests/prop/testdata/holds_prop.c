/* SPDX-License-Identifier: Apache-2.0 */
#include <prop.h>

void prop_run(void)
{
    uint64_t low = prop_u64(10);
    uint64_t high = prop_range(low, 12);

    PROP_ASSUME(high != 11);
    PROP_ASSERT(low <= high && high <= 12);
    for (uint64_t i = 0; i < low && i < 4; i++) {
        PROP_ASSERT(prop_u64(3) < 3);
    }
}
