/* SPDX-License-Identifier: Apache-2.0 */
/* A kernel with the headers of an ELF file: neg_test.sh makes beta_kernel one. */
/* expect: E-BLOB-FORMAT: kernel "beta_kernel" of vm beta is an ELF file, not a flat binary:
 * objcopy -O binary makes one */
#include "base.h"

void change_base(void)
{
    /* The base is right; the file is not. */
}
