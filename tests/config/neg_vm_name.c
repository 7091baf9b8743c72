/* SPDX-License-Identifier: Apache-2.0 */
/* A name with a space. */
/* expect: E-VM-NAME: vm 0 (al pha) needs a name of 1 to 15 characters of [a-z0-9_-] */
#include "base.h"

void change_base(void)
{
    alpha->name = "al pha";
}
