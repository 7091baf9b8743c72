/* SPDX-License-Identifier: Apache-2.0 */
/* Writes the partition table for people, and the manifest for QEMU's launcher. */
#include "tool.h"

#include <hyp/base/bits.h>
#include <hyp/vm/irqc_select.h>

#include <inttypes.h>

static void print_range(FILE *out, const char *what, uint64_t start, uint64_t size)
{
    fprintf(out, "%s 0x%" PRIx64 " - 0x%" PRIx64, what, start, start + size);
}

/* ---- Manifest ---- */

static void manifest_blob(const struct config_input *in, const struct config_plan *plan,
                          uint32_t vm, bool is_initrd, FILE *out)
{
    const struct vm_config *vm_config = &in->config->vms[vm];
    const struct vm_blob *blob = is_initrd ? &vm_config->initrd : &vm_config->kernel;
    if (blob->name != NULL && blob->preloaded) {
        uint64_t hpa = config_gpa_to_hpa(in, plan, vm, blob->gpa, blob->max_size);
        fprintf(out, "blob\t%s\t0x%" PRIx64 "\t0x%" PRIx64 "\t%s\t%s\n", blob->name, hpa,
                blob->max_size, vm_config->name, is_initrd ? "initrd" : "kernel");
    }
}

/*
 * The harts that a run of the image needs: those of all VMs and of the console. A VM with
 * allow_fewer_vcpus counts for at most 4.
 */
static uint32_t harts_wanted(const struct config_input *in, const struct config_plan *plan)
{
    uint32_t wanted = in->config->console_hart + 1;
    for (uint32_t vm = 0; vm < in->config->vm_count; vm++) {
        uint64_t harts = plan->harts[vm];
        uint32_t most = in->config->vms[vm].allow_fewer_vcpus ? 4 : HYP_HART_MAX;
        for (; harts != 0 && most != 0; most--) {
            uint32_t hart = bits_first(harts);
            wanted = hart + 1 > wanted ? hart + 1 : wanted;
            harts &= harts - 1;
        }
    }
    return wanted;
}

/* The RAM from the platform's first byte to the last that has an owner, rounded up to 256 MiB. */
static uint64_t ram_wanted(const struct config_input *in, const struct config_plan *plan)
{
    struct hyp_mem own = config_hypervisor_mem(in);
    uint64_t first = UINT64_MAX;
    uint64_t end = own.hpa + own.size;
    for (uint32_t i = 0; i < in->platform->mem_count; i++) {
        first = in->platform->mem[i].hpa < first ? in->platform->mem[i].hpa : first;
    }
    for (uint32_t vm = 0; vm < in->config->vm_count; vm++) {
        for (uint32_t i = 0; i < in->config->vms[vm].mem_count; i++) {
            uint64_t mem_end = plan->mem_hpa[vm][i] + in->config->vms[vm].mem[i].size;
            end = mem_end > end ? mem_end : end;
        }
    }
    return align_up(end - first, 256 * HYP_MIB);
}

void tool_write_manifest(const struct config_input *in, const struct config_plan *plan, FILE *out)
{
    for (uint32_t vm = 0; vm < in->config->vm_count; vm++) {
        const struct vm_config *vm_config = &in->config->vms[vm];
        fprintf(out, "vm\t%s\t%s\n", vm_config->name, vm_config->dtb_gpa != 0 ? "dtb" : "-");
        manifest_blob(in, plan, vm, false, out);
        manifest_blob(in, plan, vm, true, out);
    }
    fprintf(out, "default\tsmp\t%u\n", harts_wanted(in, plan));
    fprintf(out, "default\tmem\t%" PRIu64 "M\n", ram_wanted(in, plan) / HYP_MIB);
}

/* ---- Report ---- */

