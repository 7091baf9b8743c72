/* SPDX-License-Identifier: Apache-2.0 */
/* Device trees of buses within buses, and the machine that is read from them. */
#pragma once

#include <hyp/vm/machine_aia.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <libfdt.h>

static _Alignas(8) uint8_t tree[32768];
static struct machine m;
static struct machine_aia aia;

static inline void put_text(const char *name, const char *text)
{
    fdt_property(tree, name, text, (int)strlen(text) + 1);
}

static inline void put_cells(const char *name, const uint32_t *cells, uint32_t count)
{
    fdt32_t value[32];
    for (uint32_t i = 0; i < count; i++) {
        value[i] = cpu_to_fdt32(cells[i]);
    }
    fdt_property(tree, name, value, 4 * (int)count);
}

#define PUT(name, ...)                               \
    put_cells(name, (const uint32_t[]){__VA_ARGS__}, \
              sizeof((const uint32_t[]){__VA_ARGS__}) / sizeof(uint32_t))

static inline void begin(void)
{
    memset(tree, 0, sizeof(tree));
    fdt_create(tree, sizeof(tree));
    fdt_finish_reservemap(tree);
    fdt_begin_node(tree, "");
    fdt_property_u32(tree, "#address-cells", 2);
    fdt_property_u32(tree, "#size-cells", 2);
}

/* Begins a node for others. It has no ranges until a test puts them. */
static inline void begin_bus(const char *name, uint32_t address_cells, uint32_t size_cells)
{
    fdt_begin_node(tree, name);
    fdt_property_u32(tree, "#address-cells", address_cells);
    fdt_property_u32(tree, "#size-cells", size_cells);
}

static inline void one_to_one(void)
{
    fdt_property(tree, "ranges", "", 0);
}

static inline void end(void)
{
    fdt_end_node(tree);
}

/* Puts a device on a bus with one address cell and one size cell. */
static inline void put_device(const char *name, uint32_t address, uint32_t size)
{
    fdt_begin_node(tree, name);
    PUT("reg", address, size);
    end();
}

static inline void put_harts(uint32_t count)
{
    begin_bus("cpus", 1, 0);
    fdt_property_u32(tree, "timebase-frequency", 1000);
    for (uint32_t i = 0; i < count; i++) {
        fdt_begin_node(tree, "cpu");
        put_text("device_type", "cpu");
        fdt_property_u32(tree, "reg", i);
        put_text("riscv,isa", "rv64imach");
        fdt_begin_node(tree, "l2-cache");
        fdt_property_u32(tree, "phandle", 500 + i);
        end();
        fdt_begin_node(tree, "interrupt-controller");
        fdt_property(tree, "compatible", "x,intc\0riscv,cpu-intc", 22);
        fdt_property_u32(tree, i == 1 ? "linux,phandle" : "phandle", 100 + i);
        end();
        end();
    }
    end();
}

static inline void finish(void)
{
    put_harts(2);
    end();
    assert_int_equal(fdt_finish(tree), 0);
    assert_int_equal(machine_read(&m, tree, sizeof(tree)), HYP_OK);
    assert_int_equal(machine_read_aia(&m, &aia, tree, sizeof(tree)), HYP_OK);
}
