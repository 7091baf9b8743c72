/* SPDX-License-Identifier: Apache-2.0 */
/* What it asserts holds: it is a sanitizer that sees the mistake. */
#include <prop.h>

static const uint8_t array[8];

void prop_run(void)
{
    PROP_ASSERT(array[prop_u64(9)] == 0);
}
