/* SPDX-License-Identifier: Apache-2.0 */
/* The harts of a VM have the ISA extensions that it requires. */
#include "config_fit_rules.h"

#include <hyp/vm/guest_isa.h>

#include "config_text.h"

uint64_t config_vm_isa(const struct config_run *run, uint32_t vm)
{
    const struct config_machine *machine = run->in->machine;
    uint64_t harts = run->plan->harts[vm];
    return machine->isa_of_harts != NULL && harts != 0
               ? machine->isa_of_harts(machine->isa_ctx, harts)
               : machine->isa;
}

static void report_absent(struct config_run *run, uint32_t blocked, struct config_owner owner,
                          const char *extension)
{
    config_violation(run, CONFIG_EXT_ABSENT, blocked,
                     OWNER " needs the ISA extension %s, which this machine lacks",
                     OWNER_ARGS(owner), extension);
}

void config_fit_isa(struct config_run *run)
{
    const struct config_machine *machine = run->in->machine;
    if (machine == NULL) {
        return;
    }
    if (machine->gpa_bits == 0) {
        struct config_owner libhyp = {"libhyp", ""};
        report_absent(run, config_vm_all(run->config), libhyp, "h (a G-stage mode)");
    }
    for (uint32_t vm = 0; vm < run->config->vm_count; vm++) {
        const char *at = run->config->vms[vm].isa_required;
        uint64_t isa = config_vm_isa(run, vm);
        size_t n = 0;
        while ((n = config_next_word(&at, n)) != 0) {
            enum guest_isa ext = guest_isa_find(at, n);
            if (ext != GUEST_ISA_COUNT && (isa & BIT(ext)) == 0) {
                report_absent(run, config_vm_bit(vm), config_owner_vm(run->config, vm),
                              guest_isa_name(ext));
            }
        }
    }
}