static void report_mem(const struct config_plan *plan, const struct vm_config *vm_config,
                       uint32_t vm, FILE *out)
{
    for (uint32_t i = 0; i < vm_config->mem_count; i++) {
        const struct vm_mem *mem = &vm_config->mem[i];
        unsigned access = mem->access != 0 ? mem->access : HYP_ACCESS_RWX;
        print_range(out, "  memory     gpa", mem->gpa, mem->size);
        print_range(out, "  hpa", plan->mem_hpa[vm][i], mem->size);
        fprintf(out, "  %c%c%c %s%s%s\n", access & HYP_ACCESS_R ? 'r' : '-',
                access & HYP_ACCESS_W ? 'w' : '-', access & HYP_ACCESS_X ? 'x' : '-',
                mem->hpa_fixed ? "fixed" : "placed", mem->keep ? ", NOT CLEARED: " : "",
                mem->keep ? mem->name : "");
    }
}

static void report_blob(const struct vm_config *vm_config, const char *what,
                        const struct vm_blob *blob, FILE *out)
{
    if (blob->name != NULL) {
        fprintf(out, "  %-10s", what);
        print_range(out, " gpa", blob->gpa, blob->max_size);
        fprintf(out, "  %s, %s\n", blob->name, blob->preloaded ? "preloaded" : "embedded");
        if (blob->preloaded) {
            fprintf(out, "             kept whole, unless %s.%s-size= is given\n", vm_config->name,
                    what);
        }
    }
}

static void report_irqc(const struct vm_config *vm_config, const char *what, FILE *out)
{
    bool is_plic = vm_config->irqc.model == HYP_IRQC_PLIC;
    fprintf(out, "  %-10s", what);
    print_range(out, " gpa", vm_config->irqc.gpa, is_plic ? HYP_PLIC_SIZE : HYP_APLIC_SIZE);
    fprintf(out, "  virtual %s, sources 1 - %u\n", is_plic ? "PLIC" : "APLIC",
            vm_config->irqc.source_count - 1);
    if (vm_config->irqc.model == HYP_IRQC_IMSIC) {
        print_range(out, "             gpa", vm_config->irqc.imsic_gpa,
                    (uint64_t)vm_config->vcpu_count * HYP_IMSIC_SIZE);
        fprintf(out, "  IMSICs, one a vCPU\n");
    }
}

/* Writes the controller of the platform's machine, then those that other machines give. */
static void report_irqcs(const struct vm_config *vm_config, const struct vm_config *whole,
                         FILE *out)
{
    if (vm_config->irqc.model != HYP_IRQC_NONE) {
        report_irqc(vm_config, "interrupts", out);
    }
    for (uint32_t n = 0; n <= whole->irqc_else_count; n++) {
        struct vm_config other = irqc_select_vm(whole, n);
        if (other.irqc.model != HYP_IRQC_NONE &&
            (vm_config->irqc.model == HYP_IRQC_NONE || other.irqc.model != vm_config->irqc.model)) {
            report_irqc(&other, "elsewhere", out);
        }
    }
}

static void report_devices(const struct config_input *in, const struct vm_config *vm_config,
                           FILE *out)
{
    for (uint32_t i = 0; i < vm_config->device_count; i++) {
        const struct hyp_device *device =
            config_find_device(in->platform, vm_config->devices[i].name);
        print_range(out, "  device     gpa", vm_config->devices[i].gpa, device->size);
        print_range(out, "  hpa", device->hpa, device->size);
        fprintf(out, "  %s", device->name);
        for (uint32_t k = 0; k < hyp_device_irq_count(device); k++) {
            fprintf(out, "%s %u", k == 0 ? ", interrupt" : ",", device->irq[k]);
        }
        fprintf(out, "%s\n", device->dma && !device->iommu ? ", DMA NOT CONTAINED" : "");
    }
    if (vm_config->console.kind == VM_CONSOLE_VUART) {
        print_range(out, "  console    gpa", vm_config->console.gpa, HYP_PAGE_SIZE);
        fprintf(out, "  virtual UART, interrupt %u\n", vm_config->console.irq);
    } else if (vm_config->console.kind == VM_CONSOLE_SBI) {
        fprintf(out, "  console    SBI\n");
    }
}

