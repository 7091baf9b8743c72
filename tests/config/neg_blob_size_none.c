/* SPDX-License-Identifier: Apache-2.0 */
/* A file that has no room. */
/* expect: E-BLOB-SIZE: kernel "beta_kernel" of vm beta needs a max_size */
#include "base.h"

void change_base(void)
{
    beta->kernel.max_size = 0;
}
