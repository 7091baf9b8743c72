/* SPDX-License-Identifier: Apache-2.0 */
/* A file that the image does not have. */
/* expect: E-BLOB-ABSENT: gamma_kernel of vm beta is in none of the files of the image */
#include "base.h"

void change_base(void)
{
    beta->kernel.name = "gamma_kernel";
}
