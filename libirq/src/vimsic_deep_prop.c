/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Property: as vimsic_prop, small enough to enumerate. A file of 127 identities, of which 1, 5 and
 * 64 are used, beside one that must stay as it is; from reset, and from a guest's usual set-up.
 */
#include "vimsic_ref.h"

static void toggle(struct both *b, uint32_t file, uint32_t identity)
{
    enum vimsic_op op = b->ref.file[file].enabled[identity] ? VIMSIC_CLEAR : VIMSIC_SET;
    both_reg(b, file, IMSIC_SELECT_EIE + identity / 64 * 2, op, (uint64_t)1 << identity % 64);
}

static void step(struct both *b, uint32_t event)
{
    static const uint32_t identity[] = {1, 5, 64};
    static const uint32_t threshold[] = {0, 5, 65};
    if (event < 3) {
        both_send(b, 0, identity[event]);
    } else if (event < 6) {
        toggle(b, 0, identity[event - 3]);
    } else if (event < 9) {
        both_reg(b, 0, IMSIC_SELECT_EITHRESHOLD, VIMSIC_WRITE, threshold[event - 6]);
    } else if (event < 11) {
        both_csr(b, event - 9, CSR_STOPEI, VIMSIC_WRITE, 0);
    } else if (event == 11) {
        both_reg(b, 0, IMSIC_SELECT_EIP, VIMSIC_WRITE, 1 << 5);
    } else {
        both_reg(b, 0, IMSIC_SELECT_EIDELIVERY, VIMSIC_WRITE, !b->ref.file[0].delivery);
    }
}

void prop_run(void)
{
    struct both b;
    both_init(&b, 2, 127);
    if (prop_bool()) {
        for (uint32_t i = 0; i < 2; i++) {
            both_reg(&b, i, IMSIC_SELECT_EIE, VIMSIC_WRITE, 1 << 5 | 1 << 1);
            both_reg(&b, i, IMSIC_SELECT_EIE + 2, VIMSIC_WRITE, 1);
            both_reg(&b, i, IMSIC_SELECT_EIDELIVERY, VIMSIC_WRITE, 1);
        }
        both_send(&b, 1, 5);
        both_send(&b, 1, 64);
    }
    for (unsigned i = 0; i < STEPS; i++) {
        step(&b, (uint32_t)prop_u64(13));
        both_check(&b);
    }
}
