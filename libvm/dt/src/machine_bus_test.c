/* SPDX-License-Identifier: Apache-2.0 */
/* Addresses of nodes as CPUs have them: ranges of buses, ranges of reg, statuses, paths. */
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

/* ---- Trees ----------------------------------------------------------------------------------- */

static void put_text(const char *name, const char *text)
{
    fdt_property(tree, name, text, (int)strlen(text) + 1);
}

static void put_cells(const char *name, const uint32_t *cells, uint32_t count)
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

static void begin(void)
{
    memset(tree, 0, sizeof(tree));
    fdt_create(tree, sizeof(tree));
    fdt_finish_reservemap(tree);
    fdt_begin_node(tree, "");
    fdt_property_u32(tree, "#address-cells", 2);
    fdt_property_u32(tree, "#size-cells", 2);
}

/* Begins a node for others. It has no ranges until a test puts them. */
static void begin_bus(const char *name, uint32_t address_cells, uint32_t size_cells)
{
    fdt_begin_node(tree, name);
    fdt_property_u32(tree, "#address-cells", address_cells);
    fdt_property_u32(tree, "#size-cells", size_cells);
}

static void one_to_one(void)
{
    fdt_property(tree, "ranges", "", 0);
}

static void end(void)
{
    fdt_end_node(tree);
}

/* Puts a device on a bus with one address cell and one size cell. */
static void put_device(const char *name, uint32_t address, uint32_t size)
{
    fdt_begin_node(tree, name);
    PUT("reg", address, size);
    end();
}

static void put_harts(uint32_t count)
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

static void finish(void)
{
    put_harts(2);
    end();
    assert_int_equal(fdt_finish(tree), 0);
    assert_int_equal(machine_read(&m, tree, sizeof(tree)), HYP_OK);
    assert_int_equal(machine_read_aia(&m, &aia, tree, sizeof(tree)), HYP_OK);
}

static void expect_devices(const uint64_t *hpa, uint32_t count)
{
    assert_int_equal(m.device_count, count);
    for (uint32_t i = 0; i < count; i++) {
        assert_int_equal(m.device[i].hpa, hpa[i]);
        assert_true(machine_has_device(&m, hpa[i]));
    }
    assert_int_equal(m.devices_left_out, 0);
}

#define EXPECT(...) \
    expect_devices((const uint64_t[]){__VA_ARGS__}, sizeof((const uint64_t[]){__VA_ARGS__}) / 8)

/* ---- Devices --------------------------------------------------------------------------------- */

/* Buses within buses shift addresses or not, each with its own cells. */
static void test_nested(void **state)
{
    (void)state;
    begin();
    begin_bus("soc", 1, 1);
    PUT("ranges", 0x10000000, 0x4, 0x20000000, 0x1000000);
    put_device("a", 0x10000000, 0x1000);
    begin_bus("bus", 2, 1);
    PUT("ranges", 0x1, 0x0, 0x10100000, 0x100000, 0x2, 0x0, 0x10200000, 0x100000);
    fdt_begin_node(tree, "b");
    PUT("reg", 0x1, 0x3000, 0x1000);
    end();
    begin_bus("inner", 1, 1);
    PUT("ranges", 0x0, 0x2, 0x40000, 0x10000);
    put_device("c", 0x8000, 0x1000);
    begin_bus("innermost", 1, 1);
    one_to_one();
    put_device("d", 0xf000, 0x1000);
    end();
    end();
    put_device("e", 0x1, 0x3000); /* Two cells and one: no whole entry. */
    end();
    put_device("f", 0x10ffffff, 1);
    end();
    begin_bus("other", 2, 2);
    one_to_one();
    fdt_begin_node(tree, "g");
    PUT("reg", 0x4, 0x20000000, 0, 1);
    end();
    end();
    finish();
    EXPECT(0x420000000, 0x420103000, 0x420248000, 0x42024f000, 0x420ffffff, 0x420000000);
}

