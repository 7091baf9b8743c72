/* SPDX-License-Identifier: Apache-2.0 */
/* Makes a guest's device tree, the most that it can have; guest_dt_apply() removes at boot. */
#include "tool.h"

#include <hyp/base/bits.h>
#include <hyp/vm/guest_isa.h>
#include <hyp/vm/guest_seed.h>

#include <inttypes.h>
#include <libfdt.h>
#include <string.h>

/* Interrupts of a hart (RISC-V Privileged, "mcause"): external ones of M and S. */
#define IRQ_M_EXT 11
#define IRQ_S_EXT 9

#define CACHE_BLOCK 64

/* Interrupt identities of an IMSIC: as on QEMU's virt machine. */
#define IMSIC_IDS 255

/* Types of interrupts at an APLIC. */
#define EDGE_RISING 1
#define LEVEL_HIGH 4

struct tree {
    void *fdt;
    int error; /* The first error; later calls do nothing. */
    const struct config_input *in;
    const struct vm_config *vm;
};

static void keep(struct tree *tree, int error)
{
    tree->error = tree->error != 0 ? tree->error : error;
}

static void begin(struct tree *tree, const char *name)
{
    keep(tree, fdt_begin_node(tree->fdt, name));
}

static void begin_at(struct tree *tree, const char *name, uint64_t unit)
{
    char text[64];
    snprintf(text, sizeof(text), "%.40s@%" PRIx64, name, unit);
    begin(tree, text);
}

static void end(struct tree *tree)
{
    keep(tree, fdt_end_node(tree->fdt));
}

static void put(struct tree *tree, const char *name, const void *value, size_t size)
{
    keep(tree, fdt_property(tree->fdt, name, value, (int)size));
}

static void put_u32(struct tree *tree, const char *name, uint32_t value)
{
    keep(tree, fdt_property_u32(tree->fdt, name, value));
}

static void put_u64(struct tree *tree, const char *name, uint64_t value)
{
    keep(tree, fdt_property_u64(tree->fdt, name, value));
}

static void put_text(struct tree *tree, const char *name, const char *value)
{
    put(tree, name, value, strlen(value) + 1);
}

static void put_reg(struct tree *tree, uint64_t base, uint64_t size)
{
    const fdt64_t reg[] = {cpu_to_fdt64(base), cpu_to_fdt64(size)};
    put(tree, "reg", reg, sizeof(reg));
}

static uint32_t intc_phandle(uint32_t vcpu)
{
    return HYP_DTB_INTC + vcpu;
}

static uint32_t irqc_phandle(const struct vm_config *vm)
{
    return intc_phandle(vm->vcpu_count);
}

static uint32_t imsics_phandle(const struct vm_config *vm)
{
    return irqc_phandle(vm) + 1;
}

static bool has_imsics(const struct vm_config *vm)
{
    return vm->irqc.model == HYP_IRQC_IMSIC;
}

/* Returns the name of the node that the binding recommends. */
static const char *node_name(const struct hyp_device *device)
{
    static const struct {
        const char *compatible;
        const char *name;
    } known[] = {
        {"ns16550a", "serial"},
        {"google,goldfish-rtc", "rtc"},
        {"virtio,mmio", "virtio_mmio"},
    };
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        if (strcmp(known[i].compatible, device->compatible) == 0) {
            return known[i].name;
        }
    }
    return device->name;
}

/* ---- /chosen, /memory, /cpus ---- */

/* Finds the first UART that the guest sees: its virtual one, or a passed-through one. */
static bool stdout_gpa(const struct tree *tree, uint64_t *gpa)
{
    const struct vm_config *vm = tree->vm;
    *gpa = vm->console.gpa;
    if (vm->console.kind == VM_CONSOLE_VUART) {
        return true;
    }
    for (uint32_t i = 0; i < vm->device_count; i++) {
        const struct hyp_device *device =
            config_find_device(tree->in->platform, vm->devices[i].name);
        if (strcmp(device->compatible, "ns16550a") == 0) {
            *gpa = vm->devices[i].gpa;
            return true;
        }
    }
    return false;
}

