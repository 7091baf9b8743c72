/* SPDX-License-Identifier: Apache-2.0 */
/* Grants a VM's guest the extensions that all of its harts have. */
#include "libhv/vm/vm.h"

#include <hyp/arch/csr.h>

/* FP and vector state that the guest may use. Others stay off, so that no state is left there. */
static uint32_t fp_of(uint64_t isa)
{
    _Static_assert(GUEST_ISA_D == GUEST_ISA_F + 1 && WORLD_D == 2 * WORLD_F, "one shift for both");
    return (isa >> GUEST_ISA_F & (WORLD_F | WORLD_D)) | (isa >> GUEST_ISA_V & 1) * WORLD_V;
}

void hv_vm_grant(struct hv_vms *vms, struct hv_vm *hv_vm)
{
    const struct machine *machine = vms->machine;
    struct machine_grant common = machine_common(machine, vms->plan->harts[hv_vm->vm.index]);
    bool has_zicboz = (common.isa & BIT(GUEST_ISA_ZICBOZ)) != 0;
    hv_vm->common = common;
    hv_vm->vm.grant = (struct vm_grant){
        .sstc = (common.isa & BIT(GUEST_ISA_SSTC)) != 0,
        .has_envcfg = machine->envcfg,
        .has_stateen = machine->stateen,
        .fp = fp_of(common.isa),
        .henvcfg = machine_henvcfg(common.isa),
        .hcounteren = machine_hcounteren(machine, common.isa),
        .counters = (uint32_t)machine_hcounteren(machine, common.isa) & machine->counters,
        .hstateen0 = HSTATEEN0_ENVCFG, /* senvcfg; no guest's ISA string has other such state. */
        /* Only the block size that boot has tried (zero_block), not one that the tree claims. */
        .cboz_block = has_zicboz && common.block[MACHINE_BLOCK_ZICBOZ] == vms->pool->zero_block
                          ? common.block[MACHINE_BLOCK_ZICBOZ]
                          : 0,
    };
}
