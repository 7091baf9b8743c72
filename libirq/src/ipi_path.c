/* SPDX-License-Identifier: Apache-2.0 */
/* IPIs by the firmware. */
#include <hyp/irq/ipi_path.h>

#include <hyp/arch/csr.h>
#include <hyp/arch/fence.h>
#include <hyp/arch/sbi_call.h>
#include <hyp/base/assert.h>

void ipi_path_clear_ssip(void *state)
{
    (void)state;
    csr_clear(CSR_SIP, BIT(IRQ_S_SOFT));
    /* A CSR write is device output: only a fence keeps later loads behind it. */
    fence_io();
}

static void init_hart(void *state, uint32_t hart)
{
    (void)hart;
    ipi_path_clear_ssip(state);
}

static void send(void *state, uint32_t hart)
{
    const struct ipi_path_sbi *sbi = state;
    HYP_REQUIRE(hart < sbi->hart_count);
    /* Fails for no hart that runs: the firmware started it by the same id. */
    (void)sbi_call(SBI_EXT_IPI, 0, 1, sbi->hart_id[hart], 0);
}

static const struct ipi_path_ops ops = {
    .init_hart = init_hart, .send = send, .ack = ipi_path_clear_ssip};

struct ipi_path ipi_path_sbi(struct ipi_path_sbi *sbi)
{
    return (struct ipi_path){.ops = &ops, .state = sbi, .irq = IRQ_S_SOFT};
}
