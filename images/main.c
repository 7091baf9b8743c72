/* SPDX-License-Identifier: Apache-2.0 */
/* The hypervisor: from the machine's device tree to running guests, one call a line. */
#include "hyp.h"

#include <hyp/arch/csr.h>
#include <hyp/base/assert.h>
#include <hyp/console/format.h>

_Noreturn void boot_main(uint64_t hart_id, uint64_t fdt_hpa, uint64_t load_hpa);

const char hyp_build_id[] = "libhyp-0.1.0";

static struct hyp the_hyp;

static void show_finding(void *arg, const struct config_finding *finding)
{
    struct hyp *h = arg;
    char line[CONFIG_LINE_SIZE];
    (void)config_finding_line(finding, line, sizeof(line));
    log_line(&h->log, "config %s", line);
}

static uint64_t isa_of_harts(const void *ctx, uint64_t harts)
{
    return machine_common(ctx, harts).isa;
}

/* Harts that the machine's controller cannot interrupt; none if the machine has no controller. */
static uint64_t harts_without_context(const struct machine *m)
{
    uint64_t harts = 0;
    for (uint32_t i = 0; i < m->hart_count && m->source_count != 0; i++) {
        harts |= m->irqc_index[i] == MACHINE_NO_INDEX ? BIT(i) : 0;
    }
    return harts;
}

/* The build's promises, on what this machine really has. */
static void fit_config(struct hyp *h)
{
    const struct machine *m = &h->machine;
    const struct range *pool = &h->phys.window[0].pa;
    struct config_machine machine = {
        .hart_count = m->hart_count,
        .mem = m->mem,
        .mem_count = m->mem_count,
        .reserved = m->reserved,
        .reserved_count = m->reserved_count,
        .regs = m->regs,
        .regs_count = m->regs_count,
        .console = hyp_config.log_waits ? (struct hyp_mem){0, 0} : m->stdout_regs,
        .hypervisor = {.hpa = h->load_hpa, .size = pool->start + pool->size - h->load_hpa},
        .source_count = m->source_count,
        .irqc_models = BIT(HYP_IRQC_PLIC) | h->irqc_models,
        .no_context = harts_without_context(m),
        .gpa_bits = m->gpa_bits,
        .isa = m->all.isa,
        .isa_of_harts = isa_of_harts,
        .isa_ctx = m,
    };
    struct config_input in = {
        .config = h->config,
        .platform = &hyp_platform,
        .machine = &machine,
        .blobs = hyp_blobs,
        .blob_count = hyp_blob_count,
        .dtbs = h->dtbs,
        .device_index = hyp_device_index,
    };
    config_fit(&in, &h->plan, show_finding, h);
    for (uint32_t i = 0; i < hyp_config.vm_count; i++) {
        if (!config_vm_is_contained(&in, i)) {
            log_line(&h->log, "vm=%s contained=no", hyp_config.vms[i].name);
        }
    }
    hyp_choose_console_hart(h, &in);
}

static bool has(const struct machine *m, enum guest_isa ext)
{
    return (m->all.isa & BIT(ext)) != 0;
}

/* No VM gets these harts. */
static void show_without_h(struct hyp *h)
{
    const struct machine *m = &h->machine;
    char ids[CONFIG_LINE_SIZE];
    size_t n = 0;
    for (uint32_t i = 0; i < m->without_h_count && i < MACHINE_WITHOUT_H; i++) {
        n += format_buf(ids + n, sizeof(ids) - n, i == 0 ? "%lu" : ",%lu", m->without_h[i]);
    }
    if (n != 0) {
        log_line(&h->log, "harts_without_h=%u ids=%s%s", m->without_h_count, ids,
                 m->without_h_count > MACHINE_WITHOUT_H ? ",..." : "");
    }
}

static void show_machine(struct hyp *h)
{
    const struct machine *m = &h->machine;
    log_line(&h->log, "build=%s config=%s harts=%u timebase_hz=%u", hyp_build_id, hyp_config.name,
             m->hart_count, m->timebase_hz);
    log_line(&h->log, "sstc=%u svpbmt=%u gpa_bits=%u irq_sources=%u load=0x%lx",
             has(m, GUEST_ISA_SSTC), m->svpbmt, m->gpa_bits, m->source_count, h->load_hpa);
    log_line(&h->log, "svnapot=%u svadu=%u zicbom=%u zicboz=%u stateen=%u vector=%u vmid_bits=%u",
             has(m, GUEST_ISA_SVNAPOT), has(m, GUEST_ISA_SVADU), has(m, GUEST_ISA_ZICBOM),
             has(m, GUEST_ISA_ZICBOZ), m->stateen, has(m, GUEST_ISA_V), m->vmid_bits);
    show_without_h(h);
    if (m->seed.size == 0) {
        log_line(&h->log, "seed=none vms_rng_seed=none vms_kaslr_seed=none");
    }
}