/* Registers that a bus does not pass on have no address, nor those below a bus without ranges. */
static void test_untranslated(void **state)
{
    (void)state;
    begin();
    begin_bus("i2c", 1, 1);
    put_device("no-ranges", 0x50, 1);
    begin_bus("below", 1, 1);
    one_to_one();
    put_device("no-ranges-above", 0x51, 1);
    end();
    end();
    begin_bus("soc", 1, 1);
    PUT("ranges", 0x1000, 0, 0x80001000, 0x1000, 0x2000, 0, 0x90000000, 0x1000);
    put_device("before", 0xfff, 1);
    put_device("over-the-start", 0xfff, 2);
    put_device("over-the-end", 0x2800, 0x801);
    put_device("over-two-entries", 0x1800, 0x1000);
    put_device("behind", 0x3000, 1);
    put_device("empty", 0x1000, 0);
    put_device("last", 0x2fff, 1);
    end();
    finish();
    EXPECT(0x90000fff);
    assert_false(machine_has_device(&m, 0x50));
    assert_false(machine_has_device(&m, 0x51));
    assert_false(machine_has_device(&m, 0x90000800));
    assert_false(machine_has_device(&m, 0x80001800));
}

/* Counts of cells that no address has. */
static void test_cells(void **state)
{
    (void)state;
    begin();
    begin_bus("pci", 3, 2);
    PUT("ranges", 0x2000000, 0, 0x40000000, 0, 0x40000000, 0, 0x1000);
    fdt_begin_node(tree, "function");
    PUT("reg", 0x2000000, 0, 0x40000000, 0, 0x1000);
    end();
    end();
    begin_bus("no-size", 1, 0);
    one_to_one();
    fdt_begin_node(tree, "channel");
    PUT("reg", 0x1000);
    end();
    end();
    begin_bus("wide", 257, 1); /* Its low byte is 1. */
    one_to_one();
    put_device("x", 0x2000, 0x1000);
    end();
    begin_bus("none", 0, 1);
    one_to_one();
    put_device("x", 0x2000, 0x1000);
    end();
    fdt_begin_node(tree, "unsaid"); /* 2 and 1 */
    one_to_one();
    fdt_begin_node(tree, "device");
    PUT("reg", 0x1, 0x3000, 0x1000);
    end();
    end();
    begin_bus("uneven", 1, 1); /* Its entries have 4 cells. */
    PUT("ranges", 0x1000, 0, 0x5000, 0x1000, 0x2000);
    put_device("x", 0x1000, 0x1000);
    end();
    finish();
    EXPECT(0x100003000);
}

/* No sum exceeds 2^64, or the cells of the bus above. */
static void test_overflow(void **state)
{
    (void)state;
    begin();
    begin_bus("high", 2, 2);
    PUT("ranges", 0, 0, 0xffffffff, 0xfffff000, 0, 0x10000);
    fdt_begin_node(tree, "last");
    PUT("reg", 0, 0, 0, 0x1000);
    end();
    fdt_begin_node(tree, "around");
    PUT("reg", 0, 0x800, 0, 0x1000);
    end();
    fdt_begin_node(tree, "behind");
    PUT("reg", 0, 0x2000, 0, 0x1000);
    end();
    end();
    begin_bus("narrow", 1, 1);
    PUT("ranges", 0, 0x1, 0, 0xffffffff);
    begin_bus("wide", 2, 2);
    one_to_one();
    fdt_begin_node(tree, "beyond");
    PUT("reg", 0x1, 0x1000, 0, 0x1000);
    end();
    fdt_begin_node(tree, "inside");
    PUT("reg", 0, 0x1000, 0, 0x1000);
    end();
    end();
    put_device("end", 0xfffff000, 0x1001);
    end();
    fdt_begin_node(tree, "all");
    PUT("reg", 0x1, 0, 0xffffffff, 0xffffffff);
    end();
    finish();
    EXPECT(0xfffffffffffff000, 0x100001000);
}

