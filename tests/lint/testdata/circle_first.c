/* SPDX-License-Identifier: Apache-2.0 */
#include "circle.h"

int circle_first(int n)
{
    return n > 0 ? circle_second(n - 1) : 0;
}
