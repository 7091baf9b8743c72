/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Property: after any sequence of messages, and CSR accesses with any selector and value, the
 * model is the plain reference in all that a guest can see.
 */
#include "vimsic_ref.h"

enum { STEPS = 60 };

static uint32_t draw_identity(const struct both *b)
{
    switch (prop_u64(6)) {
    case 0: return (uint32_t)prop_u64(0);
    case 1: return b->ref.id_max + (uint32_t)prop_u64(3) - 1;
    case 2: return 62 + (uint32_t)prop_u64(4);
    default: return (uint32_t)prop_u64(12);
    }
}

static uint64_t draw_value(const struct both *b)
{
    switch (prop_u64(6)) {
    case 0: return prop_u64(0);
    case 1: return UINT64_MAX;
    case 2: return draw_identity(b);
    case 3: return 0x40000000;
    case 4: return prop_u64(2);
    default: return (uint64_t)1 << prop_u64(64);
    }
}

static uint32_t draw_select(void)
{
    static const uint32_t from[] = {0x70, 0x70, 0x72, 0x80, 0xc0, 0xc0};
    switch (prop_u64(5)) {
    case 0: return (uint32_t)prop_u64(0x204);
    case 1: return 0x80 + (uint32_t)prop_u64(0x80);
    case 2: return 0x80 + 2 * (uint32_t)prop_u64(0x40);
    default: return from[prop_u64(6)];
    }
}

static enum vimsic_op draw_op(void)
{
    return (enum vimsic_op)prop_u64(4);
}

static void step(struct both *b)
{
    static const uint32_t csrs[] = {CSR_SISELECT, CSR_SIREG, CSR_STOPEI, CSR_STOPI, CSR_VSIREG};
    uint32_t file = (uint32_t)prop_u64(b->ref.file_count);
    switch (prop_u64(16)) {
    case 0:
    case 1:
    case 2: both_csr(b, file, csrs[prop_u64(5)], draw_op(), draw_value(b)); break;
    case 3:
    case 4: both_csr(b, file, CSR_STOPEI, draw_op(), draw_value(b)); break;
    case 5: both_send(b, (uint32_t)prop_u64(HYP_HART_MAX + 1), draw_identity(b)); break;
    case 6: both_reg(b, file, IMSIC_SELECT_EIDELIVERY, VIMSIC_SET, 1); break;
    case 7: both_reg(b, file, IMSIC_SELECT_EIE, VIMSIC_WRITE, UINT64_MAX); break;
    case 8:
    case 9:
    case 10: both_send(b, file, draw_identity(b)); break;
    default: both_reg(b, file, draw_select(), draw_op(), draw_value(b)); break;
    }
}

void prop_run(void)
{
    static const uint32_t id_max[] = {63, 127, 255, 2047};
    struct both b;
    both_init(&b, 1 + (uint32_t)prop_u64(REF_FILES), id_max[prop_u64(4)]);
    both_check_all(&b);
    for (unsigned i = 0; i < STEPS; i++) {
        step(&b);
        both_check(&b);
    }
    both_check_all(&b);
}
