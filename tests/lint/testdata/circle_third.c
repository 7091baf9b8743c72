/* SPDX-License-Identifier: Apache-2.0 */
#include "circle.h"

int circle_third(int n)
{
    return circle_first(n - 1);
}
