/* SPDX-License-Identifier: Apache-2.0 */
/* Where a generated device tree is narrowed, found by libfdt in the finished tree. */
#include "tool.h"

#include <hyp/base/bits.h>
#include <hyp/vm/guest_seed.h>

#include <libfdt.h>
#include <string.h>

_Static_assert(TOOL_DTB_ROOM / 4 - 1 <= UINT16_MAX, "a place is a number of words in 16 bits");

static uint16_t place_of(const void *tree, const void *what)
{
    return (uint16_t)(((const uint8_t *)what - (const uint8_t *)tree) / 4);
}

static uint16_t value_place(const void *tree, int node, const char *name)
{
    const void *value = fdt_getprop(tree, node, name, NULL);
    return value == NULL ? 0 : place_of(tree, value);
}

/* Of a token at `offset` in the structure block. */
static uint16_t token_place(const void *tree, int offset)
{
    return (uint16_t)((fdt_off_dt_struct(tree) + (uint32_t)offset) / 4);
}

static uint16_t node_end(const void *tree, int node)
{
    int depth = 0;
    int next = node;
    do {
        uint32_t tag = fdt_next_tag(tree, next, &next);
        depth += tag == FDT_BEGIN_NODE ? 1 : tag == FDT_END_NODE ? -1 : 0;
    } while (depth > 0);
    return token_place(tree, next);
}

/* From the first to the last of the properties that are narrowed. */
static bool find_in_first_cpu(const void *tree, int cpu, struct hyp_dtb_places *p)
{
    p->cbom = value_place(tree, cpu, "riscv,cbom-block-size");
    p->cbop = value_place(tree, cpu, "riscv,cbop-block-size");
    p->cboz = value_place(tree, cpu, "riscv,cboz-block-size");
    p->isa = value_place(tree, cpu, "riscv,isa");
    p->isa_names = value_place(tree, cpu, "riscv,isa-extensions");
    p->mmu = value_place(tree, cpu, "mmu-type");
    const uint16_t all[] = {p->cbom, p->cbop, p->cboz, p->isa, p->isa_names, p->mmu};
    uint16_t last = 0;
    p->cpu_same = UINT16_MAX;
    for (size_t i = 0; i < ARRAY_COUNT(all); i++) {
        if (all[i] == 0) {
            return false;
        }
        const fdt32_t *value = (const fdt32_t *)tree + all[i];
        uint16_t end = (uint16_t)(all[i] + (fdt32_to_cpu(value[-2]) + 3) / 4);
        p->cpu_same = all[i] - 3 < p->cpu_same ? (uint16_t)(all[i] - 3) : p->cpu_same;
        last = end > last ? end : last;
    }
    p->cpu_same_size = (uint16_t)((last - p->cpu_same) * 4);
    return true;
}

/* All nodes are the first again, but for what is outside of the narrowed properties. */
static bool find_cpus(const void *tree, struct hyp_dtb_places *p)
{
    const fdt32_t *words = tree;
    int cpu;
    fdt_for_each_subnode(cpu, tree, fdt_path_offset(tree, "/cpus"))
    {
        uint16_t begin = token_place(tree, cpu);
        uint16_t size = (uint16_t)(node_end(tree, cpu) - begin);
        if (p->cpu_count == 0) {
            p->cpu = begin;
            p->cpu_size = size;
            if (!find_in_first_cpu(tree, cpu, p)) {
                return false;
            }
        }
        uint32_t behind_first = (uint32_t)p->cpu_count * p->cpu_size;
        if (size != p->cpu_size || begin != p->cpu + behind_first ||
            memcmp(words + p->cpu_same + behind_first, words + p->cpu_same, p->cpu_same_size) !=
                0) {
            return false;
        }
        p->cpu_count++;
    }
    return true;
}