static void test_each_range(void **state)
{
    (void)state;
    begin();
    fdt_begin_node(tree, "flash");
    PUT("reg", 0, 0x20000000, 0, 0x2000000, 0, 0x22000000, 0, 0x2000000, 0, 0x24000000, 0);
    end();
    begin_bus("soc", 1, 1);
    PUT("ranges", 0, 0x3, 0, 0x10000);
    fdt_begin_node(tree, "some");
    PUT("reg", 0x1000, 0x1000, 0xf000, 0x2000, 0x3000, 0x1000, 0x4000, 0);
    end();
    end();
    finish();
    EXPECT(0x20000000, 0x22000000, 0x300001000, 0x300003000);
    assert_false(machine_has_device(&m, 0x24000000));
    assert_false(machine_has_device(&m, 0x30000f000));
}

/* Devices on a disabled bus, or on buses within it, are not used. */
static void test_disabled(void **state)
{
    (void)state;
    static const char *const statuses[] = {"disabled", "fail", "fail-sss",
                                           "reserved", "okay", "ok"};
    for (unsigned i = 0; i < ARRAY_COUNT(statuses); i++) {
        bool okay = i >= 4;
        begin();
        begin_bus("soc", 1, 1);
        one_to_one();
        put_text("status", statuses[i]);
        put_device("a", 0x1000, 0x1000);
        begin_bus("bus", 1, 1);
        one_to_one();
        put_text("status", "okay");
        put_device("b", 0x2000, 0x1000);
        end();
        end();
        put_device("c", 0, 0x3000); /* The root has only a part of it. */
        begin_bus("next", 1, 1);
        one_to_one();
        put_device("d", 0x4000, 0x1000);
        end();
        finish();
        assert_int_equal(machine_has_device(&m, 0x1000), okay);
        assert_int_equal(machine_has_device(&m, 0x2000), okay);
        assert_int_equal(m.device_count, okay ? 3 : 1);
        assert_true(machine_has_device(&m, 0x4000));
    }
}

/* /cpus, /memory and /reserved-memory are only known at the root. */
static void test_names_of_the_root(void **state)
{
    (void)state;
    begin();
    begin_bus("soc", 1, 1);
    one_to_one();
    fdt_begin_node(tree, "memory");
    put_text("device_type", "memory");
    PUT("reg", 0x80000000, 0x1000);
    end();
    begin_bus("reserved-memory", 1, 1);
    one_to_one();
    put_device("x", 0x90000000, 0x1000);
    end();
    begin_bus("cpus", 1, 1);
    one_to_one();
    fdt_begin_node(tree, "cpu");
    put_text("device_type", "cpu");
    PUT("reg", 0xa0000000, 0x1000);
    end();
    end();
    end();
    finish();
    EXPECT(0x80000000, 0x90000000, 0xa0000000);
    assert_int_equal(m.mem_count + m.reserved_count, 0);
    assert_int_equal(m.hart_count, 2);
}

/* Reads a tree of `depth` buses within each other, with a device on the last one. */
static void read_deep(uint32_t depth, bool reachable)
{
    begin();
    for (uint32_t i = 0; i < depth; i++) {
        begin_bus("bus", 1, 1);
        if (i == 0) {
            PUT("ranges", 0, 0x5, 0, 0x10000);
        } else if (reachable) {
            one_to_one();
        }
    }
    fdt_begin_node(tree, "device");
    PUT("reg", 0x1000, 0x1000);
    put_text("compatible", "riscv,aplic");
    fdt_property_u32(tree, "#interrupt-cells", 2);
    end();
    for (uint32_t i = 0; i < depth; i++) {
        end();
    }
    finish();
}

/* A device deeper than nodes are followed may be at any address. */
static void test_too_deep(void **state)
{
    (void)state;
    for (uint32_t depth = 1; depth <= 12; depth++) {
        read_deep(depth, true);
        bool known = depth < 8;
        assert_int_equal(m.device_count, known);
        assert_int_equal(m.devices_left_out, !known);
        assert_int_equal(m.regs_count, 1);
        assert_true(m.regs[0].mem.hpa == (known ? 0x500001000 : 0));
        assert_true(m.regs[0].mem.size == (known ? 0x1000 : UINT64_MAX));
        assert_true(machine_has_device(&m, 0x500001000));
        read_deep(depth + 1, false);
        assert_int_equal(m.device_count + m.devices_left_out + m.regs_count, 0);
    }
}

