/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Property: at every single byte of the window each size, loads and stores, is answered as native
 * pages of IMSICs are, or is a fault that changes nothing. No choices are drawn: one run is all.
 */
#include "vimsic_ref.h"

void prop_run(void)
{
    struct both b;
    both_init(&b, REF_FILES, 2047);
    for (uint32_t i = 0; i < REF_FILES; i++) {
        both_reg(&b, i, IMSIC_SELECT_EIDELIVERY, VIMSIC_WRITE, 1);
        both_reg(&b, i, IMSIC_SELECT_EIE + 2 * i, VIMSIC_WRITE, UINT64_MAX);
    }
    struct test_window window = both_window(&b);
    for (uint64_t offset = 0; offset < window.size + TEST_WINDOW_BEYOND; offset++) {
        for (unsigned size = 1; size <= 8; size *= 2) {
            /* Identities that differ at each byte and size, in both words. */
            uint64_t value = offset * UINT64_C(0x9e3779b97f4a7c15) + size;
            test_window_store(&window, offset, size, value & UINT64_C(0x7ff000007ff));
            test_window_load(&window, offset, size);
        }
        both_check(&b);
    }
    both_check_all(&b);
    PROP_ASSERT(vimsic_vdev_ops.write(&b.v, UINT64_MAX - 3, 4, 1) == VDEV_FAULT);
}
