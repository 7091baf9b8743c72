/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Driver of a hart's IMSIC: the hypervisor's own supervisor-level interrupt file, the guest
 * interrupt files that vCPUs get, and the pages that messages are stored to.
 *
 *   own file      siselect, sireg, stopei of the calling hart    imsic_init_hart() … imsic_claim()
 *   guest file k  hstatus.VGEIN = k, then vsiselect, vsireg      imsic_clean_guest_file()
 *   any page      one store, from any hart                       imsic_send()
 *
 * An access of eip or eie beyond id_max is an illegal instruction on some machines (QEMU), so
 * id_max is the device tree's riscv,num-ids, or for guest files riscv,num-guest-ids where it is
 * given.
 *
 * Units   Addresses are host-physical bytes. An identity is 1 … id_max, id_max is 64 * k - 1. A
 *         guest interrupt file is a number 1 … GEILEN.
 * Owner   A hart's CSRs are its own: what has no `page` acts on the calling hart.
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

/* ---- The hypervisor's own interrupt file, of the calling hart -------------------------------- */

/* Whatever was left there: nothing pends or is enabled, and what will be enabled comes. */
void imsic_init_hart(uint32_t id_max);

/* Lets `identity` interrupt this hart, or not; what pends stays. */
void imsic_enable(uint32_t identity, bool enable);

/*
 * Takes the lowest pending and enabled identity of this hart. 0: none; that is no error, since the
 * signal of the file may stay for a short time behind the claim that ended it.
 */
uint32_t imsic_claim(void);

/*
 * Makes `identity` pending in the interrupt file of this page, a guest's or a hart's own. What was
 * written to memory before is visible to who sees it pending.
 */
void imsic_send(mmio_t page, uint32_t identity);

/* ---- Guest interrupt files, of the calling hart ---------------------------------------------- */

/* GEILEN: guest interrupt files 1 … GEILEN are there; at most 63. hgeie is as before. */
uint32_t imsic_geilen(void);

/*
 * Makes a guest interrupt file as after a reset, whoever had it: eidelivery, eithreshold, every
 * word of eie and eip are 0. hstatus and vsiselect are as before. A message that is on its way may
 * pend again: its sender has been stopped before.
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
    const mmio_t *page; /* By hart index: its own file. Borrowed. */
    uint32_t hart_count;
    uint32_t identity; /* The lowest there is comes first: 1. */
};

/*
 * init_hart enables the identity; imsic_init_hart() came before. Of an IRQ_S_EXT, imsic_claim()
 * says whether it was the IPI; its claim is an ack but for the fence, so ack() is called in any
 * case.
 */
struct ipi_path imsic_ipi_path(struct imsic_ipi *ipi);