/* ---- The console ----------------------------------------------------------------------------- */

static void put_chosen(const char *path)
{
    fdt_begin_node(tree, "aliases");
    put_text("serial0", "/soc/bus/serial@1000");
    put_text("serial1", "/soc/serial@2000");
    put_text("console", "/soc/rtc");
    end();
    fdt_begin_node(tree, "chosen");
    put_text("stdout-path", path);
    end();
}

static void expect_console(const char *path, uint64_t hpa, uint64_t size)
{
    for (unsigned first = 0; first < 2; first++) {
        begin();
        if (first == 0) {
            put_chosen(path);
        }
        begin_bus("soc", 1, 1);
        PUT("ranges", 0, 0x1, 0, 0x10000);
        put_device("serial@2000", 0x2000, 0x100);
        begin_bus("bus", 1, 1);
        PUT("ranges", 0, 0x8000, 0x8000);
        fdt_begin_node(tree, "serial@1000");
        PUT("reg", 0x1000, 0x100, 0x3000, 0x100);
        end();
        end();
        put_device("serial@1000", 0x1000, 0x100);
        put_device("timer", 0x4000, 0x100);
        put_device("bus@2", 0x5000, 0x100);
        end();
        if (first != 0) {
            put_chosen(path);
        }
        finish();
        assert_true(m.stdout_regs.hpa == hpa);
        assert_true(m.stdout_regs.size == size);
    }
}

static void test_console(void **state)
{
    (void)state;
    expect_console("/soc/bus/serial@1000", 0x100009000, 1);
    expect_console("/soc/bus/serial@1000:115200", 0x100009000, 1);
    expect_console("/soc/bus/serial", 0x100009000, 1);
    expect_console("/soc/serial@1000", 0x100001000, 1);
    expect_console("/soc/serial@2000", 0x100002000, 1);
    expect_console("serial0", 0x100009000, 1);
    expect_console("serial1:9600n8", 0x100002000, 1);
    expect_console("/soc/serial", 0, UINT64_MAX); /* One of two. */
    expect_console("/soc/timer", 0x100004000, 1);
    expect_console("/serial@1000", 0, 0);
    expect_console("/bus/serial@1000", 0, 0);
    expect_console("/soc/soc/bus/serial@1000", 0, 0);
    expect_console("/soc/bus@2/serial@1000", 0, 0);
    expect_console("soc/bus/serial@1000", 0, 0);
    expect_console("//soc/bus/serial@1000", 0, 0);
    expect_console("/soc/bus/serial@1000/", 0, 0);
    expect_console("/", 0, 0);
    expect_console("console", 0, 0);
}

/* If some buses are not listed, the console may be any device. */
static void test_console_behind_many_buses(void **state)
{
    (void)state;
    for (uint32_t count = 22; count < 27; count++) {
        char path[40];
        begin();
        for (uint32_t i = 1; i <= count; i++) {
            (void)snprintf(path, sizeof(path), "bus@%x", (unsigned)i);
            begin_bus(path, 1, 1);
            one_to_one();
            put_device("serial", 0x1000 * i, 0x100);
            end();
        }
        (void)snprintf(path, sizeof(path), "/bus@%x/serial", (unsigned)count);
        put_chosen(path);
        finish();
        assert_true(m.stdout_regs.hpa == (count <= 23 ? 0x1000 * count : 0));
        assert_true(m.stdout_regs.size == (count <= 23 ? 1 : UINT64_MAX));
    }
}

/* ---- Interrupt controllers ------------------------------------------------------------------- */

static void put_targets(uint32_t first, uint32_t count, uint32_t irq)
{
    uint32_t cells[16];
    for (uint32_t i = 0; i < count; i++) {
        cells[4 * i] = cells[4 * i + 2] = 100 + first + i;
        cells[4 * i + 1] = 11;
        cells[4 * i + 3] = irq;
    }
    put_cells("interrupts-extended", cells, 4 * count);
}

