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

void ipi_path_send_all(const struct ipi_path *path, uint64_t harts)
{
    void (*send)(void *, uint32_t) = path->ops->send;
    void *state = path->state;
    if (path->ops->send_all != 0) {
        path->ops->send_all(state, harts);
        return;
    }
    for (uint32_t hart = 0; harts != 0; hart++, harts >>= 1) {
        if ((harts & 1) != 0) {
            send(state, hart);
        }
    }
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

/* Compiled for size: the firmware takes some 1000 instructions for each hart of a call. */
HYP_COLD static void send_window(uint64_t mask, uint64_t base)
{
    if (sbi_call(SBI_EXT_IPI, 0, mask, base, 0).error == SBI_SUCCESS) {
        return;
    }
    for (; mask != 0; mask >>= 1, base++) {
        if ((mask & 1) != 0) {
            (void)sbi_call(SBI_EXT_IPI, 0, 1, base, 0);
        }
    }
}

HYP_COLD void ipi_sbi_send(const uint64_t *hart_id, uint64_t harts)
{
    uint64_t mask = 0;
    uint64_t base = 0;
    for (; harts != 0; harts >>= 1, hart_id++) {
        if ((harts & 1) == 0) {
            continue;
        }
        if (mask == 0 || *hart_id - base >= 64) {
            if (mask != 0) {
                send_window(mask, base);
            }
            mask = 0;
            base = *hart_id;
        }
        mask |= BIT(*hart_id - base);
    }
    if (mask != 0) {
        send_window(mask, base);
    }
}

static void send_all(void *state, uint64_t harts)
{
    const struct ipi_path_sbi *sbi = state;
    ipi_sbi_send(sbi->hart_id, harts);
}

static const struct ipi_path_ops ops = {
    .init_hart = init_hart, .send = send, .send_all = send_all, .ack = ipi_path_clear_ssip};

struct ipi_path ipi_path_sbi(struct ipi_path_sbi *sbi)
{
    return (struct ipi_path){.ops = &ops, .state = sbi, .irq = IRQ_S_SOFT};
}
