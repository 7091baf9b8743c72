/* SPDX-License-Identifier: Apache-2.0 */
/* The steps of boot: each passes results of one room to the next. */
#include "libhv/hv.h"

#include <hyp/arch/csr.h>
#include <hyp/base/assert.h>
#include <hyp/vm/footprint.h>

#include "libhv/ops.h"

_Static_assert(sizeof(struct hv_hart) <= FOOTPRINT_HART_STRUCT, "footprint.h");
_Static_assert((HV_STACK_PAGES + HV_FAULT_STACK_PAGES) * HYP_PAGE_SIZE <= FOOTPRINT_HART_STACKS,
               "footprint.h");
_Static_assert(HV_CONSOLE_TX_RING + HV_CONSOLE_RX_RING + sizeof(struct hv_console_vm) <=
                   FOOTPRINT_PER_CONSOLE,
               "footprint.h");
_Static_assert(HV_NO_HART == CONFIG_NO_HART, "console.h does not include the plan");

/* ---- Pointers between rooms ------------------------------------------------------------------ */

void hv_init(struct hv *hv, const struct hv_build *build, uint64_t load_hpa)
{
    struct hv_memory *memory = &hv->boot.memory;
    const struct hv_modules *modules = build->modules;
    hv->build = *build;
    hv->boot.build = &hv->build;
    hv->boot.log = &hv->console.log;
    memory->image = build->image;
    memory->load_hpa = load_hpa;
    memory->pool_size = build->config->pool_size;
    hv->harts.id = hv->boot.machine.hart_id;
    hv->harts.load_hpa = load_hpa;
    hv->harts.phys = &memory->phys;
    hv->harts.space = &memory->space;
    hv->harts.objects = &memory->objects;
    hv->harts.muted = &hv->events.log_waits;
    hv->harts.ops = &hv_ops_hart;
    hv->harts.ctx = hv;
    hv->irqc.build = &hv->build;
    hv->irqc.machine = &hv->boot.machine;
    hv->irqc.space = &memory->space;
    hv->irqc.objects = &memory->objects;
    hv->irqc.modules = modules->irqcs;
    hv->irqc.module_count = modules->irqc_count;
    hv->irqc.ipis = modules->ipis;
    hv->irqc.ipi_count = modules->ipi_count;
    hv->irqc.ops = &hv_ops_irqc;
    hv->irqc.ctx = hv;
    hv->vms.build = &hv->build;
    hv->vms.machine = &hv->boot.machine;
    hv->vms.seed = &hv->boot.machine.seed;
    hv->vms.plan = &hv->boot.plan;
    hv->vms.pool = &memory->pool;
    hv->vms.objects = &memory->objects;
    hv->vms.space = &memory->space;
    hv->vms.load_hpa = load_hpa;
    hv->vms.irqc = &hv->irqc;
    hv->vms.log = &hv->console.log;
    hv->vms.host = &hv->host;
    hv->vms.ops = &hv_ops_vm;
    hv->vms.ctx = hv;
    hv->console.build = &hv->build;
    hv->console.shared = build->console;
    hv->console.space = &memory->space;
    hv->console.objects = &memory->objects;
    hv->console.load_hpa = load_hpa;
    hv->console.log_waits = &hv->events.log_waits;
    hv->console.vms = hv->events.vm;
    hv->console.ops = &hv_ops_console;
    hv->console.ctx = hv;
    hv->events.log = &hv->console.log;
    hv->events.ops = &hv_ops_events;
    hv->events.ctx = hv;
    hv->events.hart_id = hv->boot.machine.hart_id;
    hv->host = hv_ops_vm_host;
}

/* ---- The machine ----------------------------------------------------------------------------- */

/*
 * True if the machine has the device that ends it with an error (hyp_platform.finisher_hpa). A
 * store to an address without a device faults, so the device tree must list the device. If no tree
 * could be read, the platform's word is taken.
 */
static bool has_finisher(const struct hv *hv)
{
    const struct machine *machine = &hv->boot.machine;
    uint64_t hpa = hv->build.platform->finisher_hpa;
    return hpa != 0 && (machine->device_count == 0 ||
                        (machine->devices_left_out == 0 && machine_has_device(machine, hpa)));
}

/* Copies the machine's parameters to other rooms, also if the device tree could not be read. */
static void copy_machine_params(struct hv *hv)
{
    struct machine *machine = &hv->boot.machine;
    if (machine->timebase_hz == 0) {
        machine->timebase_hz = hv->build.platform->timebase_hz; /* The tree lacks it. */
    }
    hv->host.timebase_hz = machine->timebase_hz;
    hv->harts.timebase_hz = machine->timebase_hz;
    hv->harts.count = machine->hart_count;
    hv->console.timebase_hz = machine->timebase_hz;
    hv->events.timebase_hz = machine->timebase_hz;
    hv->events.config = hv->build.config;
    hv->events.finisher_word = hv->build.platform->finisher_word;
}

