/* SPDX-License-Identifier: Apache-2.0 */
/* The numbers of this firmware's 16-byte slots: rounding down by hand is what align_down() does. */
#include <hyp/base/bits.h>
#include <prop.h>

void prop_run(void)
{
    uint64_t x = prop_u64(1000);

    PROP_ASSERT(align_down(x, 16) == x / 16 * 16);
}
