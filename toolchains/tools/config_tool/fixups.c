/* SPDX-License-Identifier: Apache-2.0 */
/* Lists what boot changes in a generated device tree. */
#include "tool.h"

#include <hyp/base/bits.h>

#include <libfdt.h>
#include <stdlib.h>
#include <string.h>

_Static_assert(TOOL_DTB_ROOM / 4 - 1 <= UINT16_MAX, "an offset is a number of words in 16 bits");

struct finder {
    const struct vm_config *vm;
    const void *tree;
    struct tool_fixups *found;
    bool complete; /* Nothing was missing so far. */
};

static void add_fixup(struct finder *fixups, int begin, int end, enum hyp_dtb_fixup_kind kind,
                      uint32_t field)
{
    fixups->complete = fixups->complete && fixups->found->count < TOOL_FIXUPS_MAX;
    if (fixups->complete) {
        fixups->found->list[fixups->found->count++] = (struct hyp_dtb_fixup){
            .offset = (uint16_t)((fdt_off_dt_struct(fixups->tree) + (uint32_t)begin) / 4),
            .size = (uint16_t)((end - begin) / 4),
            .kind = (uint8_t)kind,
            .field = (uint8_t)field,
        };
    }
}

static void add_node(struct finder *fixups, int node, enum hyp_dtb_fixup_kind kind, uint32_t field)
{
    int depth = 0;
    int end = node;
    do {
        uint32_t tag = fdt_next_tag(fixups->tree, end, &end);
        depth += tag == FDT_BEGIN_NODE ? 1 : tag == FDT_END_NODE ? -1 : 0;
    } while (depth > 0);
    add_fixup(fixups, node, end, kind, field);
}

static void add_property(struct finder *fixups, int node, const char *name,
                         enum hyp_dtb_fixup_kind kind, uint32_t field)
{
    int property;
    fdt_for_each_property_offset(property, fixups->tree, node)
    {
        const char *own = NULL;
        int end;
        if (fdt_getprop_by_offset(fixups->tree, property, &own, NULL) != NULL &&
            strcmp(own, name) == 0) {
            (void)fdt_next_tag(fixups->tree, property, &end);
            add_fixup(fixups, property, end, kind, field);
            return;
        }
    }
    fixups->complete = false;
}

static void add_value(struct finder *fixups, int node, const char *name, enum hyp_dtb_field field)
{
    add_property(fixups, node, name, HYP_DTB_VALUE, field);
}

static void find_cpus(struct finder *fixups)
{
    int cpus = fdt_path_offset(fixups->tree, "/cpus");
    uint32_t vcpu = 0;
    int cpu;
    add_value(fixups, cpus, "timebase-frequency", HYP_DTB_TIMEBASE);
    fdt_for_each_subnode(cpu, fixups->tree, cpus)
    {
        add_node(fixups, cpu, HYP_DTB_VCPU, vcpu++);
        add_value(fixups, cpu, "riscv,cbom-block-size", HYP_DTB_CBOM_BLOCK);
        add_value(fixups, cpu, "riscv,cbop-block-size", HYP_DTB_CBOP_BLOCK);
        add_value(fixups, cpu, "riscv,cboz-block-size", HYP_DTB_CBOZ_BLOCK);
        add_value(fixups, cpu, "riscv,isa", HYP_DTB_ISA_STRING);
        add_value(fixups, cpu, "riscv,isa-extensions", HYP_DTB_ISA_NAMES);
        add_value(fixups, cpu, "mmu-type", HYP_DTB_MMU);
    }
    fixups->complete = fixups->complete && vcpu == fixups->vm->vcpu_count;
}