/* Opens the firmware's console and maps the finisher, before there is a pool. */
static void prepare_refusal(struct hv *hv)
{
    copy_machine_params(hv);
    hv_console_init_early(&hv->console);
    if (has_finisher(hv)) {
        hv->events.finisher.base =
            hv_memory_map_boot_device(&hv->boot.memory, hv->build.platform->finisher_hpa);
    }
}

/*
 * HYP_OK: this hart can run guests. Else another hart boots from the start and this one parks, or
 * (HYP_E_UNSUPPORTED) no other hart is left.
 */
static enum hyp_status require_h(struct hv *hv)
{
    const struct machine *machine = &hv->boot.machine;
    uint32_t me = machine_find_hart(machine, hart_self()->id);
    if (me != MACHINE_NO_INDEX && csr_probe(CSR_HSTATUS)) {
        return HYP_OK;
    }
    hv->harts.count = machine->hart_count; /* copy_machine_params() comes later. */
    hv_hart_hand_over(&hv->harts, me, machine_harts(machine), hv->boot.memory.fdt_pa.start);
    return HYP_E_UNSUPPORTED;
}

/* Replaces build.config by one with the first controller of each VM that this machine supports. */
static void select_config(struct hv *hv)
{
    struct irqc_selection *selection = hv->build.modules->selection;
    if (selection != NULL) {
        irqc_select_for_machine(hv->build.config, hv->build.dtbs, hv->irqc.models, selection);
        hv->build.config = &selection->config;
        hv->build.dtbs = selection->dtbs;
    }
}

static enum hyp_status find_machine(struct hv *hv, uint64_t fdt_hpa)
{
    HYP_TRY(hv_boot_read_machine(&hv->boot, fdt_hpa));
    HYP_TRY(require_h(hv));
    hv_irqc_discover(&hv->irqc, hv->boot.fdt, HV_BOOT_FDT_SIZE);
    select_config(hv);
    return machine_probe(&hv->boot.machine);
}

void hv_read_machine(struct hv *hv, uint64_t fdt_hpa)
{
    enum hyp_status found = find_machine(hv, fdt_hpa);
    if (found != HYP_OK) {
        prepare_refusal(hv);
        log_line(&hv->console.log, "machine=refused reason=%s", hv_boot_refusal_reason(found));
        hv_events_finish(&hv->events, true);
    }
    copy_machine_params(hv);
}

void hv_require_own_ram(struct hv *hv)
{
    struct hv_ram_conflict conflict = hv_boot_find_ram_conflict(&hv->boot);
    if (conflict.name != NULL) {
        prepare_refusal(hv);
        log_line(&hv->console.log, "machine=refused reason=%s-%s %s=0x%lx+0x%lx %s=0x%lx+0x%lx",
                 conflict.name, conflict.why, conflict.name, conflict.own.start, conflict.own.size,
                 conflict.with_name, conflict.with.start, conflict.with.size);
        hv_events_finish(&hv->events, true);
    }
}

void hv_erase_fdt(struct hv *hv)
{
    hv_boot_erase_fdt(&hv->boot);
    hv->vms.fdt_pa = hv->boot.memory.fdt_pa;
}

/* ---- The hypervisor itself ------------------------------------------------------------------- */

void hv_init_memory(struct hv *hv)
{
    const struct machine *machine = &hv->boot.machine;
    struct hv_memory_caps caps = {.svpbmt = machine->svpbmt,
                                  .zero_block = machine->all.block[MACHINE_BLOCK_ZICBOZ]};
    enum hyp_status status = hv_memory_init(&hv->boot.memory, &caps);
    HYP_REQUIRE(status == HYP_OK);
}

void hv_init_console(struct hv *hv)
{
    uintptr_t va;
    hv_console_init(&hv->console);
    if (hv->console.uart_irq != 0) {
        hv->irqc.owner[hv->console.uart_irq] = HV_OWNER_CONSOLE;
    }
    if (has_finisher(hv) &&
        hspace_map_device(&hv->boot.memory.space, HPA(hv->build.platform->finisher_hpa), 4, &va) ==
            HYP_OK) {
        hv->events.finisher.base = va;
    }
}

void hv_show_machine(struct hv *hv)
{
    hv_boot_show_machine(&hv->boot);
}

void hv_fit_config(struct hv *hv)
{
    struct hv_boot_irqc irqc = {.models = hv->irqc.models,
                                .no_context = hv_irqc_harts_without_context(&hv->irqc)};
    hv->console.hart = hv_boot_fit(&hv->boot, &irqc);
    hv->console.hart_vm = hv_boot_vm_of_hart(&hv->boot, hv->console.hart);
}

