/* SPDX-License-Identifier: Apache-2.0 */
/* A file that the image does not have. */
/* expect: E-BLOB-ABSENT: kernel "gamma_kernel" of vm beta is not in embed of the image */
/* note: the image has the files beta_kernel (embed) alpha_kernel (loads) alpha_initrd (loads) */
#include "base.h"

void change_base(void)
{
    beta->kernel.name = "gamma_kernel";
}
