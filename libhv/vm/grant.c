/* SPDX-License-Identifier: Apache-2.0 */
/* What a VM's guest is granted: the extensions that all of its harts have. */
#include "libhv/vm/vm.h"

#include <hyp/arch/csr.h>

/* Registers of extensions that the guest is not shown are off: it cannot leave anything there. */
static uint32_t fp_of(uint64_t isa)
{
    _Static_assert(GUEST_ISA_D == GUEST_ISA_F + 1 && WORLD_D == 2 * WORLD_F, "one shift for both");
    return (isa >> GUEST_ISA_F & (WORLD_F | WORLD_D)) | (isa >> GUEST_ISA_V & 1) * WORLD_V;
}

void hv_vm_grant(struct hv_vms *vms, struct hv_vm *hv)
{
    const struct machine *m = vms->machine;
    struct machine_grant has = machine_common(m, vms->plan->harts[hv->vm.index]);
    bool has_zicboz = (has.isa & BIT(GUEST_ISA_ZICBOZ)) != 0;
    hv->has = has;
    hv->vm.grant = (struct vm_grant){
        .sstc = (has.isa & BIT(GUEST_ISA_SSTC)) != 0,
        .has_envcfg = m->envcfg,
        .has_stateen = m->stateen,
        .fp = fp_of(has.isa),
        .henvcfg = machine_henvcfg(has.isa),
        .hcounteren = machine_hcounteren(m, has.isa),
        .hstateen0 = HSTATEEN0_ENVCFG, /* senvcfg; nothing else is in their ISA strings */
        /* The block size that worked when it was tried, not the one that the tree says. */
        .cboz_block = has_zicboz && has.block[MACHINE_BLOCK_ZICBOZ] == vms->pool->zero_block
                          ? has.block[MACHINE_BLOCK_ZICBOZ]
                          : 0,
    };
}
