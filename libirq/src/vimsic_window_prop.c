/* SPDX-License-Identifier: Apache-2.0 */
/* Property: every access of any size, anywhere in the window, is answered as the reference does. */
#include "vimsic_ref.h"

static uint64_t draw_offset(void)
{
    uint64_t page = prop_u64(REF_FILES + 1) * 4096;
    switch (prop_u64(4)) {
    case 0: return prop_u64(REF_FILES * 4096 + 16);
    case 1: return page + prop_u64(12);
    case 2: return page + 4096 - 8 + prop_u64(8);
    default: return page;
    }
}

static uint64_t draw_value(void)
{
    switch (prop_u64(3)) {
    case 0: return prop_u64(0);
    case 1: return prop_u64(66) << 32 | prop_u64(66);
    default: return prop_u64(66);
    }
}

void prop_run(void)
{
    static const unsigned sizes[] = {4, 4, 4, 4, 8, 8, 1, 2};
    struct both b;
    both_init(&b, 1 + (uint32_t)prop_u64(REF_FILES), 63);
    for (uint32_t i = 0; i < b.ref.file_count; i++) {
        both_reg(&b, i, IMSIC_SELECT_EIDELIVERY, VIMSIC_WRITE, 1);
        both_reg(&b, i, IMSIC_SELECT_EIE, VIMSIC_WRITE, prop_u64(0));
    }
    struct test_window window = both_window(&b);
    for (unsigned i = 0; i < 64; i++) {
        uint64_t offset = draw_offset();
        unsigned size = sizes[prop_u64(8)];
        switch (prop_u64(4)) {
        case 0: test_window_load(&window, offset, size); break;
        case 1:
            both_csr(&b, (uint32_t)prop_u64(b.ref.file_count), CSR_STOPEI, VIMSIC_WRITE, 0);
            break;
        default: test_window_store(&window, offset, size, draw_value()); break;
        }
        both_check(&b);
    }
    for (uint32_t i = 0; i < b.ref.file_count; i++) {
        both_reg(&b, i, IMSIC_SELECT_EIP, VIMSIC_READ, 0);
    }
}
