/* SPDX-License-Identifier: Apache-2.0 */
/* A file larger than its room. */
/* expect: E-BLOB-SIZE: kernel "beta_kernel" of vm beta has 4608 bytes, its max_size is 4096 */
#include "base.h"

void change_base(void)
{
    beta->kernel.max_size = 4 * HYP_KIB;
}
