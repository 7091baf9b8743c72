/* SPDX-License-Identifier: Apache-2.0 */
/* Holds, but a walk through all of it has no end. */
#include <prop.h>

void prop_run(void)
{
    for (int i = 0; i < 64; i++) {
        (void)prop_u64(1000);
    }
}
