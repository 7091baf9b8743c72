/* SPDX-License-Identifier: Apache-2.0 */
/* Fits the configuration to the machine: which VMs can run, and which hart has the console. */
#include "libhv/boot/boot.h"

#include <hyp/arch/hart.h>
#include <hyp/arch/sbi_call.h>
#include <hyp/console/vconsole_mux.h>

_Static_assert(CONFIG_CONSOLE_BYTES == VCONSOLE_MUX_BUDGET,
               "the report prints CONFIG_CONSOLE_BYTES");

static void show_finding(void *arg, const struct config_finding *finding)
{
    const struct hv_boot *b = arg;
    char line[CONFIG_LINE_SIZE];
    (void)config_finding_line(finding, line, sizeof(line));
    log_line(b->log, "config %s", line);
}

static uint64_t isa_of_harts(const void *ctx, uint64_t harts)
{
    return machine_common(ctx, harts).isa;
}

/* True if the firmware can start this hart, by SBI HSM "HART get status". */
static bool can_start(const struct hv_boot *b, uint32_t hart)
{
    uint64_t id = b->machine.hart_id[hart];
    if (id == hart_self()->id) {
        return true;
    }
    struct sbi_ret r = sbi_call(SBI_EXT_HSM, SBI_HSM_STATUS, id, 0, 0);
    return r.error == SBI_SUCCESS && r.value == SBI_HSM_STOPPED;
}

static void show_console_hart(const struct hv_boot *b, uint32_t hart)
{
    const struct hyp_config *config = b->build->config;
    if (hart == CONFIG_NO_HART) {
        log_line(b->log, "console_hart=none reason=real-time-vms-own-all-harts vms_output=dropped");
        return;
    }
    if (hart != config->console_hart) {
        log_line(b->log, "console_hart=%u configured=%u", hart, config->console_hart);
    }
    uint32_t vm = hv_boot_vm_of_hart(b, hart);
    if (vm < config->vm_count) {
        log_line(b->log, "console_hart=%u pays=%s bytes_per_ms=%u", hart, config->vms[vm].name,
                 CONFIG_CONSOLE_BYTES);
    } else {
        log_line(b->log, "console_hart=%u pays=nobody", hart);
    }
}

static uint32_t find_console_hart(const struct hv_boot *b, const struct config_input *in)
{
    uint32_t hart = config_console_hart(in, &b->plan, 0);
    uint64_t lost = 0;
    while (hart != CONFIG_NO_HART && !can_start(b, hart) && (lost & BIT(hart)) == 0) {
        lost |= BIT(hart);
        hart = config_console_hart(in, &b->plan, lost);
    }
    show_console_hart(b, hart);
    return hart;
}

uint32_t hv_boot_fit(struct hv_boot *b, const struct hv_boot_irqc *irqc)
{
    const struct hv_build *build = b->build;
    const struct machine *m = &b->machine;
    struct range pool = hv_memory_pool_range(&b->memory);
    uint64_t load_hpa = b->memory.load_hpa;
    struct config_machine machine = {
        .hart_count = m->hart_count,
        .mem = m->mem,
        .mem_count = m->mem_count,
        .reserved = m->reserved,
        .reserved_count = m->reserved_count,
        .regs = m->regs,
        .regs_count = m->regs_count,
        .console = build->config->log_waits ? (struct hyp_mem){0, 0} : m->stdout_regs,
        .hypervisor = {.hpa = load_hpa, .size = pool.start + pool.size - load_hpa},
        .source_count = m->source_count,
        .irqc_models = irqc->models,
        .no_context = irqc->no_context,
        .gpa_bits = m->gpa_bits,
        .isa = m->all.isa,
        .isa_of_harts = isa_of_harts,
        .isa_ctx = m,
    };
    struct config_input in = {
        .config = build->config,
        .platform = build->platform,
        .machine = &machine,
        .blobs = build->blobs,
        .blob_count = build->blob_count,
        .dtbs = build->dtbs,
        .device_index = build->device_index,
    };
    config_fit(&in, &b->plan, show_finding, b);
    for (uint32_t i = 0; i < build->config->vm_count; i++) {
        if (!config_vm_is_contained(&in, i)) {
            log_line(b->log, "vm=%s contained=no", build->config->vms[i].name);
        }
    }
    return find_console_hart(b, &in);
}

uint32_t hv_boot_vm_of_hart(const struct hv_boot *b, uint32_t hart)
{
    struct config_input in = {.config = b->build->config};
    return hart == CONFIG_NO_HART ? in.config->vm_count : config_vm_of_hart(&in, &b->plan, hart);
}

uint64_t hv_boot_harts_in_use(const struct hv_boot *b, uint32_t console_hart)
{
    uint64_t used = console_hart != CONFIG_NO_HART ? BIT(console_hart) : 0;
    for (uint32_t i = 0; i < b->build->config->vm_count; i++) {
        if ((b->plan.runnable & BIT(i)) != 0) {
            used |= b->plan.harts[i];
        }
    }
    return used;
}
