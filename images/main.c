/* SPDX-License-Identifier: Apache-2.0 */
/* The hypervisor: from the machine's device tree to running guests, one call a line. */
#include "hyp.h"

#include <hyp/base/assert.h>

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

/* The rules of the build again, on what this machine really has. */
static void check_config(struct hyp *h)
{
    const struct machine *m = &h->machine;
    const struct range *pool = &h->phys.window[0].pa;
    struct config_machine machine = {
        .hart_count = m->hart_count,
        .mem = m->mem,
        .mem_count = m->mem_count,
        .reserved = m->reserved,
        .reserved_count = m->reserved_count,
        .hypervisor = {.hpa = h->load_hpa, .size = pool->start + pool->size - h->load_hpa},
        .source_count = m->source_count,
        .gpa_bits = m->gpa_bits,
        .isa = m->isa,
    };
    struct config_input in = {
        .config = &hyp_config,
        .platform = &hyp_platform,
        .machine = &machine,
        .blobs = hyp_blobs,
        .blob_count = hyp_blob_count,
        .dtbs = hyp_dtbs,
    };
    config_check(&in, &h->plan, show_finding, h);
    for (uint32_t i = 0; i < hyp_config.vm_count; i++) {
        if (!config_vm_is_contained(&in, i)) {
            log_line(&h->log, "vm=%s contained=no", hyp_config.vms[i].name);
        }
    }
}

static void show_machine(struct hyp *h)
{
    const struct machine *m = &h->machine;
    log_line(&h->log, "build=%s config=%s harts=%u timebase_hz=%u", hyp_build_id, hyp_config.name,
             m->hart_count, m->timebase_hz);
    log_line(&h->log, "sstc=%u svpbmt=%u gpa_bits=%u irq_sources=%u load=0x%lx", m->sstc, m->svpbmt,
             m->gpa_bits, m->source_count, h->load_hpa);
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
                     h->vms[i]->vm.vcpu_count, h->plan.harts[i],
                     config_vm_gpa_bits(&hyp_platform, &hyp_config.vms[i]));
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
    HYP_REQUIRE(machine_discover(&h->machine, hyp_map_boot_fdt(fdt_hpa)) == HYP_OK);
    HYP_REQUIRE(hyp_init_memory(h) == HYP_OK); /* pool, own address space */
    h->console_hart = hyp_config.console_hart < h->machine.hart_count ? hyp_config.console_hart : 0;
    hyp_init_env(h);                          /* what guests are granted */
    hyp_init_console(h);                      /* lines go out from here */
    show_machine(h);                          /* what was found */
    check_config(h);                          /* which VMs can run */
    HYP_REQUIRE(hyp_init_harts(h) == HYP_OK); /* structs and stacks */
    hyp_init_irqs(h);                         /* the machine's controller */
    build_vms(h);                             /* memory, devices, images */
    HYP_REQUIRE(!hyp_config.audit || hyp_audit_space(h) == HYP_OK);
    hyp_console_attach(h); /* the console becomes shared */
    hyp_start_harts(h);    /* and off they go */
}
