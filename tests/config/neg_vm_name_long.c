/* SPDX-License-Identifier: Apache-2.0 */
/* A name of 16 characters. */
/* expect: E-VM-NAME: vm 0 (alpha-alpha-alph) needs a name of 1 to 15 characters of [a-z0-9_-] */
#include "base.h"

void change_base(void)
{
    alpha->name = "alpha-alpha-alph";
}
