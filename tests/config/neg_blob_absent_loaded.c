/* SPDX-License-Identifier: Apache-2.0 */
/* A loaded file that the configuration takes for an embedded one. */
/* expect: E-BLOB-ABSENT: kernel "alpha_kernel" of vm alpha is in loads of the image, so it needs
 * .preloaded = true */
/* note: the image has the files beta_kernel (embed) alpha_kernel (loads) alpha_initrd (loads) */
#include "base.h"

void change_base(void)
{
    alpha->kernel.preloaded = false;
}