static void put_chosen(struct tree *tree)
{
    const struct vm_config *vm = tree->vm;
    static const uint8_t none[GUEST_SEED_RNG_SIZE];
    char bootargs[CONFIG_BOOTARGS_SIZE] = "";
    char path[64];
    uint64_t uart;
    if (vm->bootargs != NULL) {
        memcpy(bootargs, vm->bootargs, strlen(vm->bootargs));
    }
    begin(tree, "chosen");
    put(tree, "bootargs", bootargs, sizeof(bootargs));
    if (vm->initrd.name != NULL) {
        put_u64(tree, "linux,initrd-start", vm->initrd.gpa);
        put_u64(tree, "linux,initrd-end", vm->initrd.gpa + vm->initrd.max_size);
    }
    put(tree, "rng-seed", none, GUEST_SEED_RNG_SIZE);
    put(tree, "kaslr-seed", none, GUEST_SEED_KASLR_SIZE);
    if (stdout_gpa(tree, &uart)) {
        snprintf(path, sizeof(path), "/soc/serial@%" PRIx64, uart);
        put_text(tree, "stdout-path", path);
    }
    end(tree);
}

static void put_memory(struct tree *tree)
{
    for (uint32_t i = 0; i < tree->vm->mem_count; i++) {
        const struct vm_mem *mem = &tree->vm->mem[i];
        /* Memory that cannot be written is no RAM for a kernel's allocator. */
        if (mem->access == 0 || (mem->access & HYP_ACCESS_W) != 0) {
            begin_at(tree, "memory", mem->gpa);
            put_text(tree, "device_type", "memory");
            put_reg(tree, mem->gpa, mem->size);
            end(tree);
        }
    }
}

static void put_cpu(struct tree *tree, uint32_t vcpu)
{
    uint64_t most =
        GUEST_ISA_ALL & ~GUEST_ISA_NEVER & ~(has_imsics(tree->vm) ? 0 : BIT(GUEST_ISA_SSAIA));
    char isa[GUEST_ISA_TEXT_SIZE];
    size_t size;
    begin_at(tree, "cpu", vcpu);
    put_text(tree, "device_type", "cpu");
    put_u32(tree, "reg", vcpu);
    put_text(tree, "status", "okay");
    put_text(tree, "compatible", "riscv");
    put_u32(tree, "riscv,cbom-block-size", CACHE_BLOCK);
    put_u32(tree, "riscv,cbop-block-size", CACHE_BLOCK);
    put_u32(tree, "riscv,cboz-block-size", CACHE_BLOCK);
    size = guest_isa_write(most, GUEST_ISA_NAMES, isa);
    put(tree, "riscv,isa-extensions", isa, size);
    put_text(tree, "riscv,isa-base", "rv64i");
    size = guest_isa_write(most, GUEST_ISA_STRING, isa);
    put(tree, "riscv,isa", isa, size);
    put_text(tree, "mmu-type", "riscv,sv57");
    begin(tree, "interrupt-controller");
    put_u32(tree, "#interrupt-cells", 1);
    put(tree, "interrupt-controller", "", 0);
    put_text(tree, "compatible", "riscv,cpu-intc");
    put_u32(tree, "phandle", intc_phandle(vcpu));
    end(tree);
    end(tree);
}

static void put_cpus(struct tree *tree)
{
    begin(tree, "cpus");
    put_u32(tree, "#address-cells", 1);
    put_u32(tree, "#size-cells", 0);
    put_u32(tree, "timebase-frequency", tree->in->platform->timebase_hz);
    for (uint32_t vcpu = 0; vcpu < tree->vm->vcpu_count; vcpu++) {
        put_cpu(tree, vcpu);
    }
    end(tree);
}

/* ---- /soc ---- */

/* The interrupts that the controller's contexts, or the IMSIC's pages, raise in harts. */
static void put_contexts(struct tree *tree)
{
    const struct vm_irqc *irqc = &tree->vm->irqc;
    fdt32_t contexts[HYP_HART_MAX * 4];
    size_t n = 0;
    for (uint32_t vcpu = 0; vcpu < tree->vm->vcpu_count; vcpu++) {
        if (irqc->model == HYP_IRQC_PLIC && irqc->m_contexts) {
            contexts[n++] = cpu_to_fdt32(intc_phandle(vcpu));
            contexts[n++] = cpu_to_fdt32(IRQ_M_EXT);
        }
        contexts[n++] = cpu_to_fdt32(intc_phandle(vcpu));
        contexts[n++] = cpu_to_fdt32(IRQ_S_EXT);
    }
    put(tree, "interrupts-extended", contexts, n * sizeof(contexts[0]));
}

static void put_plic(struct tree *tree)
{
    static const char compatible[] = "sifive,plic-1.0.0\0riscv,plic0";
    const struct vm_irqc *irqc = &tree->vm->irqc;
    begin_at(tree, "plic", irqc->gpa);
    put_u32(tree, "phandle", irqc_phandle(tree->vm));
    put_u32(tree, "riscv,ndev", irqc->source_count - 1);
    put_reg(tree, irqc->gpa, HYP_PLIC_SIZE);
    put_contexts(tree);
    put(tree, "interrupt-controller", "", 0);
    put(tree, "compatible", compatible, sizeof(compatible));
    put_u32(tree, "#address-cells", 0);
    put_u32(tree, "#interrupt-cells", 1);
    end(tree);
}

