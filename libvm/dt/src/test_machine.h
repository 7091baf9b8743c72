/* SPDX-License-Identifier: Apache-2.0 */
/* The device tree of a machine, written by libfdt a node at a time. */
#pragma once

#include <hyp/vm/machine.h>

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>
#include <libfdt.h>

static _Alignas(8) uint8_t tree[16384];
static struct machine m;

static inline void put(const char *name, const void *value, int size)
{
    assert_int_equal(fdt_property(tree, name, value, size), 0);
}

static inline void put_text(const char *name, const char *text)
{
    put(name, text, (int)strlen(text) + 1);
}

static inline void begin(void)
{
    memset(tree, 0, sizeof(tree));
    fdt_create(tree, sizeof(tree));
}

static inline void begin_root(void)
{
    fdt_finish_reservemap(tree);
    fdt_begin_node(tree, "");
    fdt_property_u32(tree, "#address-cells", 2);
    fdt_property_u32(tree, "#size-cells", 2);
}

/* Extensions that "i" in a string stands for besides itself. */
#define STRING_I \
    (BIT(GUEST_ISA_ZICNTR) | BIT(GUEST_ISA_ZICSR) | BIT(GUEST_ISA_ZIFENCEI) | BIT(GUEST_ISA_ZIHPM))

/* Blanks between names make it a list. */
static inline void put_isa(const char *isa)
{
    char list[64];
    if (strchr(isa, ' ') == NULL) {
        put_text("riscv,isa", isa);
        return;
    }
    size_t size = strlen(isa) + 1;
    for (size_t i = 0; i < size; i++) {
        list[i] = (char)(isa[i] == ' ' ? 0 : isa[i]);
    }
    put("riscv,isa-extensions", list, (int)size);
}

static inline void put_cpu(uint32_t id, const char *isa, uint32_t block)
{
    fdt_begin_node(tree, "cpu");
    put_text("device_type", "cpu");
    fdt_property_u32(tree, "reg", id);
    put_isa(isa);
    put_text("mmu-type", "riscv,sv57");
    if (block != 0) {
        fdt_property_u32(tree, "riscv,cbom-block-size", block);
        fdt_property_u32(tree, "riscv,cbop-block-size", block);
        fdt_property_u32(tree, "riscv,cboz-block-size", block);
    }
    fdt_begin_node(tree, "interrupt-controller");
    put_text("compatible", "riscv,cpu-intc");
    fdt_property_u32(tree, "phandle", 100 + id);
    fdt_end_node(tree);
    fdt_end_node(tree);
}

static inline void begin_cpus(void)
{
    fdt_begin_node(tree, "cpus");
    fdt_property_u32(tree, "#address-cells", 1);
    fdt_property_u32(tree, "#size-cells", 0);
    fdt_property_u32(tree, "timebase-frequency", 1000);
}

static inline void one_cpu(const char *isa, uint32_t block)
{
    begin_cpus();
    put_cpu(0, isa, block);
    fdt_end_node(tree);
}

static inline enum hyp_status finish(void)
{
    fdt_end_node(tree);
    assert_int_equal(fdt_finish(tree), 0);
    return machine_read(&m, tree, sizeof(tree));
}

static inline void put_memory(uint64_t start, uint64_t size, const char *status)
{
    const fdt64_t reg[] = {cpu_to_fdt64(start), cpu_to_fdt64(size)};
    fdt_begin_node(tree, "memory");
    put("reg", reg, sizeof(reg));
    put_text("device_type", "memory");
    if (status != NULL) {
        put_text("status", status);
    }
    fdt_end_node(tree);
}
