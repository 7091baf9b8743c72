/* SPDX-License-Identifier: Apache-2.0 */
/* IPIs by SSIP, and by the firmware. */
#include <hyp/irq/ipi_path.h>

#include <hyp/arch/csr.h>
#include <hyp/arch/fence.h>
#include <hyp/arch/sbi_call.h>

void ipi_path_clear_ssip(void *state)
{
    (void)state;
    csr_clear(CSR_SIP, BIT(IRQ_S_SOFT));
    /* A CSR write is device output: only a fence orders it before later loads. */
    fence_io();
}

void ipi_path_send_all(const struct ipi_path *path, uint64_t harts)
{
    void (*send)(void *, uint32_t) = path->ops->send;
    void *state = path->state;
    for (uint32_t hart = 0; harts != 0; hart++, harts >>= 1) {
        if ((harts & 1) != 0) {
            send(state, hart);
        }
    }
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