static void put_aplic(struct tree *tree)
{
    static const char compatible[] = "qemu,aplic\0riscv,aplic";
    const struct vm_irqc *irqc = &tree->vm->irqc;
    begin_at(tree, "interrupt-controller", irqc->gpa);
    put_u32(tree, "phandle", irqc_phandle(tree->vm));
    put_u32(tree, "riscv,num-sources", irqc->source_count - 1);
    put_reg(tree, irqc->gpa, HYP_APLIC_SIZE);
    if (has_imsics(tree->vm)) {
        put_u32(tree, "msi-parent", imsics_phandle(tree->vm));
    } else {
        put_contexts(tree);
    }
    put(tree, "interrupt-controller", "", 0);
    put(tree, "compatible", compatible, sizeof(compatible));
    put_u32(tree, "#address-cells", 0);
    put_u32(tree, "#interrupt-cells", 2);
    end(tree);
}

static void put_imsics(struct tree *tree)
{
    static const char compatible[] = "qemu,imsics\0riscv,imsics";
    uint64_t gpa = tree->vm->irqc.imsic_gpa;
    begin_at(tree, "interrupt-controller", gpa);
    put_u32(tree, "phandle", imsics_phandle(tree->vm));
    put_u32(tree, "riscv,num-ids", IMSIC_IDS);
    put_reg(tree, gpa, (uint64_t)tree->vm->vcpu_count * HYP_IMSIC_SIZE);
    put_contexts(tree);
    put(tree, "interrupt-controller", "", 0);
    put(tree, "msi-controller", "", 0);
    put(tree, "compatible", compatible, sizeof(compatible));
    put_u32(tree, "#interrupt-cells", 0);
    put_u32(tree, "#msi-cells", 0);
    end(tree);
}

static void put_irqc(struct tree *tree)
{
    switch (tree->vm->irqc.model) {
    case HYP_IRQC_NONE: break;
    case HYP_IRQC_PLIC: put_plic(tree); break;
    case HYP_IRQC_APLIC: put_aplic(tree); break;
    case HYP_IRQC_IMSIC:
        put_imsics(tree);
        put_aplic(tree);
        break;
    }
}

static void put_interrupts(struct tree *tree, const uint32_t *irq, uint32_t count, bool edge)
{
    bool has_kind = tree->vm->irqc.model != HYP_IRQC_PLIC;
    fdt32_t cells[8];
    size_t n = 0;
    for (uint32_t i = 0; i < count; i++) {
        cells[n++] = cpu_to_fdt32(irq[i]);
        if (has_kind) {
            cells[n++] = cpu_to_fdt32(edge ? EDGE_RISING : LEVEL_HIGH);
        }
    }
    if (n != 0 && tree->vm->irqc.model != HYP_IRQC_NONE) {
        put_u32(tree, "interrupt-parent", irqc_phandle(tree->vm));
        put(tree, "interrupts", cells, n * sizeof(cells[0]));
    }
}

static void put_device(struct tree *tree, const struct vm_device *own)
{
    const struct hyp_platform *platform = tree->in->platform;
    const struct hyp_device *device = config_find_device(platform, own->name);
    begin_at(tree, node_name(device), own->gpa);
    put_interrupts(tree, device->irq, hyp_device_irq_count(device), device->irq_edge);
    if (platform->uart.device != NULL && strcmp(platform->uart.device, device->name) == 0) {
        put_u32(tree, "clock-frequency", platform->uart.clock_hz);
        if (platform->uart.reg_shift != 0) {
            put_u32(tree, "reg-shift", platform->uart.reg_shift);
        }
        if (platform->uart.access_width > 1) {
            put_u32(tree, "reg-io-width", platform->uart.access_width);
        }
    }
    put_reg(tree, own->gpa, device->reg_size);
    put_text(tree, "compatible", device->compatible);
    end(tree);
}

static void put_vuart(struct tree *tree)
{
    const struct vm_console *console = &tree->vm->console;
    begin_at(tree, "serial", console->gpa);
    put_interrupts(tree, &console->irq, console->irq != 0 ? 1 : 0, false);
    put_u32(tree, "clock-frequency", 3686400);
    put_reg(tree, console->gpa, HYP_VUART_SIZE);
    put_text(tree, "compatible", "ns16550a");
    end(tree);
}