static void put_plic(const char *compatible, uint32_t address, uint32_t first, uint32_t count,
                     const char *status)
{
    fdt_begin_node(tree, "plic");
    put_text("compatible", compatible);
    put_text("status", status);
    fdt_property_u32(tree, "riscv,ndev", 50 + first);
    PUT("reg", address, 0x600000);
    put_targets(first, count, 9);
    end();
}

/* Address and size are translated by the buses. */
static void test_plic(void **state)
{
    (void)state;
    static const char *const names[] = {"sifive,plic-1.0.0", "riscv,plic0", "thead,c900-plic",
                                        "andestech,nceplic100"};
    for (unsigned i = 0; i < ARRAY_COUNT(names); i++) {
        begin();
        begin_bus("soc", 1, 1);
        PUT("ranges", 0, 0x70, 0, 0x40000000);
        put_plic(names[i], 0xc000000, 0, 2, "okay");
        end();
        finish();
        assert_true(m.plic.hpa == 0x700c000000 && m.plic.size == 0x600000);
        assert_int_equal(m.source_count, 51);
        assert_int_equal(m.irqc_index[0], 1);
        assert_int_equal(m.irqc_index[1], 3);
        assert_int_equal(m.irqc_index[2], MACHINE_NO_INDEX);
        assert_int_equal(m.regs_count, 1);
        assert_true(m.regs[0].mem.hpa == 0x700c000000);
        assert_string_equal(m.regs[0].owner, "the interrupt controller");
        assert_false(m.other_irqc);
    }
}

/* The PLIC that serves most harts is taken, unless it is disabled; no VM gets any PLIC's registers.
 */
static void test_plics(void **state)
{
    (void)state;
    begin();
    begin_bus("soc", 1, 1);
    one_to_one();
    put_plic("riscv,plic0", 0x1000000, 0, 2, "disabled");
    put_plic("riscv,plic0", 0x2000000, 1, 1, "okay");
    put_plic("riscv,plic0", 0x3000000, 0, 2, "okay");
    put_plic("riscv,plic0", 0x4000000, 0, 2, "okay");
    end();
    finish();
    assert_int_equal(m.plic.hpa, 0x3000000);
    assert_int_equal(m.source_count, 51);
    assert_int_equal(m.irqc_index[0], 1);
    assert_int_equal(m.regs_count, 4);
    assert_int_equal(m.regs[0].mem.hpa, 0x1000000);
    assert_false(machine_has_device(&m, 0x1000000));
    begin();
    begin_bus("soc", 1, 1);
    one_to_one();
    put_plic("riscv,plic0", 0x2000000, 1, 1, "okay");
    put_plic("riscv,plic0", 0x3000000, 0, 1, "okay");
    end();
    finish();
    assert_int_equal(m.plic.hpa, 0x2000000);
    assert_int_equal(m.irqc_index[0], MACHINE_NO_INDEX);
    assert_int_equal(m.irqc_index[1], 1);
}

/* A context whose page is outside the registers does not count, nor do sources above 1023. */
static void test_short_plic(void **state)
{
    (void)state;
    const struct {
        uint32_t size;
        uint32_t ndev;
        uint32_t index[2];
        uint32_t sources;
    } plics[] = {
        {0x204000, 50, {1, 3}, 51},
        {0x203fff, 50, {1, MACHINE_NO_INDEX}, 51},
        {0x202000, 1023, {1, MACHINE_NO_INDEX}, 1024},
        {0x201fff, 1024, {MACHINE_NO_INDEX, MACHINE_NO_INDEX}, 1024},
        {0x1000, UINT32_MAX, {MACHINE_NO_INDEX, MACHINE_NO_INDEX}, 1024},
        {0, 50, {MACHINE_NO_INDEX, MACHINE_NO_INDEX}, 51},
    };
    for (unsigned i = 0; i < ARRAY_COUNT(plics); i++) {
        begin();
        fdt_begin_node(tree, "plic");
        put_text("compatible", "riscv,plic0");
        fdt_property_u32(tree, "riscv,ndev", plics[i].ndev);
        PUT("reg", 0, 0x4000000, 0, plics[i].size);
        put_targets(0, 2, 9);
        end();
        finish();
        assert_int_equal(m.irqc_index[0], plics[i].index[0]);
        assert_int_equal(m.irqc_index[1], plics[i].index[1]);
        assert_int_equal(m.source_count, plics[i].sources);
    }
}

