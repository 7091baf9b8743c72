/* SPDX-License-Identifier: Apache-2.0 */
/* Prints which of two files it is, and its boot arguments. */
#include "tests/qemu/check.h"

uint64_t guest_trap(uint64_t cause, uint64_t epc, uint64_t tval)
{
    (void)cause;
    (void)epc;
    (void)tval;
    guest_shutdown(true);
}

void guest_main(uint64_t hart, const void *fdt)
{
    (void)hart;
    guest_put(GUEST_FILE " file, args ");
    guest_put(tree_bootargs(fdt));
    guest_put("\n");
    guest_shutdown(false);
}