static uint64_t harts_with_sstc(const struct machine *machine)
{
    uint64_t harts = 0;
    for (uint32_t i = 0; i < machine->hart_count; i++) {
        bool sstc = (machine_common(machine, BIT(i)).isa & BIT(GUEST_ISA_SSTC)) != 0;
        harts |= sstc ? BIT(i) : 0;
    }
    return harts;
}

void hv_init_harts(struct hv *hv)
{
    uint64_t used = hv_boot_harts_in_use(&hv->boot, hv->console.hart);
    enum hyp_status status = hv_harts_init(&hv->harts, used, harts_with_sstc(&hv->boot.machine));
    HYP_REQUIRE(status == HYP_OK);
}

void hv_init_irqc(struct hv *hv)
{
    const struct hv_irqc *irqc = &hv->irqc;
    hv_irqc_init(&hv->irqc);
    hv_ops_use_ipi_path(hv);
    if (irqc->module_count > 1) {
        log_line(&hv->console.log, "irqc=%s imsic_ids=%u guest_files=%u ipi=%s", hv_irqc_name(irqc),
                 irqc->s_level_imsic_ids, irqc->guest_files, hv_irqc_ipi_name(irqc));
    }
}

/* ---- VMs ------------------------------------------------------------------------------------- */

/* Makes a built VM known to the other rooms. */
static void register_vm(struct hv *hv, struct hv_vm *built)
{
    struct vm *vm = &built->vm;
    hv_events_add_vm(&hv->events, vm);
    hv_ops_use_model(hv, vm->virqc);
    for (uint32_t i = 0; i < vm->vcpu_count; i++) {
        hv_hart_assign(&hv->harts, vm->vcpus[i]);
    }
    log_line(&hv->console.log, "vm=%s vcpus=%u harts=0x%lx gpa_bits=%u state=started",
             vm->config->name, vm->vcpu_count, hv->boot.plan.harts[vm->index],
             hv->boot.plan.gpa_bits[vm->index]);
}

static void build_vm(struct hv *hv, uint32_t i)
{
    const char *name = hv->build.config->vms[i].name;
    if ((hv->boot.plan.runnable & BIT(i)) == 0) {
        log_line(&hv->console.log, "vm=%s state=refused", name);
        return;
    }
    enum hyp_status status = hv_vm_build(&hv->vms, i);
    if (status == HYP_OK) {
        register_vm(hv, hv->vms.vm[i]);
    } else if (status == HYP_E_FORMAT) {
        log_line(&hv->console.log, "vm=%s state=refused", name); /* hv_vm_build() has logged why. */
    } else {
        log_line(&hv->console.log, "vm=%s state=failed error=%s", name, hyp_status_name(status));
    }
}

void hv_build_vms(struct hv *hv)
{
    hv->vms.imsic_ids = hv->irqc.imsic_ids;
    for (uint32_t i = 0; i < hv->build.config->vm_count; i++) {
        build_vm(hv, i);
    }
}

void hv_show_pool(struct hv *hv)
{
    hv_boot_show_pool(&hv->boot);
}

/* ---- The audit ------------------------------------------------------------------------------- */

static uint64_t guest_file_hpa(const void *ctx, uint32_t hart)
{
    return hv_irqc_guest_file_hpa(ctx, hart);
}

void hv_run_audit(struct hv *hv)
{
    const struct hv_audit_module *module = hv->build.audit;
    if (module == NULL) {
        return;
    }
    struct hv_audit *audit = module->state;
    *audit =
        (struct hv_audit){.boot = &hv->boot, .guest_file_hpa = guest_file_hpa, .ctx = &hv->irqc};
    for (uint32_t i = 0; i < hv->harts.count; i++) {
        const struct hv_hart *hart = hv->harts.hart[i];
        if (hart != NULL) {
            audit->stack_top[i][0] = hart->hart.stack_top;
            audit->stack_top[i][1] = hart->hart.fault_stack_top;
        }
    }
    for (uint32_t i = 0; i < hv->build.config->vm_count; i++) {
        audit->hgatp[i] = hv->vms.vm[i] != NULL ? hv->vms.vm[i]->vm.hgatp : 0;
    }
    bool sound = module->run(audit);
    HYP_REQUIRE(sound);
}

/* ---- Guests run ------------------------------------------------------------------------------ */

void hv_attach_console(struct hv *hv)
{
    hv_events_begin(&hv->events);
    hv_console_attach(&hv->console);
}

_Noreturn void hv_start_harts(struct hv *hv)
{
    hv_harts_start(&hv->harts, machine_find_hart(&hv->boot.machine, hart_self()->id));
}
