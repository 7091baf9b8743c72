/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Driver of a supervisor-level interrupt domain of a physical APLIC.
 *
 * Direct mode: a struct irqc, by the harts' IDC structures. Every enabled source has priority 1 and
 * every threshold is 0, so every enabled source is delivered. A source has one target, so enabling
 * it for a hart takes it from another. A level-sensitive source stays pending while its input is
 * high, claimed or not: claim disables it, complete enables it again.
 * MSI mode: sources are routed to interrupt files, which the IMSIC driver handles.
 *
 * A source is inactive until aplic_set_mode(). The second cell of `interrupts` in the device tree
 * is its mode: 1, 2, 4, 8 are EDGE1, EDGE0, LEVEL1, LEVEL0.
 *
 * Units   `hart` is a dense hart index; a hart index of the domain is the APLIC's number for it.
 * Owner   The caller's storage, which outlives the irqc and the phys.
 * Locks   None is taken: each function accesses registers of one source or one hart. A caller for
 *         a source holds the lock of the VM that owns the source.
 * Implements "Advanced Platform-Level Interrupt Controller" of the RISC-V AIA specification.
 */
#pragma once

#include <hyp/arch/mmio.h>
#include <hyp/base/irq.h>
#include <hyp/base/status.h>
#include <hyp/base/types.h>
#include <hyp/irq/aplic_phys.h>

#define APLIC_NO_HART UINT32_MAX

/* Filled in by the caller; constant from aplic_init() on. */
struct aplic {
    mmio_t regs;
    const uint32_t
        *hart_index; /* Indexed by dense hart index: the domain's; APLIC_NO_HART. Borrowed. */
    uint32_t hart_count;
    uint32_t source_count;
    bool msi;
};

/*
 * Makes every source inactive, and sets IE and the delivery mode. The hart indices are positions in
 * the device tree's interrupts-extended: of the harts' S-mode lines, or in MSI mode of the harts in
 * the IMSIC's. Firmware has delegated the sources to this domain.
 *
 * HYP_OK; HYP_E_PARAM with no register touched: source_count is not in 2 … 1024, hart_count is
 * above HYP_HART_MAX, or a hart index is neither APLIC_NO_HART nor below 16384; or
 * HYP_E_UNSUPPORTED, with IE 0: the domain has not this delivery mode, or its registers are
 * big-endian.
 */
HYP_MUST_USE enum hyp_status aplic_init(const struct aplic *aplic);

/*
 * The functions below take sources 1 … source_count - 1. For others they do nothing, or return 0.
 */

/* Sets SM of sourcecfg, 3 bits. Inactive clears pending and enable. Returns the mode that was kept.
 */
uint32_t aplic_set_mode(const struct aplic *aplic, uint32_t source, uint32_t sm);

/* MSI mode, an active source: sends `eiid` to file `guest_index` of `hart`; 0: its S-level file. */
void aplic_route(const struct aplic *aplic, uint32_t source, uint32_t hart, uint32_t guest_index,
                 uint32_t eiid);

/* Enabling first clears a level that is pending although its input is low, as QEMU leaves it. */
void aplic_set_enable(const struct aplic *aplic, uint32_t source, bool enable);

/* Sets the pending bit, if the mode allows it: in MSI mode this retriggers a level that is high. */
void aplic_set_pending(const struct aplic *aplic, uint32_t source, bool pending);

/* True if the source is level-sensitive. */
bool aplic_is_level(const struct aplic *aplic, uint32_t source);

/* True if `hart` is the target of an active source. */
bool aplic_is_for(const struct aplic *aplic, uint32_t source, uint32_t hart);

/* Direct mode only. */
struct irqc aplic_irqc(struct aplic *aplic);

/* For a vaplic. */
struct aplic_phys aplic_phys(struct aplic *aplic);
