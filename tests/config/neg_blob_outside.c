/* SPDX-License-Identifier: Apache-2.0 */
/* An initrd that runs over the end of its region. */
/* expect: E-BLOB-OUTSIDE: alpha_initrd of vm alpha at gpa 0x8f800000, 0x1000000 bytes, is not in
 * one of its regions */
#include "base.h"

void change_base(void)
{
    alpha->initrd.gpa = 0x8f800000;
}