/* The VM's devices are the first in /soc. */
static bool find_devices(const struct vm_config *vm, const void *tree, struct tool_places *found)
{
    struct hyp_dtb_places *p = &found->places;
    int chosen = fdt_path_offset(tree, "/chosen");
    p->stdout_device = UINT8_MAX;
    const char *path = fdt_getprop(tree, chosen, "stdout-path", NULL);
    int stdout_node = path != NULL ? fdt_path_offset(tree, path) : -1;
    int node;
    fdt_for_each_subnode(node, tree, fdt_path_offset(tree, "/soc"))
    {
        const void *reg = fdt_getprop(tree, node, "reg", NULL);
        if (p->device_count == vm->device_count) {
            break;
        }
        if (reg == NULL || fdt64_ld(reg) != vm->devices[p->device_count].gpa) {
            return false;
        }
        if (node == stdout_node) {
            p->stdout = value_place(tree, chosen, "stdout-path");
            p->stdout_device = p->device_count;
        }
        found->device[p->device_count++] = token_place(tree, node);
        found->device[p->device_count] = node_end(tree, node);
    }
    p->device = found->device;
    return p->device_count == vm->device_count;
}

static bool find_chosen(const void *tree, struct hyp_dtb_places *p)
{
    int chosen = fdt_path_offset(tree, "/chosen");
    p->bootargs = value_place(tree, chosen, "bootargs");
    p->initrd = value_place(tree, chosen, "linux,initrd-start");
    uint16_t end = value_place(tree, chosen, "linux,initrd-end");
    p->rng_seed = value_place(tree, chosen, "rng-seed");
    return p->bootargs != 0 && end == (p->initrd == 0 ? 0 : p->initrd + 5) && p->rng_seed != 0 &&
           value_place(tree, chosen, "kaslr-seed") == p->rng_seed + GUEST_SEED_RNG_SIZE / 4 + 3;
}

/* There is one list of contexts: an APLIC that sends to IMSICs has none. */
static void find_irqc(const struct vm_config *vm, const void *tree, struct hyp_dtb_places *p)
{
    static const char *const holder[] = {[HYP_IRQC_PLIC] = "riscv,plic0",
                                         [HYP_IRQC_APLIC] = "riscv,aplic",
                                         [HYP_IRQC_IMSIC] = "riscv,imsics"};
    if (vm->irqc.model != HYP_IRQC_NONE) {
        int node = fdt_node_offset_by_compatible(tree, -1, holder[vm->irqc.model]);
        p->contexts = value_place(tree, node, "interrupts-extended");
        p->imsic_ids = value_place(tree, node, "riscv,num-ids");
    }
}

bool tool_find_places(const struct vm_config *vm, const void *tree, struct tool_places *found)
{
    struct hyp_dtb_places *p = &found->places;
    memset(found, 0, sizeof(*found));
    p->timebase = value_place(tree, fdt_path_offset(tree, "/cpus"), "timebase-frequency");
    find_irqc(vm, tree, p);
    return find_chosen(tree, p) && find_cpus(tree, p) && find_devices(vm, tree, found) &&
           p->timebase != 0 && p->cpu_count == vm->vcpu_count;
}

void tool_write_places(const struct hyp_dtb_places *p, uint32_t index, FILE *out)
{
    fprintf(out, "static const uint16_t dtb_places_%u_device[] = {", index);
    for (uint32_t i = 0; i <= p->device_count; i++) {
        fprintf(out, "%s%u", i == 0 ? "" : ", ", p->device[i]);
    }
    fprintf(out, "};\n\nstatic const struct hyp_dtb_places dtb_places_%u = {\n", index);
    fprintf(out, "    .timebase = %u,\n    .bootargs = %u,\n    .initrd = %u,\n", p->timebase,
            p->bootargs, p->initrd);
    fprintf(out, "    .rng_seed = %u,\n    .stdout = %u,\n    .contexts = %u,\n", p->rng_seed,
            p->stdout, p->contexts);
    fprintf(out, "    .imsic_ids = %u,\n", p->imsic_ids);
    fprintf(out, "    .cpu = %u,\n    .cpu_size = %u,\n", p->cpu, p->cpu_size);
    fprintf(out, "    .cpu_same = %u,\n    .cpu_same_size = %u,\n", p->cpu_same, p->cpu_same_size);
    fprintf(out, "    .cbom = %u,\n    .cbop = %u,\n    .cboz = %u,\n", p->cbom, p->cbop, p->cboz);
    fprintf(out, "    .isa = %u,\n    .isa_names = %u,\n    .mmu = %u,\n", p->isa, p->isa_names,
            p->mmu);
    fprintf(out, "    .cpu_count = %u,\n    .device_count = %u,\n    .stdout_device = %u,\n",
            p->cpu_count, p->device_count, p->stdout_device);
    fprintf(out, "    .device = dtb_places_%u_device,\n};\n\n", index);
}