/* A controller of one hart may list its interrupts by interrupt-parent and interrupts. */
static void test_plic_of_one_hart(void **state)
{
    (void)state;
    for (unsigned has_parent = 0; has_parent < 2; has_parent++) {
        begin();
        fdt_begin_node(tree, "plic");
        put_text("compatible", "riscv,plic0");
        fdt_property_u32(tree, "#interrupt-cells", 1);
        fdt_property_u32(tree, "riscv,ndev", 50);
        PUT("reg", 0, 0x4000000, 0, 0x600000);
        PUT("interrupts", 11, 9);
        if (has_parent != 0) {
            fdt_property_u32(tree, "interrupt-parent", 101);
        }
        end();
        finish();
        assert_int_equal(m.source_count, 51);
        assert_int_equal(m.irqc_index[0], MACHINE_NO_INDEX);
        assert_int_equal(m.irqc_index[1], has_parent != 0 ? 1 : MACHINE_NO_INDEX);
    }
}

static void put_simple(const char *name, const char *compatible)
{
    fdt_begin_node(tree, name);
    put_text("compatible", compatible);
    fdt_property_u32(tree, "#interrupt-cells", 1);
    PUT("reg", 0x1000, 0x1000);
    put_targets(0, 2, 3);
    end();
}

/* A controller that interrupts harts in M-mode, or another controller, is not used. */
static void test_no_controllers(void **state)
{
    (void)state;
    static const char *const names[] = {
        "riscv,clint0",      "sifive,clint0", "thead,c900-clint", "riscv,aclint-mtimer",
        "riscv,aclint-mswi", "ns16550a",      "riscv,plic",       "riscv,aplic2"};
    begin();
    begin_bus("soc", 1, 1);
    one_to_one();
    for (unsigned i = 0; i < ARRAY_COUNT(names); i++) {
        put_simple("node", names[i]);
    }
    end();
    finish();
    assert_int_equal(m.regs_count, 0);
    assert_false(m.other_irqc);
    assert_int_equal(m.source_count, 0);
    assert_int_equal(m.device_count, ARRAY_COUNT(names));
}

/* Reads an IMSIC whose files are in `ranges` of that size, `step` bytes apart. */
static void read_imsic(uint32_t ranges, uint32_t size, uint32_t step, uint32_t guest_bits)
{
    uint32_t cells[16];
    for (uint32_t i = 0; i < ranges; i++) {
        cells[2 * i] = 0x400000 + i * step;
        cells[2 * i + 1] = size;
    }
    begin();
    begin_bus("soc", 1, 1);
    PUT("ranges", 0, 0, 0xe0000000, 0x8000000);
    fdt_begin_node(tree, "imsics");
    put_text("compatible", "riscv,imsics");
    fdt_property_u32(tree, "linux,phandle", 7);
    fdt_property_u32(tree, "riscv,num-ids", 511);
    fdt_property_u32(tree, "riscv,hart-index-bits", 4);
    fdt_property_u32(tree, "riscv,guest-index-bits", guest_bits);
    put_cells("reg", cells, 2 * ranges);
    put_targets(0, 2, 9);
    end();
    begin_bus("deeper", 1, 1);
    PUT("ranges", 0, 0x800000, 0x8000);
    fdt_begin_node(tree, "aplic");
    put_text("compatible", "riscv,aplic");
    fdt_property_u32(tree, "msi-parent", 7);
    fdt_property_u32(tree, "riscv,num-sources", 511);
    PUT("reg", 0x4000, 0x4000);
    end();
    end();
    end();
    finish();
}

/* The IMSIC's interrupts-extended lists M and S of each hart, so hart 1 is number 3. */
static void test_imsic(void **state)
{
    (void)state;
    read_imsic(1, 0x100000, 0, 6);
    assert_int_equal(aia.source_count, 512);
    assert_true(aia.msi && aia.guest_bits == 6 && aia.guest_id_max == 511);
    assert_int_equal(aia.aplic.hpa, 0xe0804000);
    assert_int_equal(aia.imsic.hpa, 0xe0400000);
    assert_int_equal(aia.hart_index[1], 3);
    assert_int_equal(m.regs_count, 2);
    read_imsic(1, 0xfffff, 0, 6); /* Number 3 lacks some of its files. */
    assert_int_equal(aia.source_count, 0);
}

