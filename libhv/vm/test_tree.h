/* SPDX-License-Identifier: Apache-2.0 */
/* The device tree that a build makes for "guest": two vCPUs, two devices, seeds, an initrd. */
#pragma once

#include <libfdt.h>

#include "libhv/vm/test_vms.h"

#define TEST_TREE_SIZE 8192
#define TEST_ARGS_ROOM 64

static _Alignas(8) uint8_t test_tree[TEST_TREE_SIZE];
#define TEST_STAMP 0x5eed1234

static struct hyp_dtb_fixup test_fixups[32];

static inline void test_put(const char *name, const void *value, size_t size)
{
    HYP_REQUIRE(fdt_property(test_tree, name, value, (int)size) == 0);
}

static inline void test_put_text(const char *name, const char *text)
{
    test_put(name, text, strlen(text) + 1);
}

static inline void test_put_chosen(void)
{
    static const char args[TEST_ARGS_ROOM] = "built";
    fdt_begin_node(test_tree, "chosen");
    test_put("bootargs", args, sizeof(args));
    test_put("rng-seed", args, GUEST_SEED_RNG_SIZE);
    test_put("kaslr-seed", args, GUEST_SEED_KASLR_SIZE);
    fdt_property_u64(test_tree, "linux,initrd-start", TEST_INITRD);
    fdt_property_u64(test_tree, "linux,initrd-end", TEST_INITRD);
    fdt_end_node(test_tree);
}

static inline void test_put_cpu(const char *name, uint32_t vcpu)
{
    char text[GUEST_ISA_TEXT_SIZE];
    fdt_begin_node(test_tree, name);
    fdt_property_u32(test_tree, "reg", vcpu);
    test_put("riscv,isa", text, guest_isa_write(GUEST_ISA_ALL, GUEST_ISA_STRING, text));
    test_put("riscv,isa-extensions", text, guest_isa_write(GUEST_ISA_ALL, GUEST_ISA_NAMES, text));
    test_put_text("mmu-type", "riscv,sv57");
    fdt_property_u32(test_tree, "riscv,cbom-block-size", 1);
    fdt_property_u32(test_tree, "riscv,cbop-block-size", 1);
    fdt_property_u32(test_tree, "riscv,cboz-block-size", 1);
    fdt_end_node(test_tree);
}

static inline void test_put_soc(void)
{
    const fdt32_t contexts[] = {cpu_to_fdt32(1), cpu_to_fdt32(9), cpu_to_fdt32(2), cpu_to_fdt32(9)};
    fdt_begin_node(test_tree, "soc");
    fdt_begin_node(test_tree, "uart");
    fdt_end_node(test_tree);
    fdt_begin_node(test_tree, "disk");
    fdt_end_node(test_tree);
    fdt_begin_node(test_tree, "irqc");
    test_put("interrupts-extended", contexts, sizeof(contexts));
    fdt_property_u32(test_tree, "riscv,num-ids", 63);
    fdt_end_node(test_tree);
    fdt_end_node(test_tree);
}

/* Bytes of the property `name` of that node, or of the node where it is NULL. */
static inline int test_token_size(int node, const char *name)
{
    int depth = 0;
    int end = node;
    int length = 0;
    if (name != NULL) {
        (void)fdt_getprop(test_tree, node, name, &length);
        return 12 + ((length + 3) & ~3);
    }
    do {
        uint32_t tag = fdt_next_tag(test_tree, end, &end);
        depth += tag == FDT_BEGIN_NODE ? 1 : tag == FDT_END_NODE ? -1 : 0;
    } while (depth > 0);
    return end - node;
}

static inline void test_fix(enum hyp_dtb_fixup_kind kind, uint32_t field, const char *path,
                            const char *name)
{
    int node = fdt_path_offset(test_tree, path);
    const uint8_t *value = name != NULL ? fdt_getprop(test_tree, node, name, NULL) : NULL;
    size_t offset = name != NULL ? (size_t)(value - test_tree) - 12
                                 : fdt_off_dt_struct(test_tree) + (size_t)node;
    test_fixups[t.dtbs[TEST_INDEX].fixup_count++] = (struct hyp_dtb_fixup){
        .offset = (uint16_t)(offset / 4),
        .size = (uint16_t)(test_token_size(node, name) / 4),
        .kind = (uint8_t)kind,
        .field = (uint8_t)field,
    };
}

