/* SPDX-License-Identifier: Apache-2.0 */
/* A file that no boot loader loads. */
/* expect: E-BLOB-ABSENT: initrd "alpha_rd" of vm alpha is not in loads of the image */
/* note: the image has the files beta_kernel (embed) alpha_kernel (loads) alpha_initrd (loads) */
#include "base.h"

void change_base(void)
{
    alpha->initrd.name = "alpha_rd";
}