/* Tells what is left out for lack of room. */
static void show_left_out(struct hyp *h)
{
    const struct machine *m = &h->machine;
    if ((m->harts_left_out | m->mem_left_out | m->reserved_merged | m->bootargs_left_out |
         m->devices_left_out) != 0) {
        log_line(&h->log,
                 "left_out harts=%u mem_ranges=%u bootargs=%u devices=%u reserved_merged=%u",
                 m->harts_left_out, m->mem_left_out, m->bootargs_left_out, m->devices_left_out,
                 m->reserved_merged);
    }
}

void hyp_at(struct hyp *h, enum hyp_step step)
{
    for (const struct hyp_part *part = _hyp_parts_start; part < _hyp_parts_end; part++) {
        if (part->at[step] != 0) {
            part->at[step](h);
        }
    }
}

/* A hart that cannot run guests hands over: one that can boots from the start. */
static enum hyp_status require_h(struct hyp *h)
{
    if (machine_find_hart(&h->machine, hart_self()->id) != MACHINE_NO_INDEX &&
        csr_probe(CSR_HSTATUS)) {
        return HYP_OK;
    }
    hyp_hand_over(h);
    return HYP_E_UNSUPPORTED;
}

static enum hyp_status find_machine(struct hyp *h, const void *fdt)
{
    if (fdt == 0) {
        return HYP_E_FAULT;
    }
    HYP_TRY(machine_read(&h->machine, fdt, HYP_BOOT_FDT_SIZE));
    HYP_TRY(require_h(h));
    h->fdt = fdt;
    hyp_at(h, HYP_FIND);
    h->fdt = 0;
    return machine_probe(&h->machine);
}

/* One line with the reason, and the machine ends. */
static void require_machine(struct hyp *h, enum hyp_status found)
{
    if (found != HYP_OK) {
        hyp_init_boot_console(h);
        log_line(&h->log, "machine=refused reason=%s",
                 found == HYP_E_FAULT    ? "device-tree-inaccessible"
                 : found == HYP_E_FORMAT ? "device-tree-malformed"
                 : found == HYP_E_ABSENT ? "no-hart-or-timebase"
                                         : "no-h-extension");
        hyp_end_machine(h, true);
    }
}

static void build_vms(struct hyp *h)
{
    for (uint32_t i = 0; i < hyp_config.vm_count; i++) {
        const char *name = hyp_config.vms[i].name;
        if ((h->plan.runnable & BIT(i)) == 0) {
            log_line(&h->log, "vm=%s state=refused", name);
            continue;
        }
        enum hyp_status status = hyp_build_vm(h, i);
        if (status == HYP_OK) {
            h->started |= 1u << i;
            log_line(&h->log, "vm=%s vcpus=%u harts=0x%lx gpa_bits=%u state=started", name,
                     h->vms[i]->vm.vcpu_count, h->plan.harts[i], h->plan.gpa_bits[i]);
        } else if (status == HYP_E_FORMAT) {
            h->vms[i] = 0; /* A line has told its finding. */
            log_line(&h->log, "vm=%s state=refused", name);
        } else {
            h->vms[i] = 0;
            log_line(&h->log, "vm=%s state=failed error=%d", name, (int)status);
        }
    }
}

_Noreturn void boot_main(uint64_t hart_id, uint64_t fdt_hpa, uint64_t load_hpa)
{
    struct hyp *h = &the_hyp;
    (void)hart_id;
    h->load_hpa = load_hpa;
    h->config = &hyp_config;
    h->dtbs = hyp_dtbs;
    const void *fdt = hyp_map_boot_fdt(h, fdt_hpa);
    require_machine(h, find_machine(h, fdt));  /* a machine that can run VMs */
    hyp_require_room(h);                       /* that lets us be where we are */
    hyp_erase_fdt(h, fdt);                     /* nobody else shall read it */
    HYP_REQUIRE(hyp_init_memory(h) == HYP_OK); /* pool, own address space */
    hyp_init_console(h);                       /* lines go out from here */
    hyp_init_env(h);                           /* what VMs call */
    show_machine(h);                           /* what was found */
    show_left_out(h);
    fit_config(h);                            /* which VMs can run, who has the console */
    HYP_REQUIRE(hyp_init_harts(h) == HYP_OK); /* structs and stacks */
    hyp_init_irqs(h);                         /* the machine's controller */
    build_vms(h);                             /* memory, devices, images */
    hyp_show_pool(h);                         /* what that took */
    hyp_at(h, HYP_READY);                     /* what else the image has to do or say */
    hyp_console_attach(h);                    /* the console becomes shared */
    hyp_start_harts(h);                       /* and off they go */
}
