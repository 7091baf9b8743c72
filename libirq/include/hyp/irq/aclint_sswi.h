/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The ACLINT's supervisor software interrupts: a store makes another hart's SSIP pending.
 *
 *   offset      register                     write 1: that hart's sip.SSIP is set; 0: nothing
 *   4 * index   SETSSIP of that hart index   read: 0
 *
 * The hart itself clears sip.SSIP. The hart index is the position in the device tree's
 * interrupts-extended, as a PLIC's contexts are.
 *
 * Units   `hart` is a dense hart index; `index` is the device's own number.
 * Owner   The caller's storage, which outlives the path.
 * Locks   None: a send is one store.
 * Implements "Supervisor-level Software Interrupt Device (SSWI)" of the RISC-V ACLINT
 * specification 1.0-rc4, with its edge-sensitive SETSSIP; its drafts had a level.
 */
#pragma once

#include <hyp/arch/mmio.h>
#include <hyp/base/status.h>
#include <hyp/base/types.h>
#include <hyp/irq/ipi_path.h>

#define ACLINT_SSWI_SETSSIP ((uintptr_t)0x0) /* + 4 * index; 4 bytes wide. */
#define ACLINT_SSWI_SIZE ((uintptr_t)0x4000)
#define ACLINT_SSWI_INDEX_MAX 4095u /* Indices are below it. */

#define ACLINT_SSWI_NO_INDEX UINT32_MAX

struct aclint_sswi {
    mmio_t regs;
    const uint32_t
        *index; /* Indexed by hart index; ACLINT_SSWI_NO_INDEX: that hart has none. Borrowed. */
    uint32_t hart_count;
};

/*
 * Touches no register. HYP_OK, or with nothing changed:
 *   HYP_E_PARAM   hart_count is above HYP_HART_MAX, or an index is neither ACLINT_SSWI_NO_INDEX nor
 *                 below ACLINT_SSWI_INDEX_MAX
 *   HYP_E_ABSENT  a hart has no index: the device is not a path to all of them
 */
HYP_MUST_USE enum hyp_status aclint_sswi_init(struct aclint_sswi *sswi, mmio_t regs,
                                              const uint32_t *index, uint32_t hart_count);

struct ipi_path aclint_sswi_ipi_path(struct aclint_sswi *sswi);