/* The VM's devices are the first in /soc. */
static void find_devices(struct finder *fixups)
{
    int chosen = fdt_path_offset(fixups->tree, "/chosen");
    const char *path = fdt_getprop(fixups->tree, chosen, "stdout-path", NULL);
    int stdout_node = path != NULL ? fdt_path_offset(fixups->tree, path) : -1;
    uint32_t i = 0;
    int node;
    fdt_for_each_subnode(node, fixups->tree, fdt_path_offset(fixups->tree, "/soc"))
    {
        const void *reg = fdt_getprop(fixups->tree, node, "reg", NULL);
        if (i == fixups->vm->device_count || reg == NULL ||
            fdt64_ld(reg) != fixups->vm->devices[i].gpa) {
            break;
        }
        if (node == stdout_node) {
            add_property(fixups, chosen, "stdout-path", HYP_DTB_DEVICE, i);
        }
        add_node(fixups, node, HYP_DTB_DEVICE, i++);
    }
    fixups->complete = fixups->complete && i == fixups->vm->device_count;
}

static void find_chosen(struct finder *fixups)
{
    int chosen = fdt_path_offset(fixups->tree, "/chosen");
    add_value(fixups, chosen, "bootargs", HYP_DTB_BOOTARGS);
    add_value(fixups, chosen, "rng-seed", HYP_DTB_RNG_SEED);
    add_value(fixups, chosen, "kaslr-seed", HYP_DTB_KASLR_SEED);
    if (fixups->vm->initrd.name != NULL) {
        add_value(fixups, chosen, "linux,initrd-start", HYP_DTB_INITRD_START);
        add_value(fixups, chosen, "linux,initrd-end", HYP_DTB_INITRD_END);
    }
}

/* There is one list of contexts: an APLIC that sends to IMSICs has none. */
static void find_irqc(struct finder *fixups)
{
    static const char *const holder[] = {[HYP_IRQC_PLIC] = "riscv,plic0",
                                         [HYP_IRQC_APLIC] = "riscv,aplic",
                                         [HYP_IRQC_IMSIC] = "riscv,imsics"};
    enum hyp_irqc_model model = fixups->vm->irqc.model;
    if (model == HYP_IRQC_NONE) {
        return;
    }
    int node = fdt_node_offset_by_compatible(fixups->tree, -1, holder[model]);
    add_property(fixups, node, "interrupts-extended", HYP_DTB_CONTEXTS, 0);
    if (model == HYP_IRQC_IMSIC) {
        add_value(fixups, node, "riscv,num-ids", HYP_DTB_IMSIC_IDS);
    }
}

static int by_offset(const void *a, const void *b)
{
    const struct hyp_dtb_fixup *x = a;
    const struct hyp_dtb_fixup *y = b;
    return x->offset - y->offset;
}

/* FNV-1a. */
static uint32_t add_bytes(uint32_t hash, const void *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        hash = (hash ^ ((const uint8_t *)bytes)[i]) * 0x01000193u;
    }
    return hash;
}

bool tool_find_fixups(const struct vm_config *vm, void *tree, struct tool_fixups *found,
                      struct hyp_dtb *dtb)
{
    struct finder fixups = {.vm = vm, .tree = tree, .found = found, .complete = true};
    found->count = 0;
    add_property(&fixups, 0, TOOL_STAMP, HYP_DTB_STAMP, 0);
    find_chosen(&fixups);
    find_cpus(&fixups);
    find_devices(&fixups);
    find_irqc(&fixups);
    qsort(found->list, found->count, sizeof(found->list[0]), by_offset);
    uint32_t stamp = add_bytes(0x811c9dc5u, tree, fdt_totalsize(tree));
    stamp = add_bytes(stamp, found->list, found->count * sizeof(found->list[0]));
    *dtb = (struct hyp_dtb){
        .data = tree,
        .size = fdt_totalsize(tree),
        .stamp = stamp,
        .fixups = found->list,
        .fixup_count = found->count,
        .imsics = vm->irqc.model == HYP_IRQC_IMSIC,
    };
    return fixups.complete && fdt_setprop_inplace_u32(tree, 0, TOOL_STAMP, stamp) == 0;
}
