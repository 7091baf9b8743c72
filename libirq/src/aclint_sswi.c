/* SPDX-License-Identifier: Apache-2.0 */
/* Driver of the ACLINT's supervisor software interrupts. */
#include <hyp/irq/aclint_sswi.h>

#include <hyp/arch/csr.h>
#include <hyp/base/assert.h>

HYP_COLD enum hyp_status aclint_sswi_init(struct aclint_sswi *sswi, mmio_t regs,
                                          const uint32_t *index, uint32_t hart_count)
{
    bool absent = false;
    if (hart_count > HYP_HART_MAX) {
        return HYP_E_PARAM;
    }
    for (uint32_t h = 0; h < hart_count; h++) {
        absent |= index[h] == ACLINT_SSWI_NO_INDEX;
        if (index[h] != ACLINT_SSWI_NO_INDEX && index[h] >= ACLINT_SSWI_INDEX_MAX) {
            return HYP_E_PARAM;
        }
    }
    if (absent) {
        return HYP_E_ABSENT;
    }
    *sswi = (struct aclint_sswi){.regs = regs, .index = index, .hart_count = hart_count};
    return HYP_OK;
}

HYP_COLD static void init_hart(void *state, uint32_t hart)
{
    (void)hart;
    ipi_path_clear_ssip(state);
}

static void send(void *state, uint32_t hart)
{
    const struct aclint_sswi *sswi = state;
    HYP_REQUIRE(hart < sswi->hart_count);
    mmio_write32(sswi->regs, ACLINT_SSWI_SETSSIP + (uintptr_t)sswi->index[hart] * 4, 1);
}

static const struct ipi_path_ops ops = {
    .init_hart = init_hart, .send = send, .ack = ipi_path_clear_ssip};

struct ipi_path aclint_sswi_ipi_path(struct aclint_sswi *sswi)
{
    return (struct ipi_path){.ops = &ops, .state = sswi, .irq = IRQ_S_SOFT};
}
