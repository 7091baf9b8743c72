/* SPDX-License-Identifier: Apache-2.0 */
/* The function of <stdlib.h> that libfdt needs; as C11 7.22.1.4, base 10 and 16. */
#pragma once

#include <stddef.h>

unsigned long strtoul(const char *restrict s, char **restrict end, int base);
