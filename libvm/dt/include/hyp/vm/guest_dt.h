/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Narrows a guest's device tree at boot from the most that its configuration
 * allows to what this machine grants.
 *
 * The tree is changed in place and never grows: values are overwritten, what is
 * not there becomes FDT_NOP, a shorter list ends earlier and NOPs fill its words.
 * So nothing needs room, and each place behind a change stays what it was. Nothing
 * is parsed: the places come from the config tool, which made the tree.
 *
 * Owner   The caller's buffer: a fresh copy of hyp_dtbs[i].data.
 * Locks   None; pure but for that buffer.
 * Context Any. Time: that of writing one cpu node and of copying it for each other vCPU.
 */
#pragma once

#include <hyp/base/status.h>
#include <hyp/vm/config.h>
#include <hyp/vm/guest_isa.h>
#include <hyp/vm/guest_seed.h>

struct guest_dt_facts {
    uint64_t vcpu_present;  /* Bit n: vCPU n runs. At least one. */
    uint64_t no_context;    /* Bit n: vCPU n runs, but gets no external interrupt. */
    uint64_t device_absent; /* Bit i: the machine lacks vm_config.devices[i]. */
    uint64_t isa;           /* OR of BIT(enum guest_isa); GUEST_ISA_ALWAYS is added. */
    enum guest_mmu mmu;     /* The widest vsatp mode. */
    uint32_t cbom_block;    /* Bytes; 0 removes the property (Zicbom not granted). */
    uint32_t cbop_block;
    uint32_t cboz_block;
    uint32_t timebase_hz;
    uint64_t initrd_end;           /* First gpa behind it; 0: there is none. */
    const char *bootargs;          /* NULL: as built. */
    const struct guest_seed *seed; /* NULL: no rng-seed and no kaslr-seed. */
    uint32_t imsic_ids; /* The last identity of its IMSICs, if it has any; 0: as built. */
};

/* Bytes at place `rng_seed` that guest_dt_narrow() makes a secret of. */
#define GUEST_DT_SECRET_SIZE (GUEST_SEED_RNG_SIZE + 12 + GUEST_SEED_KASLR_SIZE)

/*
 * Makes `fdt`, whose places `places` are, say exactly the facts. An absent vCPU's cpu node goes; in
 * the list of contexts or IMSICs its own, and those of a vCPU without context, become -1 on a vCPU
 * that is there, or end the list, so that the others keep their numbers. Linux counts IMSICs no
 * further than a -1. Without IMSICs in the tree, SSAIA is not said. An absent device's node goes,
 * and stdout-path if that was it.
 *
 * Returns HYP_OK, or one of these; then the buffer is of no more use:
 *   HYP_E_PARAM   no vCPU of the tree is present, or the timebase is 0
 *   HYP_E_ABSENT  an initrd, but the tree was made without one
 *   HYP_E_RANGE   the boot arguments are longer than their room, or the initrd's end lies
 *                 before its start
 */
HYP_MUST_USE enum hyp_status guest_dt_narrow(void *fdt, const struct hyp_dtb_places *places,
                                             const struct guest_dt_facts *facts);