static void report_vm(const struct config_input *in, const struct config_plan *plan,
                      const struct vm_config *whole, uint32_t vm, FILE *out)
{
    const struct vm_config *vm_config = &in->config->vms[vm];
    fprintf(out, "\nvm %s: %s%s\n", vm_config->name,
            config_vm_is_contained(in, vm) ? "contained" : "NOT CONTAINED: trusted with DMA",
            vm_config->real_time ? ", real-time" : "");
    fprintf(out, "  harts     ");
    for (uint64_t left = plan->harts[vm]; left != 0; left &= left - 1) {
        fprintf(out, " %u", bits_first(left));
    }
    fprintf(out, "%s\n", vm_config->allow_fewer_vcpus ? " (fewer allowed)" : "");
    report_mem(plan, vm_config, vm, out);
    report_blob(vm_config, "kernel", &vm_config->kernel, out);
    report_blob(vm_config, "initrd", &vm_config->initrd, out);
    if (vm_config->dtb_gpa != 0) {
        print_range(out, "  devicetree gpa", vm_config->dtb_gpa, vm_config->dtb_max_size);
        fprintf(out, "\n");
    }
    report_devices(in, vm_config, out);
    report_irqcs(vm_config, whole, out);
    if (vm_config->exits_after_boot.grace_s != 0) {
        fprintf(out, "  exits      at most %" PRIu64 ", from %u s on\n",
                vm_config->exits_after_boot.max_exits, vm_config->exits_after_boot.grace_s);
    }
}

/* Prints which VM pays for the work of the console hart, on a machine with the harts of `in`. */
static void report_console_hart(const struct config_input *in, const struct config_plan *plan,
                                FILE *out)
{
    uint32_t hart = config_console_hart(in, plan, 0);
    uint32_t vm = hart == CONFIG_NO_HART ? 0 : config_vm_of_hart(in, plan, hart);
    if (hart == CONFIG_NO_HART) {
        fprintf(out, "none: real-time VMs have all harts\n");
    } else if (vm == in->config->vm_count) {
        fprintf(out, "hart %u: nobody pays, it is no VM's\n", hart);
    } else {
        fprintf(out, "hart %u: vm %s pays, for at most %u bytes of others a millisecond\n", hart,
                in->config->vms[vm].name, CONFIG_CONSOLE_BYTES);
    }
}

/* hyp_platform.hart_count is a maximum: some machines may have the harts of VMs alone. */
static void report_console(const struct config_input *in, const struct config_plan *plan, FILE *out)
{
    uint64_t harts = 0;
    for (uint32_t vm = 0; vm < in->config->vm_count; vm++) {
        harts |= plan->harts[vm];
    }
    struct config_machine least = {.hart_count = 0};
    for (; harts != 0; harts >>= 1) {
        least.hart_count++;
    }
    fprintf(out, "console      ");
    report_console_hart(in, plan, out);
    if (least.hart_count < in->platform->hart_count) {
        struct config_input small = *in;
        small.machine = &least;
        fprintf(out, "             on a machine of %u harts: ", least.hart_count);
        report_console_hart(&small, plan, out);
    }
    if (in->config->log_waits) {
        fprintf(out, "             silent while a VM owns its UART\n");
    }
}

void tool_write_report(const struct config_input *in, const struct config_plan *plan,
                       const struct hyp_config *whole, FILE *out)
{
    struct hyp_mem own = config_hypervisor_mem(in);
    fprintf(out, "configuration %s on platform %s\n\n", in->config->name, in->platform->name);
    print_range(out, "firmware     hpa", in->platform->firmware.hpa, in->platform->firmware.size);
    print_range(out, "\nhypervisor   hpa", own.hpa, own.size);
    fprintf(out, "\npool         %" PRIu64 " bytes, %" PRIu64 " needed\n", in->config->pool_size,
            plan->pool_need);
    report_console(in, plan, out);
    for (uint32_t vm = 0; vm < in->config->vm_count; vm++) {
        report_vm(in, plan, &whole->vms[vm], vm, out);
    }
}
