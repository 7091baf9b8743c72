/* SPDX-License-Identifier: Apache-2.0 */
/* Fits the configuration to the machine: which VMs can run, and which hart has the console. */
#include "libhv/boot/boot.h"

#include <hyp/arch/hart.h>
#include <hyp/arch/sbi_call.h>
#include <hyp/console/format.h>
#include <hyp/console/vconsole_mux.h>

_Static_assert(CONFIG_CONSOLE_BYTES == VCONSOLE_MUX_BUDGET,
               "the report prints CONFIG_CONSOLE_BYTES");

static void log_violation(void *arg, const struct config_violation *violation, const char *format,
                          va_list args)
{
    const struct hv_boot *boot = arg;
    char text[LOG_LINE_MAX];
    (void)format_vbuf(text, sizeof(text), format, args);
    log_line(boot->log, "config %s: %s", violation->id, text);
}

static uint64_t isa_of_harts(const void *ctx, uint64_t harts)
{
    return machine_common(ctx, harts).isa;
}

/* True if the firmware can start this hart, by SBI HSM "HART get status". */
static bool can_start(const struct hv_boot *boot, uint32_t hart)
{
    uint64_t id = boot->machine.hart_id[hart];
    if (id == hart_self()->id) {
        return true;
    }
    struct sbi_ret r = sbi_call(SBI_EXT_HSM, SBI_HSM_STATUS, id, 0, 0);
    return r.error == SBI_SUCCESS && r.value == SBI_HSM_STOPPED;
}

static void show_console_hart(const struct hv_boot *boot, uint32_t hart)
{
    const struct hyp_config *config = boot->build->config;
    if (hart == CONFIG_NO_HART) {
        log_line(boot->log,
                 "console_hart=none reason=real-time-vms-own-all-harts vms_output=dropped");
        return;
    }
    if (hart != config->console_hart) {
        log_line(boot->log, "console_hart=%u configured=%u", hart, config->console_hart);
    }
    uint32_t vm = hv_boot_vm_of_hart(boot, hart);
    if (vm < config->vm_count) {
        log_line(boot->log, "console_hart=%u pays=%s bytes_per_ms=%u", hart, config->vms[vm].name,
                 CONFIG_CONSOLE_BYTES);
    } else {
        log_line(boot->log, "console_hart=%u pays=nobody", hart);
    }
}

static uint32_t find_console_hart(const struct hv_boot *boot, const struct config_input *in)
{
    uint32_t hart = config_console_hart(in, &boot->plan, 0);
    uint64_t lost = 0;
    while (hart != CONFIG_NO_HART && !can_start(boot, hart) && (lost & BIT(hart)) == 0) {
        lost |= BIT(hart);
        hart = config_console_hart(in, &boot->plan, lost);
    }
    show_console_hart(boot, hart);
    return hart;
}

uint32_t hv_boot_fit(struct hv_boot *boot, const struct hv_boot_irqc *irqc)
{
    const struct hv_build *build = boot->build;
    const struct machine *machine = &boot->machine;
    struct range pool = hv_memory_pool_range(&boot->memory);
    uint64_t load_hpa = boot->memory.load_hpa;
    struct config_machine config_machine = {
        .hart_count = machine->hart_count,
        .mem = machine->mem,
        .mem_count = machine->mem_count,
        .reserved = machine->reserved,
        .reserved_count = machine->reserved_count,
        .regs = machine->regs,
        .regs_count = machine->regs_count,
        .console = build->config->log_waits ? (struct hyp_mem){0, 0} : machine->stdout_regs,
        .hypervisor = {.hpa = load_hpa, .size = pool.start + pool.size - load_hpa},
        .source_count = machine->source_count,
        .irqc_models = irqc->models,
        .no_context = irqc->no_context,
        .gpa_bits = machine->gpa_bits,
        .isa = machine->all.isa,
        .isa_of_harts = isa_of_harts,
        .isa_ctx = machine,
    };
    struct config_input in = {
        .config = build->config,
        .platform = build->platform,
        .machine = &config_machine,
        .blobs = build->blobs,
        .blob_count = build->blob_count,
        .dtbs = build->dtbs,
        .device_index = build->device_index,
    };
    config_fit(&in, &boot->plan, log_violation, boot);
    for (uint32_t i = 0; i < build->config->vm_count; i++) {
        if (!config_vm_is_contained(&in, i)) {
            log_line(boot->log, "vm=%s contained=no", build->config->vms[i].name);
        }
    }
    return find_console_hart(boot, &in);
}

uint32_t hv_boot_vm_of_hart(const struct hv_boot *boot, uint32_t hart)
{
    struct config_input in = {.config = boot->build->config};
    return hart == CONFIG_NO_HART ? in.config->vm_count : config_vm_of_hart(&in, &boot->plan, hart);
}

uint64_t hv_boot_harts_in_use(const struct hv_boot *boot, uint32_t console_hart)
{
    uint64_t used = console_hart != CONFIG_NO_HART ? BIT(console_hart) : 0;
    for (uint32_t i = 0; i < boot->build->config->vm_count; i++) {
        if ((boot->plan.runnable & BIT(i)) != 0) {
            used |= boot->plan.harts[i];
        }
    }
    return used;
}