static inline void test_fix_value(enum hyp_dtb_field field, const char *path, const char *name)
{
    test_fix(HYP_DTB_VALUE, field, path, name);
}

static inline void test_fix_cpu(uint32_t vcpu, const char *path)
{
    test_fix(HYP_DTB_VCPU, vcpu, path, NULL);
    test_fix_value(HYP_DTB_ISA_STRING, path, "riscv,isa");
    test_fix_value(HYP_DTB_ISA_NAMES, path, "riscv,isa-extensions");
    test_fix_value(HYP_DTB_MMU, path, "mmu-type");
    test_fix_value(HYP_DTB_CBOM_BLOCK, path, "riscv,cbom-block-size");
    test_fix_value(HYP_DTB_CBOP_BLOCK, path, "riscv,cbop-block-size");
    test_fix_value(HYP_DTB_CBOZ_BLOCK, path, "riscv,cboz-block-size");
}

/* Lists the fixups in the order of the tree. */
static inline void test_list_fixups(void)
{
    t.dtbs[TEST_INDEX] = (struct hyp_dtb){.data = test_tree,
                                          .size = fdt_totalsize(test_tree),
                                          .stamp = TEST_STAMP,
                                          .fixups = test_fixups,
                                          .imsics = true};
    test_fix(HYP_DTB_STAMP, 0, "/", "stamp");
    test_fix_value(HYP_DTB_BOOTARGS, "/chosen", "bootargs");
    test_fix_value(HYP_DTB_RNG_SEED, "/chosen", "rng-seed");
    test_fix_value(HYP_DTB_KASLR_SEED, "/chosen", "kaslr-seed");
    test_fix_value(HYP_DTB_INITRD_START, "/chosen", "linux,initrd-start");
    test_fix_value(HYP_DTB_INITRD_END, "/chosen", "linux,initrd-end");
    test_fix_value(HYP_DTB_TIMEBASE, "/cpus", "timebase-frequency");
    test_fix_cpu(0, "/cpus/cpu@0");
    test_fix_cpu(1, "/cpus/cpu@1");
    test_fix(HYP_DTB_DEVICE, 0, "/soc/uart", NULL);
    test_fix(HYP_DTB_DEVICE, 1, "/soc/disk", NULL);
    test_fix(HYP_DTB_CONTEXTS, 0, "/soc/irqc", "interrupts-extended");
    test_fix_value(HYP_DTB_IMSIC_IDS, "/soc/irqc", "riscv,num-ids");
}

/* Makes the tree, with `more` bytes that nobody reads. */
static inline void test_make_tree(size_t more)
{
    static const uint8_t zeroes[TEST_TREE_SIZE];
    memset(test_tree, 0, sizeof(test_tree));
    fdt_create(test_tree, TEST_TREE_SIZE);
    fdt_finish_reservemap(test_tree);
    fdt_begin_node(test_tree, "");
    fdt_property_u32(test_tree, "stamp", TEST_STAMP);
    test_put("more", zeroes, more);
    test_put_chosen();
    fdt_begin_node(test_tree, "cpus");
    fdt_property_u32(test_tree, "timebase-frequency", 1);
    test_put_cpu("cpu@0", 0);
    test_put_cpu("cpu@1", 1);
    fdt_end_node(test_tree);
    test_put_soc();
    fdt_end_node(test_tree);
    HYP_REQUIRE(fdt_finish(test_tree) == 0);
    test_list_fixups();
}

/* Returns the tree in the guest's memory. */
static inline const void *test_guest_tree(void)
{
    return test_ram + (TEST_DTB - TEST_RAM);
}

/* NULL: it has no such property. */
static inline const void *test_guest_prop(const char *path, const char *name, int *size)
{
    const void *tree = test_guest_tree();
    return fdt_getprop(tree, fdt_path_offset(tree, path), name, size);
}

static inline uint32_t test_guest_cell(const char *path, const char *name)
{
    const void *value = test_guest_prop(path, name, NULL);
    HYP_REQUIRE(value != NULL);
    return fdt32_ld(value);
}
