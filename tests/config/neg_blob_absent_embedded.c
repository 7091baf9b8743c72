/* SPDX-License-Identifier: Apache-2.0 */
/* An embedded file that the configuration takes for a loaded one. */
/* expect: E-BLOB-ABSENT: kernel "beta_kernel" of vm beta is in embed of the image, so it cannot
 * have .preloaded = true */
/* note: the image has the files beta_kernel (embed) alpha_kernel (loads) alpha_initrd (loads) */
#include "base.h"

void change_base(void)
{
    beta->kernel.preloaded = true;
}
