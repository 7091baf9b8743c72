/* SPDX-License-Identifier: Apache-2.0 */
/* Its assertions hold: only a sanitizer finds the mistake. */
#include <prop.h>

static const uint8_t array[8];

void prop_run(void)
{
    PROP_ASSERT(array[prop_u64(9)] == 0);
}
