/* SPDX-License-Identifier: Apache-2.0 */
/* Kernel, initrd and device tree that do not fit. */
/* expect: E-BLOB-OVERLAP: kernel of vm alpha at gpa 0x80200000, 0x1000000 bytes, overlaps its
 * initrd at gpa 0x80a00000 */
#include "base.h"

void change_base(void)
{
    alpha->initrd.gpa = 0x80a00000;
}
