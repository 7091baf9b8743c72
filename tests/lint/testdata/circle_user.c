/* SPDX-License-Identifier: Apache-2.0 */
#include "circle.h"

int circle_user(int n)
{
    return circle_first(n) + circle_third(n);
}
