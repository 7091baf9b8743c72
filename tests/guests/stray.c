/* SPDX-License-Identifier: Apache-2.0 */
/* A guest without a guest_trap(), which loads from where nothing is. */
#include <hyp/guest/guest.h>

void guest_main(uint64_t hart, const void *fdt)
{
    (void)hart;
    (void)fdt;
    (void)*(volatile uint64_t *)UINT64_C(0x7000);
    guest_put("it goes on\n");
    guest_shutdown(false);
}
