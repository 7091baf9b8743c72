/* SPDX-License-Identifier: Apache-2.0 */
/* The device tree that a build makes for "guest": two vCPUs, two devices, seeds, an initrd. */
#pragma once

#include <libfdt.h>

#include "libhv/vm/test_vms.h"

#define TEST_TREE_SIZE 8192
#define TEST_ARGS_ROOM 64

static _Alignas(8) uint8_t test_tree[TEST_TREE_SIZE];
static struct hyp_dtb_places test_places;
static uint16_t test_device_nodes[3];

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

static inline uint16_t test_value_of(const char *path, const char *name)
{
    const uint8_t *value = fdt_getprop(test_tree, fdt_path_offset(test_tree, path), name, 0);
    HYP_REQUIRE(value != NULL);
    return (uint16_t)((value - test_tree) / 4);
}

static inline uint16_t test_node_of(const char *path)
{
    int node = fdt_path_offset(test_tree, path);
    HYP_REQUIRE(node > 0);
    return (uint16_t)((fdt_off_dt_struct(test_tree) + (uint32_t)node) / 4);
}

static inline void test_find_places(void)
{
    test_device_nodes[0] = test_node_of("/soc/uart");
    test_device_nodes[1] = test_node_of("/soc/disk");
    test_device_nodes[2] = test_node_of("/soc/irqc");
    test_places = (struct hyp_dtb_places){
        .timebase = test_value_of("/cpus", "timebase-frequency"),
        .bootargs = test_value_of("/chosen", "bootargs"),
        .initrd = test_value_of("/chosen", "linux,initrd-start"),
        .rng_seed = test_value_of("/chosen", "rng-seed"),
        .contexts = test_value_of("/soc/irqc", "interrupts-extended"),
        .imsic_ids = test_value_of("/soc/irqc", "riscv,num-ids"),
        .cpu = test_node_of("/cpus/cpu@0"),
        .cpu_size = (uint16_t)(test_node_of("/cpus/cpu@1") - test_node_of("/cpus/cpu@0")),
        .cbom = test_value_of("/cpus/cpu@0", "riscv,cbom-block-size"),
        .cbop = test_value_of("/cpus/cpu@0", "riscv,cbop-block-size"),
        .cboz = test_value_of("/cpus/cpu@0", "riscv,cboz-block-size"),
        .isa = test_value_of("/cpus/cpu@0", "riscv,isa"),
        .isa_names = test_value_of("/cpus/cpu@0", "riscv,isa-extensions"),
        .mmu = test_value_of("/cpus/cpu@0", "mmu-type"),
        .cpu_count = 2,
        .device_count = 2,
        .stdout_device = UINT8_MAX,
        .device = test_device_nodes,
    };
    test_places.cpu_same = (uint16_t)(test_places.isa - 3);
    test_places.cpu_same_size = (uint16_t)((test_places.cboz + 1 - test_places.cpu_same) * 4);
}

/* `more` bytes of it are of no use. */
static inline void test_make_tree(size_t more)
{
    static const uint8_t zeroes[TEST_TREE_SIZE];
    memset(test_tree, 0, sizeof(test_tree));
    fdt_create(test_tree, TEST_TREE_SIZE);
    fdt_finish_reservemap(test_tree);
    fdt_begin_node(test_tree, "");
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
    test_find_places();
    t.dtbs[TEST_INDEX] = (struct hyp_dtb){test_tree, fdt_totalsize(test_tree), &test_places};
}

/* What the guest finds in its memory. */
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
