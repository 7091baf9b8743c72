/* SPDX-License-Identifier: Apache-2.0 */
/* Driver of a hart's IMSIC. */
#include <hyp/irq/imsic.h>

#include <hyp/arch/csr.h>
#include <hyp/arch/fence.h>
#include <hyp/base/assert.h>
#include <hyp/base/bits.h>

/* ---- The S-level interrupt file -------------------------------------------------------------- */

static void s_file_write(uint32_t select, uint64_t value)
{
    csr_write(CSR_SISELECT, select);
    csr_write(CSR_SIREG, value);
}

static uint32_t select_of(uint32_t array, uint32_t identity)
{
    return array + identity / 64 * 2;
}

HYP_COLD void imsic_init_hart(uint32_t id_max)
{
    s_file_write(IMSIC_SELECT_EIDELIVERY, 0);
    for (uint32_t first = 0; first <= id_max; first += 64) {
        s_file_write(select_of(IMSIC_SELECT_EIE, first), 0);
        s_file_write(select_of(IMSIC_SELECT_EIP, first), 0);
    }
    s_file_write(IMSIC_SELECT_EITHRESHOLD, 0);
    s_file_write(IMSIC_SELECT_EIDELIVERY, 1);
}

void imsic_enable(uint32_t identity, bool enable)
{
    csr_write(CSR_SISELECT, select_of(IMSIC_SELECT_EIE, identity));
    if (enable) {
        csr_set(CSR_SIREG, BIT(identity % 64));
    } else {
        csr_clear(CSR_SIREG, BIT(identity % 64));
    }
}

uint32_t imsic_claim(void)
{
    return (uint32_t)(csr_swap(CSR_STOPEI, 0) >> IMSIC_TOPEI_ID_SHIFT);
}

void imsic_send(mmio_t page, uint32_t identity)
{
    mmio_write32(page, IMSIC_SETEIPNUM_LE, identity);
}

/* ---- Guest interrupt files ------------------------------------------------------------------- */

uint32_t imsic_geilen(void)
{
    uint64_t old = csr_swap(CSR_HGEIE, UINT64_MAX);
    uint64_t kept = csr_swap(CSR_HGEIE, old) >> 1;
    uint32_t count = 0;
    for (; (kept & 1) != 0; kept >>= 1) {
        count++;
    }
    return count;
}

static void guest_write(uint32_t select, uint64_t value)
{
    csr_write(CSR_VSISELECT, select);
    csr_write(CSR_VSIREG, value);
}

enum hyp_status imsic_clean_guest_file(uint32_t file, uint32_t id_max)
{
    if (file == 0 || file > imsic_geilen()) {
        return HYP_E_RANGE;
    }
    uint64_t hstatus = csr_read(CSR_HSTATUS);
    uint64_t vsiselect = csr_read(CSR_VSISELECT);
    csr_write(CSR_HSTATUS, (hstatus & ~HSTATUS_VGEIN) | (uint64_t)file << HSTATUS_VGEIN_SHIFT);
    guest_write(IMSIC_SELECT_EIDELIVERY, 0);
    guest_write(IMSIC_SELECT_EITHRESHOLD, 0);
    for (uint32_t first = 0; first <= id_max; first += 64) {
        guest_write(select_of(IMSIC_SELECT_EIE, first), 0);
        guest_write(select_of(IMSIC_SELECT_EIP, first), 0);
    }
    csr_write(CSR_VSISELECT, vsiselect);
    csr_write(CSR_HSTATUS, hstatus);
    return HYP_OK;
}

/* ---- The IPI path ---------------------------------------------------------------------------- */

HYP_COLD static void init_hart(void *state, uint32_t hart)
{
    const struct imsic_ipi *ipi = state;
    (void)hart;
    imsic_enable(ipi->identity, true);
}

static void send(void *state, uint32_t hart)
{
    const struct imsic_ipi *ipi = state;
    HYP_REQUIRE(hart < ipi->hart_count);
    imsic_send(ipi->page[hart], ipi->identity);
}

static void clear(uint32_t identity)
{
    csr_write(CSR_SISELECT, select_of(IMSIC_SELECT_EIP, identity));
    csr_clear(CSR_SIREG, BIT(identity % 64));
}

static void ack(void *state)
{
    const struct imsic_ipi *ipi = state;
    clear(ipi->identity);
    /* A CSR write is device output: only a fence orders it before later loads. */
    fence_io();
}

static const struct ipi_path_ops ops = {.init_hart = init_hart, .send = send, .ack = ack};

struct ipi_path imsic_ipi_path(struct imsic_ipi *ipi)
{
    return (struct ipi_path){.ops = &ops, .state = ipi, .irq = IRQ_S_EXT};
}