static void put_soc(struct tree *tree)
{
    begin(tree, "soc");
    put_u32(tree, "#address-cells", 2);
    put_u32(tree, "#size-cells", 2);
    put_text(tree, "compatible", "simple-bus");
    put(tree, "ranges", "", 0);
    for (uint32_t i = 0; i < tree->vm->device_count; i++) {
        put_device(tree, &tree->vm->devices[i]);
    }
    if (tree->vm->console.kind == VM_CONSOLE_VUART) {
        put_vuart(tree);
    }
    if (tree->vm->irqc.model != HYP_IRQC_NONE) {
        put_irqc(tree);
    }
    end(tree);
}

uint32_t tool_make_dtb(const struct config_input *in, uint32_t vm, void *room)
{
    static const char compatible[] = "libhyp,vm\0riscv-virtio";
    struct tree tree = {.fdt = room, .in = in, .vm = &in->config->vms[vm]};
    memset(room, 0, TOOL_DTB_ROOM);
    keep(&tree, fdt_create(room, TOOL_DTB_ROOM));
    keep(&tree, fdt_finish_reservemap(room));
    begin(&tree, "");
    put_u32(&tree, TOOL_STAMP, 0);
    put_u32(&tree, "#address-cells", 2);
    put_u32(&tree, "#size-cells", 2);
    put(&tree, "compatible", compatible, sizeof(compatible));
    put_text(&tree, "model", "libhyp,vm");
    put_chosen(&tree);
    put_memory(&tree);
    put_cpus(&tree);
    put_soc(&tree);
    end(&tree);
    keep(&tree, fdt_finish(room));
    return tree.error == 0 ? fdt_totalsize(room) : 0;
}

void tool_write_devices(const struct config_input *in, FILE *out)
{
    const struct hyp_config *config = in->config;
    for (uint32_t vm = 0; vm < config->vm_count; vm++) {
        fprintf(out, "\nstatic const uint8_t devices_%u[] = {", vm);
        for (uint32_t i = 0; i < config->vms[vm].device_count; i++) {
            fprintf(out, "%td, ", config_device(in, vm, i) - in->platform->devices);
        }
        fprintf(out, "0};\n");
    }
    fprintf(out, "\nconst uint8_t *const hyp_device_index[] = {\n");
    for (uint32_t vm = 0; vm < config->vm_count; vm++) {
        fprintf(out, "    devices_%u,\n", vm);
    }
    fprintf(out, "    0};\n");
}

static void write_fixups(const struct hyp_dtb *dtb, uint32_t index, FILE *out)
{
    fprintf(out, "static const struct hyp_dtb_fixup fixups_%u[] = {", index);
    for (uint32_t i = 0; i < dtb->fixup_count; i++) {
        const struct hyp_dtb_fixup *fixup = &dtb->fixups[i];
        fprintf(out, "%s{%u, %u, %u, %u},", i % 4 == 0 ? "\n    " : " ", fixup->offset, fixup->size,
                fixup->kind, fixup->field);
    }
    fprintf(out, "\n};\n\n");
}

void tool_write_dtbs(const struct hyp_dtb *dtbs, uint32_t count, FILE *out)
{
    fprintf(out, "/* SPDX-License-Identifier: Apache-2.0 */\n"
                 "/* Generated: the guests' device trees, the most that the configuration allows, "
                 "and their fixups. */\n"
                 "#include <hyp/vm/config.h>\n\n");
    for (uint32_t n = 0; n < count; n++) {
        if (dtbs[n].size == 0) {
            continue;
        }
        fprintf(out, "static const _Alignas(8) uint8_t dtb_%u[] = {", n);
        for (uint32_t i = 0; i < dtbs[n].size; i++) {
            fprintf(out, "%s%u,", i % 24 == 0 ? "\n    " : " ", dtbs[n].data[i]);
        }
        fprintf(out, "\n};\n\n");
        write_fixups(&dtbs[n], n, out);
    }
    fprintf(out, "const struct hyp_dtb hyp_dtbs[] = {\n");
    for (uint32_t n = 0; n < count; n++) {
        if (dtbs[n].size != 0) {
            fprintf(out, "    {dtb_%u, sizeof(dtb_%u), 0x%08xu, fixups_%u, %u, %s},\n", n, n,
                    dtbs[n].stamp, n, dtbs[n].fixup_count, dtbs[n].imsics ? "true" : "false");
        } else {
            fprintf(out, "    {.size = 0},\n");
        }
    }
    fprintf(out, "%s};\n", count == 0 ? "    {.size = 0},\n" : "");
}