/* A range for each hart is as good as one for all, if they follow each other. */
static void test_imsic_of_ranges(void **state)
{
    (void)state;
    read_imsic(4, 0x4000, 0x4000, 2);
    assert_int_equal(aia.source_count, 512);
    assert_int_equal(aia.imsic.hpa, 0xe0400000);
    assert_int_equal(aia.imsic.size, 0x10000);
    assert_int_equal(m.regs_count, 5);
    read_imsic(4, 0x4000, 0x8000, 2);
    assert_int_equal(aia.source_count, 0);
    assert_int_equal(m.regs_count, 5);
    assert_int_equal(m.regs[3].mem.hpa, 0xe0418000);
    assert_int_equal(m.regs[3].mem.size, 0x4000);
    read_imsic(2, 0x8000000, 0x8000000, 2); /* The bus passes on a part of the first. */
    assert_int_equal(aia.source_count, 0);
    assert_int_equal(m.regs[0].mem.size, 0x7c00000);
    assert_int_equal(m.regs[1].mem.size, 0);
}

static void test_sswi(void **state)
{
    (void)state;
    begin();
    begin_bus("soc", 1, 1);
    PUT("ranges", 0, 0x2, 0, 0x40000000);
    for (uint32_t i = 0; i < 2; i++) {
        fdt_begin_node(tree, "sswi");
        put_text("compatible", "riscv,aclint-sswi");
        PUT("reg", 0x2f00000 + i * 0x4000, 0x4000);
        put_targets(0, 2, 1);
        end();
    }
    end();
    finish();
    assert_true(aia.sswi.hpa == 0x202f00000 && aia.sswi.size == 0x4000);
    assert_int_equal(aia.sswi_index[1], 3);
}

/* ---- Harts ----------------------------------------------------------------------------------- */

/* Older trees have the timebase in each cpu node. It has one cell or two. */
static void test_timebase(void **state)
{
    (void)state;
    for (unsigned form = 0; form < 4; form++) {
        begin();
        begin_bus("cpus", 1, 0);
        if (form == 0) {
            fdt_property_u64(tree, "timebase-frequency", 24000000);
        }
        fdt_begin_node(tree, "cpu@5");
        put_text("device_type", "cpu");
        fdt_property_u32(tree, "reg", 5);
        put_text("riscv,isa", "rv64imach");
        if (form == 1) {
            fdt_property_u32(tree, "timebase-frequency", 24000000);
        } else if (form == 2) {
            fdt_property_u64(tree, "timebase-frequency", 24000000);
        }
        end();
        end();
        end();
        assert_int_equal(fdt_finish(tree), 0);
        assert_int_equal(machine_read(&m, tree, sizeof(tree)), form < 3 ? HYP_OK : HYP_E_ABSENT);
        assert_int_equal(m.timebase_hz, form < 3 ? 24000000 : 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nested),
        cmocka_unit_test(test_untranslated),
        cmocka_unit_test(test_cells),
        cmocka_unit_test(test_overflow),
        cmocka_unit_test(test_each_range),
        cmocka_unit_test(test_disabled),
        cmocka_unit_test(test_names_of_the_root),
        cmocka_unit_test(test_too_deep),
        cmocka_unit_test(test_console),
        cmocka_unit_test(test_console_behind_many_buses),
        cmocka_unit_test(test_plic),
        cmocka_unit_test(test_plics),
        cmocka_unit_test(test_short_plic),
        cmocka_unit_test(test_plic_of_one_hart),
        cmocka_unit_test(test_no_controllers),
        cmocka_unit_test(test_imsic),
        cmocka_unit_test(test_imsic_of_ranges),
        cmocka_unit_test(test_sswi),
        cmocka_unit_test(test_timebase),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
