/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Driver of a hart's IMSIC: the hypervisor's own supervisor-level interrupt file, the guest
 * interrupt files that vCPUs get, and the pages that messages are stored to.
 *
 *   S-level file  siselect, sireg, stopei of the calling hart    imsic_init_hart() … imsic_claim()
 *   guest file k  hstatus.VGEIN = k, then vsiselect, vsireg      imsic_clean_guest_file()
 *   any page      one store, from any hart                       imsic_send()
 *
 * An access of eip or eie beyond id_max is an illegal instruction on some machines (QEMU), so
 * id_max is the device tree's riscv,num-ids, or for guest files riscv,num-guest-ids where it is
 * given.
 *
 * Units   Addresses are host-physical bytes. An identity is 1 … id_max, id_max is 64 * k - 1. A
 *         guest interrupt file is a number 1 … GEILEN.
 * Owner   Functions without a `page` act on the calling hart's CSRs.
 * Locks   None. Interrupts are off, so that siselect and sireg are one access.
 * Implements "Incoming MSI Controller (IMSIC)" of the RISC-V Advanced Interrupt Architecture, and
 * "Hypervisor Guest External Interrupt Registers (hgeip and hgeie)" of the privileged
 * specification.
 */
#pragma once

#include <hyp/arch/mmio.h>
#include <hyp/base/status.h>
#include <hyp/base/types.h>
#include <hyp/irq/imsic_regs.h>
#include <hyp/irq/ipi_path.h>

/* ---- The S-level interrupt file of the calling hart ------------------------------------------ */

/* Clears and disables all identities, and enables delivery. */
void imsic_init_hart(uint32_t id_max);

/* Enables or disables `identity` on this hart. It stays pending, if it is. */
void imsic_enable(uint32_t identity, bool enable);

/*
 * Claims the lowest pending and enabled identity of this hart. 0: none, which is no error: the
 * file's signal may stay high for a short time after the claim that ended it.
 */
uint32_t imsic_claim(void);

/*
 * Makes `identity` pending in the interrupt file of this page, S-level or guest. Earlier stores to
 * memory are visible to the hart that sees it pending.
 */
void imsic_send(mmio_t page, uint32_t identity);

/* ---- Guest interrupt files, of the calling hart ---------------------------------------------- */

/* Number of guest interrupt files, 0 … 63: files 1 … GEILEN exist. hgeie is unchanged. */
uint32_t imsic_geilen(void);

/*
 * Resets a guest interrupt file: eidelivery, eithreshold, every word of eie and eip become 0.
 * hstatus and vsiselect are unchanged. A message that is on its way may become pending afterwards,
 * so its sender must have been stopped before.
 * HYP_OK, or HYP_E_RANGE with nothing changed: the file is 0 or above GEILEN.
 */
HYP_MUST_USE enum hyp_status imsic_clean_guest_file(uint32_t file, uint32_t id_max);

/* ---- Addresses of the pages ------------------------------------------------------------------ */

/*
 * Offset of the page of interrupt file `file` of a hart: 0 is its S-level file, then come its guest
 * files. `hart` is the hart's position in interrupts-extended of the device tree's IMSIC node,
 * `guest_bits` is the node's riscv,guest-index-bits. Hart groups are not supported.
 */
static inline uint64_t imsic_page_offset(uint32_t hart, uint32_t file, uint32_t guest_bits)
{
    return (((uint64_t)hart << guest_bits) + file) << IMSIC_PAGE_SHIFT;
}

/* ---- The IPI path ---------------------------------------------------------------------------- */

struct imsic_ipi {
    const mmio_t *page; /* Indexed by hart index: its S-level file. Borrowed. */
    uint32_t hart_count;
    uint32_t identity; /* 1 has the highest priority. */
};

/*
 * init_hart enables the identity, after imsic_init_hart(). On an IRQ_S_EXT imsic_claim() says
 * whether it was the IPI. Call ack() also after that claim, for its fence.
 */
struct ipi_path imsic_ipi_path(struct imsic_ipi *ipi);
