/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Changes a guest's generated device tree at boot, from the most that its configuration allows to
 * what this machine grants.
 *
 * The config tool makes tree and fixups (struct hyp_dtb). The tree is changed in place and never
 * grows: values are overwritten, what the VM lacks becomes FDT_NOP, a shorter value is followed by
 * FDT_NOPs. So no offset moves, there is no lack of room, and nothing is searched for.
 *
 * Owner   The caller's buffer: a fresh copy of hyp_dtb.data.
 * Locks   None; pure but for that buffer.
 * Context Any. Time: linear in the tree's size.
 */
#pragma once

#include <hyp/base/status.h>
#include <hyp/vm/config.h>
#include <hyp/vm/guest_isa.h>
#include <hyp/vm/guest_seed.h>

struct guest_dt_params {
    uint64_t vcpu_present;  /* Bit n: vCPU n runs. At least one. */
    uint64_t no_context;    /* Bit n: vCPU n runs, but gets no external interrupt. */
    uint64_t device_absent; /* Bit i: the machine lacks vm_config.devices[i]. */
    uint64_t isa;           /* OR of BIT(enum guest_isa); GUEST_ISA_ALWAYS is added. */
    enum guest_mmu mmu;     /* The widest vsatp mode. */
    uint32_t cbom_block;    /* Bytes; 0 removes the property (Zicbom is not granted). */
    uint32_t cbop_block;
    uint32_t cboz_block;
    uint32_t timebase_hz;
    uint64_t initrd_start;
    uint64_t initrd_end;           /* First gpa behind the initrd; 0: there is none. */
    const char *bootargs;          /* NULL: as built. */
    const struct guest_seed *seed; /* NULL: no rng-seed and no kaslr-seed. */
    uint32_t imsic_ids;            /* Last identity of the IMSICs, if there are any; 0: as built. */
};

/*
 * Applies the fixups to `fdt`, a copy of dtb->data. An absent vCPU's cpu node is removed, and an
 * absent device's node; so is stdout-path if it names that device. In the list of contexts or
 * IMSICs an entry of an absent vCPU, or of one without context, becomes -1 on a vCPU that is
 * present, so that the others keep their numbers; at its end such entries are removed, as Linux
 * counts IMSICs no further than a -1. A tree without IMSICs does not have Ssaia.
 *
 * Returns HYP_OK; HYP_E_FORMAT: the tree has not the stamp of these fixups, and is not changed; or
 * one of these, then the buffer is of no more use:
 *   HYP_E_PARAM   no vCPU of the tree is present, or the timebase is 0
 *   HYP_E_ABSENT  an initrd, but the tree was made without one
 *   HYP_E_RANGE   the boot arguments are longer than their room, or the initrd's end lies
 *                 before its start
 */
HYP_MUST_USE enum hyp_status guest_dt_apply(void *fdt, const struct hyp_dtb *dtb,
                                            const struct guest_dt_params *params);

/* Removes the seeds from a tree that guest_dt_apply() has changed. */
void guest_dt_erase_seeds(void *fdt, const struct hyp_dtb *dtb);
