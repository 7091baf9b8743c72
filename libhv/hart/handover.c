/* SPDX-License-Identifier: Apache-2.0 */
/* Lets another hart boot, if the boot hart cannot run guests. */
#include "libhv/hart/hart.h"

#include <hyp/arch/sbi_call.h>

/*
 * Starts the next hart at _start, and stops this one. _start waits until this hart has stopped,
 * since it clears memory that is still in use here.
 */
void hv_hart_hand_over(const struct hv_harts *harts, uint32_t me, uint64_t can, uint64_t fdt_hpa)
{
    boot_tried |= me < harts->count ? BIT(me) : 0;
    for (uint64_t left = can & ~boot_tried; left != 0; left &= left - 1) {
        __atomic_store_n(&boot_lottery, ~hart_self()->id, __ATOMIC_SEQ_CST);
        struct sbi_ret r = sbi_call(SBI_EXT_HSM, SBI_HSM_START, harts->id[bits_first(left)],
                                    harts->load_hpa, fdt_hpa);
        if (r.error == SBI_SUCCESS) {
            hart_park();
        }
    }
}
