/* SPDX-License-Identifier: Apache-2.0 */
/* What is read of the machine's device tree, one thing at a time. */
#include <hyp/vm/machine.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <hyp/arch/csr.h>
#include <hyp/arch/world.h>
#include <hyp/arch_backend/world_host.h>
#include <libfdt.h>

static _Alignas(8) uint8_t tree[16384];
static struct machine m;

static void put(const char *name, const void *value, int size)
{
    assert_int_equal(fdt_property(tree, name, value, size), 0);
}

static void put_text(const char *name, const char *text)
{
    put(name, text, (int)strlen(text) + 1);
}

static void begin(void)
{
    memset(tree, 0, sizeof(tree));
    fdt_create(tree, sizeof(tree));
}

static void begin_root(void)
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
static void put_isa(const char *isa)
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

static void put_cpu(uint32_t id, const char *isa, uint32_t block)
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

static void begin_cpus(void)
{
    fdt_begin_node(tree, "cpus");
    fdt_property_u32(tree, "#address-cells", 1);
    fdt_property_u32(tree, "#size-cells", 0);
    fdt_property_u32(tree, "timebase-frequency", 1000);
}

static void one_cpu(const char *isa, uint32_t block)
{
    begin_cpus();
    put_cpu(0, isa, block);
    fdt_end_node(tree);
}

static enum hyp_status finish(void)
{
    fdt_end_node(tree);
    assert_int_equal(fdt_finish(tree), 0);
    return machine_read(&m, tree, sizeof(tree));
}

static void put_memory(uint64_t start, uint64_t size, const char *status)
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

static void test_memory(void **state)
{
    (void)state;
    begin();
    begin_root();
    put_memory(0x80000000, 0x1000, NULL);
    put_memory(0x90000000, 0x1000, "disabled");
    put_memory(0xa0000000, 0, NULL);
    put_memory(UINT64_MAX - 0xfff, 0x2000, "okay");
    one_cpu("rv64imach", 0);
    assert_int_equal(finish(), HYP_OK);
    assert_int_equal(m.mem_count, 2);
    assert_int_equal(m.mem[0].hpa, 0x80000000);
    assert_int_equal(m.mem[1].size, 0xfff); /* Does not pass 2^64. */
    assert_int_equal(m.mem_left_out, 0);
}

static void put_device(uint64_t hpa, const char *status)
{
    const fdt64_t reg[] = {cpu_to_fdt64(hpa), cpu_to_fdt64(0x1000)};
    fdt_begin_node(tree, "device");
    put("reg", reg, sizeof(reg));
    put_text("status", status);
    fdt_end_node(tree);
}

/* Firmware that enables a node in place leaves the NULs of "disabled"; a list is another value. */
static void test_status(void **state)
{
    (void)state;
    static const struct {
        const char *value;
        int size;
        bool okay;
    } of[] = {
        {"okay", 5, true},      {"okay\0\0\0", 8, true},
        {"ok", 3, true},        {"ok\0\0\0\0\0", 8, true},
        {"okay", 4, false},     {"", 0, false},
        {"", 1, false},         {"\0\0\0", 4, false},
        {"okays", 6, false},    {"fail\0okay", 10, false},
        {"disabled", 9, false},
    };
    for (unsigned i = 0; i < ARRAY_COUNT(of); i++) {
        const fdt64_t reg[] = {cpu_to_fdt64(0x1000), cpu_to_fdt64(0x1000)};
        begin();
        begin_root();
        fdt_begin_node(tree, "device");
        put("reg", reg, sizeof(reg));
        put("status", of[i].value, of[i].size);
        fdt_end_node(tree);
        one_cpu("rv64imach", 0);
        assert_int_equal(finish(), HYP_OK);
        assert_true(machine_has_device(&m, 0x1000) == of[i].okay);
    }
}

static void put_bus(const char *name, uint32_t hpa)
{
    char serial[32];
    const fdt32_t reg[] = {cpu_to_fdt32(hpa), cpu_to_fdt32(0x1000)};
    fdt_begin_node(tree, name);
    fdt_property_u32(tree, "#address-cells", 1);
    fdt_property_u32(tree, "#size-cells", 1);
    put("ranges", "", 0);
    snprintf(serial, sizeof(serial), "serial@%x", hpa);
    fdt_begin_node(tree, serial);
    put("reg", reg, sizeof(reg));
    fdt_end_node(tree);
    fdt_end_node(tree);
}

/* /chosen and /aliases before the devices or behind them; the second bus only if `twice`. */
static void read_stdout(const char *path, const char *alias, bool first, bool twice)
{
    begin();
    begin_root();
    for (unsigned pass = 0; pass < 2; pass++) {
        if ((pass == 0) == first) {
            fdt_begin_node(tree, "aliases");
            put_text("ethernet0", "/net");
            put_text("serial0", alias);
            fdt_end_node(tree);
            fdt_begin_node(tree, "chosen");
            put_text("stdout-path", path);
            fdt_end_node(tree);
        } else {
            put_bus("soc", 0x2000);
            if (twice) {
                put_bus("bus", 0x3000);
            }
            put_device(0x1000, "okay");
        }
    }
    one_cpu("rv64imach", 0);
    assert_int_equal(finish(), HYP_OK);
}

static void expect_stdout(const char *path, uint64_t hpa, uint64_t size)
{
    for (unsigned first = 0; first < 2; first++) {
        read_stdout(path, "/soc/serial@2000", first != 0, false);
        assert_int_equal(m.stdout_regs.size, size);
        assert_int_equal(m.stdout_regs.hpa, hpa);
    }
}

static void test_stdout(void **state)
{
    (void)state;
    expect_stdout("/soc/serial@2000", 0x2000, 1);
    expect_stdout("/soc/serial@2000:115200n8", 0x2000, 1);
    expect_stdout("/soc/serial", 0x2000, 1);
    expect_stdout("/device", 0x1000, 1);
    expect_stdout("serial0", 0x2000, 1);
    expect_stdout("serial0:9600", 0x2000, 1);
    expect_stdout("serial", 0, 0);
    expect_stdout("serial1", 0, 0);
    expect_stdout("/soc/seria", 0, 0);
    expect_stdout("/soc/serial@20000", 0, 0);
    expect_stdout("/soc/", 0, 0);
    expect_stdout("", 0, 0);
    expect_stdout(":", 0, 0);
    read_stdout("serial0", "", true, false);
    assert_int_equal(m.stdout_regs.size, 0);
    /* The path tells which of two buses with that name is meant. */
    read_stdout("/soc/serial", "", true, true);
    assert_int_equal(m.stdout_regs.hpa, 0x2000);
    read_stdout("/bus/serial", "", false, true);
    assert_int_equal(m.stdout_regs.hpa, 0x3000);
    read_stdout("/soc/serial@2000", "", true, true);
    assert_int_equal(m.stdout_regs.hpa, 0x2000);
}

/* A device that there was no room for may be the console: nothing is known to be another one. */
static void test_stdout_left_out(void **state)
{
    (void)state;
    for (unsigned more = 0; more < 2; more++) {
        begin();
        begin_root();
        fdt_begin_node(tree, "chosen");
        put_text("stdout-path", "/soc/serial@2000");
        fdt_end_node(tree);
        for (unsigned i = 0; i < MACHINE_DEVICE_MAX + more; i++) {
            put_device(0x1000, "okay");
        }
        put_memory(0x80000000, 0x1000, NULL);
        one_cpu("rv64imach", 0);
        assert_int_equal(finish(), HYP_OK);
        assert_true(m.stdout_regs.size == (more != 0 ? UINT64_MAX : 0));
    }
}

static void test_devices(void **state)
{
    (void)state;
    begin();
    begin_root();
    put_memory(0x80000000, 0x1000, NULL);
    put_device(0x1000, "okay");
    fdt_begin_node(tree, "soc");
    fdt_property_u32(tree, "#address-cells", 1);
    fdt_property_u32(tree, "#size-cells", 1);
    put("ranges", "", 0);
    fdt_begin_node(tree, "device");
    const fdt32_t reg[] = {cpu_to_fdt32(0x2000), cpu_to_fdt32(0x1000)};
    put("reg", reg, sizeof(reg));
    fdt_end_node(tree);
    fdt_end_node(tree);
    put_device(0x3000, "disabled");
    one_cpu("rv64imach", 0);
    assert_int_equal(finish(), HYP_OK);
    assert_true(machine_has_device(&m, 0x1000));
    assert_true(machine_has_device(&m, 0x2000));
    assert_false(machine_has_device(&m, 0x3000));
    assert_false(machine_has_device(&m, 0x80000000));
    assert_false(machine_has_device(&m, 0)); /* A hart is no device. */
}

static void test_too_many_devices(void **state)
{
    (void)state;
    begin();
    begin_root();
    for (uint64_t i = 0; i < MACHINE_DEVICE_MAX + 2; i++) {
        put_device(0x1000 * (i + 1), "okay");
    }
    one_cpu("rv64imach", 0);
    assert_int_equal(finish(), HYP_OK);
    assert_int_equal(m.devices_left_out, 2);
    assert_true(machine_has_device(&m, 0x1000 * (MACHINE_DEVICE_MAX + 2)));
}

/* Cells of /reserved-memory, 0: not said, are the root's; ranges of too many may be anywhere. */
static void test_reserved_cells(void **state)
{
    (void)state;
    static const struct {
        uint32_t cells[2]; /* As the node says. */
        uint32_t reg[5];
        int size;
        struct hyp_mem mem;
    } of[] = {
        {{0, 0}, {1, 0x2000, 0, 0x3000}, 16, {0x100002000, 0x3000}},
        {{2, 0}, {1, 0x2000, 0, 0x3000}, 16, {0x100002000, 0x3000}},
        {{1, 1}, {0x2000, 0x3000}, 8, {0x2000, 0x3000}},
        {{3, 2}, {0, 1, 0x2000, 0, 0x3000}, 20, {0, UINT64_MAX}},
        {{3, 0}, {0, 1, 0x2000, 0, 0x3000}, 20, {0, UINT64_MAX}},
    };
    for (unsigned i = 0; i < ARRAY_COUNT(of); i++) {
        begin();
        begin_root();
        fdt_begin_node(tree, "reserved-memory");
        if (of[i].cells[0] != 0) {
            fdt_property_u32(tree, "#address-cells", of[i].cells[0]);
        }
        if (of[i].cells[1] != 0) {
            fdt_property_u32(tree, "#size-cells", of[i].cells[1]);
        }
        fdt_begin_node(tree, "anywhere"); /* It has a size alone. */
        fdt_end_node(tree);
        fdt_begin_node(tree, "r");
        fdt32_t reg[5];
        for (unsigned c = 0; c < ARRAY_COUNT(reg); c++) {
            reg[c] = cpu_to_fdt32(of[i].reg[c]);
        }
        put("reg", reg, of[i].size);
        fdt_end_node(tree);
        fdt_end_node(tree);
        one_cpu("rv64imach", 0);
        assert_int_equal(finish(), HYP_OK);
        assert_int_equal(m.reserved_count, 1);
        assert_int_equal(m.reserved[0].hpa, of[i].mem.hpa);
        assert_int_equal(m.reserved[0].size, of[i].mem.size);
    }
}

/* No range that is reserved is ever taken for free, however many there are. */
static void test_too_many_ranges(void **state)
{
    (void)state;
    begin();
    for (uint64_t i = 0; i < 3; i++) {
        fdt_add_reservemap_entry(tree, 0x80000000 + i * 0x1000, 0x1000);
    }
    begin_root();
    for (uint64_t i = 0; i < MACHINE_RANGE_MAX + 3; i++) {
        put_memory(i << 32, 0x1000, NULL);
    }
    fdt_begin_node(tree, "reserved-memory");
    fdt_property_u32(tree, "#address-cells", 2);
    fdt_property_u32(tree, "#size-cells", 1);
    for (uint32_t i = 0; i < MACHINE_RANGE_MAX; i++) {
        const fdt32_t reg[] = {cpu_to_fdt32(1), cpu_to_fdt32((20 - i) << 16), cpu_to_fdt32(16)};
        fdt_begin_node(tree, "r");
        put("reg", reg, sizeof(reg));
        fdt_end_node(tree);
    }
    fdt_end_node(tree);
    one_cpu("rv64imach", 0);
    assert_int_equal(finish(), HYP_OK);
    assert_int_equal(m.mem_count, MACHINE_RANGE_MAX);
    assert_int_equal(m.mem_left_out, 3);
    assert_int_equal(m.reserved_count, MACHINE_RANGE_MAX);
    assert_int_equal(m.reserved_merged, 3);
    assert_int_equal(m.reserved[2].hpa, 0x80002000);
    assert_int_equal(m.reserved[3].hpa, 0x100140000);
    /* The last 4 are one, being each other's nearest: from the lowest to the end of the highest. */
    assert_int_equal(m.reserved[15].hpa, 0x100050000);
    assert_int_equal(m.reserved[15].size, 0x30010);
}

/* What is between others stays free, where the image may lie. */
static void test_nearest_reservations_are_joined(void **state)
{
    (void)state;
    begin();
    for (uint64_t i = 0; i < MACHINE_RANGE_MAX; i++) {
        fdt_add_reservemap_entry(tree, 0x80000000 + i * 0x10000, 0x1000);
    }
    fdt_add_reservemap_entry(tree, 0x80011000, 0x1000);
    fdt_add_reservemap_entry(tree, 0x80000800, 0x400);
    fdt_add_reservemap_entry(tree, 0x80ff0000, 0x1000);
    begin_root();
    one_cpu("rv64imach", 0);
    assert_int_equal(finish(), HYP_OK);
    assert_int_equal(m.reserved_merged, 3);
    assert_int_equal(m.reserved[0].size, 0x1000);
    assert_int_equal(m.reserved[1].size, 0x2000);
    for (uint64_t i = 2; i + 1 < MACHINE_RANGE_MAX; i++) {
        assert_int_equal(m.reserved[i].size, 0x1000);
    }
    assert_int_equal(m.reserved[15].hpa, 0x800f0000);
    assert_int_equal(m.reserved[15].size, 0xf01000);
}

static void put_targets(const char *compatible)
{
    const fdt32_t list[] = {cpu_to_fdt32(100), cpu_to_fdt32(9)};
    const fdt64_t reg[] = {cpu_to_fdt64(0x1000), cpu_to_fdt64(0x1000)};
    fdt_begin_node(tree, "node");
    put("reg", reg, sizeof(reg));
    put_text("compatible", compatible);
    put("interrupts-extended", list, sizeof(list));
    fdt_end_node(tree);
}

/* Whether machine_read_aia() has anything to look for. */
static void test_other_controllers(void **state)
{
    (void)state;
    for (unsigned other = 0; other < 2; other++) {
        begin();
        begin_root();
        put_targets("riscv,clint0");
        if (other != 0) {
            put_targets("riscv,imsics");
        }
        put_targets("riscv,plic0");
        one_cpu("rv64imach", 0);
        assert_int_equal(finish(), HYP_OK);
        assert_int_equal(m.other_irqc, other);
    }
}

static void test_harts(void **state)
{
    (void)state;
    const fdt32_t contexts[] = {cpu_to_fdt32(107), cpu_to_fdt32(11),  cpu_to_fdt32(107),
                                cpu_to_fdt32(9),   cpu_to_fdt32(102), cpu_to_fdt32(11),
                                cpu_to_fdt32(102), cpu_to_fdt32(9)};
    begin();
    begin_root();
    fdt_begin_node(tree, "soc");
    put("ranges", "", 0);
    fdt_begin_node(tree, "plic");
    const fdt32_t reg[] = {0, cpu_to_fdt32(0xc000000), cpu_to_fdt32(0x600000)};
    put("reg", reg, sizeof(reg));
    put("interrupts-extended", contexts, sizeof(contexts));
    fdt_property_u32(tree, "riscv,ndev", 95);
    put("compatible", "x\0riscv,plic0", 14);
    fdt_end_node(tree);
    fdt_end_node(tree);
    begin_cpus();
    put_cpu(7, "rv64imafdch_zicbom_zba_zbb_sstc", 64);
    put_cpu(2, "rv64imach_zba_unknown_sstc_zicbom", 64);
    put_cpu(3, "rv64imach_zba_sstc_zicbom", 64);
    fdt_end_node(tree);
    assert_int_equal(finish(), HYP_OK);
    assert_int_equal(m.hart_count, 3);
    assert_int_equal(m.hart_id[0], 2);
    assert_int_equal(m.hart_id[2], 7);
    assert_int_equal(m.intc[1], 103);
    assert_int_equal(m.irqc_index[0], 3);
    assert_int_equal(m.irqc_index[1], MACHINE_NO_INDEX);
    assert_int_equal(m.irqc_index[2], 1);
    assert_int_equal(m.source_count, 96);
    assert_int_equal(m.plic.hpa, 0xc000000);
    assert_int_equal(m.plic.size, 0x600000);
    assert_false(m.other_irqc);
    assert_int_equal(m.timebase_hz, 1000);
    assert_int_equal(m.all.mmu, GUEST_MMU_SV57);
    assert_int_equal(m.all.block[0], 64);
    assert_int_equal(m.all.isa, BIT(GUEST_ISA_I) | BIT(GUEST_ISA_M) | BIT(GUEST_ISA_A) |
                                    BIT(GUEST_ISA_C) | BIT(GUEST_ISA_ZBA) | BIT(GUEST_ISA_SSTC) |
                                    BIT(GUEST_ISA_ZICBOM) | STRING_I);
}

/* What a guest's tree could not say truly, it is not given. */
static void test_blocks(void **state)
{
    (void)state;
    const char *isa = "rv64imach_zicbom_zicbop_zicboz";
    uint64_t all = BIT(GUEST_ISA_ZICBOM) | BIT(GUEST_ISA_ZICBOP) | BIT(GUEST_ISA_ZICBOZ);
    begin();
    begin_root();
    begin_cpus();
    put_cpu(0, isa, 64);
    put_cpu(1, isa, 32);
    fdt_end_node(tree);
    assert_int_equal(finish(), HYP_OK);
    assert_int_equal(m.all.isa & all, 0);
    assert_int_equal(m.all.block[0] | m.all.block[1] | m.all.block[2], 0);
    for (uint32_t block = 0; block <= 64; block += 64) {
        begin();
        begin_root();
        one_cpu(isa, block);
        assert_int_equal(finish(), HYP_OK);
        assert_int_equal(m.all.isa & all, block != 0 ? all : 0);
        assert_true(m.all.block[0] == block && m.all.block[1] == block && m.all.block[2] == block);
    }
}

/* Each VM gets what its own harts have; the hypervisor itself uses what all have. */
static void test_kinds(void **state)
{
    (void)state;
    begin();
    begin_root();
    begin_cpus();
    put_cpu(3, "rv64imafdch_zicboz_sstc", 32);
    put_cpu(0, "rv64imach_zicboz_sstc", 64);
    put_cpu(9, "rv64imafdcv", 64);
    put_cpu(2, "rv64imafdchv_zicboz", 64);
    put_cpu(1, "rv64imach_zicboz_sstc", 64);
    put_cpu(5, "rv64imafdcsvinval", 0);
    fdt_end_node(tree);
    assert_int_equal(finish(), HYP_OK);
    assert_int_equal(m.hart_count, 4);
    assert_int_equal(m.hart_id[3], 3);
    assert_int_equal(m.intc[3], 103);
    assert_int_equal(m.kind_count, 3);
    assert_int_equal(m.without_h_count, 2);
    assert_true(m.without_h[0] == 9 && m.without_h[1] == 5);
    assert_int_equal(machine_find_hart(&m, 3), 3);
    assert_int_equal(machine_find_hart(&m, 9), MACHINE_NO_INDEX);
    uint64_t least =
        BIT(GUEST_ISA_I) | BIT(GUEST_ISA_M) | BIT(GUEST_ISA_A) | BIT(GUEST_ISA_C) | STRING_I;
    uint64_t fd = BIT(GUEST_ISA_F) | BIT(GUEST_ISA_D);
    assert_int_equal(m.all.isa, least);
    assert_int_equal(machine_common(&m, 3).isa,
                     least | BIT(GUEST_ISA_ZICBOZ) | BIT(GUEST_ISA_SSTC));
    assert_int_equal(machine_common(&m, 3).block[2], 64);
    assert_int_equal(machine_common(&m, 4).isa,
                     least | fd | BIT(GUEST_ISA_V) | BIT(GUEST_ISA_ZICBOZ));
    assert_int_equal(machine_common(&m, 5).isa, least | BIT(GUEST_ISA_ZICBOZ));
    /* Blocks of two sizes. */
    assert_int_equal(machine_common(&m, 12).isa, least | fd);
    assert_int_equal(machine_common(&m, 12).block[2], 0);
    assert_int_equal(machine_common(&m, 8).block[2], 32);
}

/* Kinds beyond the room share the last one, in whatever order the harts come. */
static void test_too_many_kinds(void **state)
{
    static const char *const isa[] = {"rv64imach_zba",         "rv64imach_zbb",
                                      "rv64imach_zbc",         "rv64imach_zbs_sstc_zicbom",
                                      "rv64imafch_zbs_zicbom", "rv64imach_sstc_zba_zicbom"};
    (void)state;
    begin();
    begin_root();
    begin_cpus();
    for (uint32_t i = 0; i < ARRAY_COUNT(isa); i++) {
        put_cpu(i, isa[i], i == 5 ? 32 : 64);
    }
    fdt_end_node(tree);
    assert_int_equal(finish(), HYP_OK);
    assert_int_equal(m.kind_count, MACHINE_KIND_MAX);
    uint64_t least =
        BIT(GUEST_ISA_I) | BIT(GUEST_ISA_M) | BIT(GUEST_ISA_A) | BIT(GUEST_ISA_C) | STRING_I;
    assert_int_equal(machine_common(&m, BIT(0)).isa, least | BIT(GUEST_ISA_ZBA));
    assert_int_equal(machine_common(&m, BIT(2)).isa, least | BIT(GUEST_ISA_ZBC));
    for (uint32_t i = 3; i < ARRAY_COUNT(isa); i++) {
        assert_int_equal(machine_common(&m, BIT(i)).isa, least);
        assert_int_equal(machine_common(&m, BIT(i)).block[0], 0);
    }
}

static void test_no_hart_with_h(void **state)
{
    (void)state;
    begin();
    begin_root();
    begin_cpus();
    for (uint32_t i = 0; i < HYP_HART_MAX + 2; i++) {
        put_cpu(i, "rv64imafdczihintpause_sstc", 0);
    }
    fdt_end_node(tree);
    assert_int_equal(finish(), HYP_E_UNSUPPORTED);
    assert_int_equal(m.hart_count, 0);
    assert_int_equal(m.without_h_count, HYP_HART_MAX + 2);
    assert_int_equal(m.without_h[MACHINE_WITHOUT_H - 1], MACHINE_WITHOUT_H - 1);
    assert_int_equal(machine_harts(&m), 0);
}

/* A hart with another base is not used. If the list of names is empty, the string counts. */
static void test_isa_base(void **state)
{
    static const struct {
        const char *base;
        const char *names;
        int size;
        const char *isa;
        bool has_h;
    } harts[] = {
        {"rv64i", "i\0h", 4, "rv64i", true},   {"rv32i", "i\0h", 4, "rv64ih", false},
        {"rv64e", "i\0h", 4, "rv64ih", false}, {"rv64i", "i", 2, "rv64ih", false},
        {"rv64i", "", 0, "rv64ih", true},      {"rv64i", "", 1, "rv64ih", true},
        {"rv64i", "", 1, "rv64i", false},      {"rv64i", "i\0h", 3, "", true},
        {"", "i\0h", 4, "rv64ih", false},
    };
    (void)state;
    for (uint32_t i = 0; i < ARRAY_COUNT(harts); i++) {
        begin();
        begin_root();
        begin_cpus();
        fdt_begin_node(tree, "cpu");
        put_text("device_type", "cpu");
        fdt_property_u32(tree, "reg", 1);
        put_text("riscv,isa-base", harts[i].base);
        put("riscv,isa-extensions", harts[i].names, harts[i].size);
        put_text("riscv,isa", harts[i].isa);
        fdt_end_node(tree);
        fdt_end_node(tree);
        assert_int_equal(finish(), harts[i].has_h ? HYP_OK : HYP_E_UNSUPPORTED);
        assert_int_equal(m.hart_count, harts[i].has_h);
    }
}

static void test_isa_names(void **state)
{
    (void)state;
    begin();
    begin_root();
    fdt_begin_node(tree, "cpus");
    fdt_property_u32(tree, "#address-cells", 2);
    fdt_property_u32(tree, "timebase-frequency", 1000);
    fdt_begin_node(tree, "cpu");
    put_text("device_type", "cpu");
    fdt_property_u64(tree, "reg", 0x100000002);
    put_text("riscv,isa", "rv64i");
    put("riscv,isa-extensions", "i\0svpbmt\0h\0zzz\0zba\0m", 21);
    fdt_end_node(tree);
    fdt_end_node(tree);
    assert_int_equal(finish(), HYP_OK);
    assert_int_equal(m.hart_id[0], 0x100000002);
    assert_int_equal(m.all.mmu, GUEST_MMU_SV39);
    assert_int_equal(m.all.isa, BIT(GUEST_ISA_I) | BIT(GUEST_ISA_M) | BIT(GUEST_ISA_ZBA) |
                                    BIT(GUEST_ISA_SVPBMT));
}

static void test_too_many_harts(void **state)
{
    (void)state;
    begin();
    begin_root();
    begin_cpus();
    for (uint32_t i = 0; i < HYP_HART_MAX + 2; i++) {
        fdt_begin_node(tree, "c");
        put_text("device_type", "cpu");
        fdt_property_u32(tree, "reg", i);
        put_text("riscv,isa", "rv64imach");
        fdt_end_node(tree);
    }
    fdt_end_node(tree);
    assert_int_equal(finish(), HYP_OK);
    assert_int_equal(m.hart_count, HYP_HART_MAX);
    assert_int_equal(m.harts_left_out, 2);
    assert_int_equal(machine_harts(&m), UINT64_MAX);
}

static void test_bootargs(void **state)
{
    (void)state;
    char text[MACHINE_BOOTARGS_SIZE + 1];
    memset(text, 'a', sizeof(text));
    for (int size = 1; size <= MACHINE_BOOTARGS_SIZE + 1; size += MACHINE_BOOTARGS_SIZE / 2) {
        begin();
        begin_root();
        fdt_begin_node(tree, "chosen");
        put("bootargs", text, size);
        fdt_end_node(tree);
        one_cpu("rv64imach", 0);
        assert_int_equal(finish(), HYP_OK);
        bool fits = size <= MACHINE_BOOTARGS_SIZE;
        assert_int_equal(strlen(m.bootargs), fits ? size - 1 : 0);
        assert_int_equal(m.bootargs_left_out, fits ? 0 : size - 1);
    }
}

static void put_seed(const char *node, const char *name, const char *text)
{
    fdt_begin_node(tree, node);
    put(name, text, (int)strlen(text));
    fdt_end_node(tree);
}

/* /chosen's seeds, whichever is there; no other node's. */
static void test_seeds(void **state)
{
    (void)state;
    static const char text[] = "a seed of more than 32 bytes, all of which count";
    static const struct {
        const char *node, *name, *text;
        uint32_t size;
    } seeds[] = {
        {"chosen", "rng-seed", text, sizeof(text) - 1},
        {"chosen", "rng-seed", "odd", 3},
        {"chosen", "kaslr-seed", "12345678", 8},
        {"chosen", "rng-seed", "", 0},
        {"chosen", "kaslr-seed", "", 0},
        {"chosen", "rng-seeds", text, 0},
        {"other", "rng-seed", text, 0},
    };
    for (unsigned i = 0; i < ARRAY_COUNT(seeds); i++) {
        begin();
        begin_root();
        put_seed(seeds[i].node, seeds[i].name, seeds[i].text);
        one_cpu("rv64imach", 0);
        assert_int_equal(finish(), HYP_OK);
        assert_int_equal(m.seed.size, seeds[i].size);
        if (seeds[i].size != 0 && seeds[i].size < sizeof(m.seed.key)) {
            assert_memory_equal(m.seed.key, seeds[i].text, seeds[i].size);
        }
    }
    begin();
    begin_root();
    fdt_begin_node(tree, "chosen");
    put("kaslr-seed", "\0\0\0\0\0\0\0", 8);
    put("rng-seed", "both of them", 12);
    fdt_end_node(tree);
    one_cpu("rv64imach", 0);
    assert_int_equal(finish(), HYP_OK);
    assert_int_equal(m.seed.size, 12);
    begin();
    begin_root();
    fdt_begin_node(tree, "chosen");
    put("kaslr-seed", "12345678", 8);
    put("rng-seed", "both of them", 12);
    fdt_end_node(tree);
    one_cpu("rv64imach", 0);
    assert_int_equal(finish(), HYP_OK);
    assert_int_equal(m.seed.size, 20);
}

static void test_no_machine(void **state)
{
    (void)state;
    begin();
    begin_root();
    assert_int_equal(finish(), HYP_E_ABSENT);
    begin();
    begin_root();
    begin_cpus();
    fdt_end_node(tree);
    assert_int_equal(finish(), HYP_E_ABSENT);
    memset(tree, 0, sizeof(tree));
    assert_int_equal(machine_read(&m, tree, sizeof(tree)), HYP_E_FORMAT);
}

static void test_probe(void **state)
{
    (void)state;
    begin();
    begin_root();
    one_cpu("rv64imach_zihpm_sscofpmf_sstc_svade_svadu", 0);
    assert_int_equal(finish(), HYP_OK);
    csr_host_reset();
    /* The host's CSRs keep all that is written. */
    assert_int_equal(machine_probe(&m), HYP_OK);
    assert_int_equal(m.gpa_bits, 59);
    assert_int_equal(m.vmid_bits, 14);
    assert_true((m.all.isa & BIT(GUEST_ISA_SSTC)) != 0);
    assert_false(m.svpbmt);
    assert_int_equal(machine_henvcfg(m.all.isa), HENVCFG_STCE);
    assert_int_equal(m.all.isa & (BIT(GUEST_ISA_ZIHPM) | BIT(GUEST_ISA_SSCOFPMF)),
                     BIT(GUEST_ISA_ZIHPM));
    assert_int_equal(machine_hcounteren(&m, m.all.isa), UINT32_MAX);
    assert_int_equal(m.all.isa & (BIT(GUEST_ISA_SVADE) | BIT(GUEST_ISA_SVADU)),
                     BIT(GUEST_ISA_SVADE));
    assert_int_equal(csr_read(CSR_HENVCFG), 0);
    assert_int_equal(csr_read(CSR_HGATP), 0);
}

/* A hart whose hgatp has Sv39x4 alone, and 5 bits of VMID. */
static bool small_hgatp(void *state, unsigned number, enum csr_host_op op, uint64_t value,
                        uint64_t *old)
{
    uint64_t *hgatp = csr_host(CSR_HGATP);
    (void)state;
    if (number != CSR_HGATP) {
        return false;
    }
    *old = *hgatp;
    if (op == CSR_HOST_WRITE) {
        bool works = value >> 60 == HGATP_SV39X4;
        *hgatp = works ? value & ~(UINT64_C(0x3fe0) << HGATP_VMID_SHIFT) : 0;
    }
    return true;
}

static void test_probe_of_small_hgatp(void **state)
{
    (void)state;
    begin();
    begin_root();
    one_cpu("rv64imach", 0);
    assert_int_equal(finish(), HYP_OK);
    csr_host_reset();
    csr_host_attach(small_hgatp, NULL);
    assert_int_equal(machine_probe(&m), HYP_OK);
    csr_host_attach(NULL, NULL);
    assert_int_equal(m.gpa_bits, 41);
    assert_int_equal(m.vmid_bits, 5);
    assert_int_equal(csr_read(CSR_HGATP), 0);
}

static void test_more_can_be_reserved(void **state)
{
    (void)state;
    struct machine m = {.reserved_count = 0};
    machine_reserve(&m, 0x1000, 0x10);
    machine_reserve(&m, 0x2000, 0);
    assert_int_equal(m.reserved_count, 1);
    assert_true(m.reserved[0].hpa == 0x1000 && m.reserved[0].size == 0x10);
}

/* ---- Room ------------------------------------------------------------------------------------ */

#define OWN ((struct range){0x80200000, 0x100000})

static void expect_clash(enum machine_clash clash, uint64_t start, uint64_t size)
{
    struct range with;
    assert_int_equal(machine_find_clash(&m, OWN, &with), clash);
    assert_int_equal(with.start, start);
    assert_int_equal(with.size, size);
}

static void test_clash_with_ram(void **state)
{
    (void)state;
    struct range with;
    m = (struct machine){.mem = {{0x80300000, 0x1000}, {0x80000000, 0x280000}}, .mem_count = 1};
    expect_clash(MACHINE_CLASH_NO_RAM, 0, 0);
    m.mem_count = 2;
    expect_clash(MACHINE_CLASH_NO_RAM, 0x80000000, 0x280000);
    m.mem[0] = (struct hyp_mem){0x80280000, 0x7ffff};
    expect_clash(MACHINE_CLASH_NO_RAM, 0x80280000, 0x7ffff);
    m.mem[0].size++;
    expect_clash(MACHINE_CLASH_NONE, 0, 0);
    /* Over each other, and one inside another. */
    m.mem[m.mem_count++] = (struct hyp_mem){0x80210000, 0x1000};
    m.mem[0] = (struct hyp_mem){0x80100000, 0x300000};
    expect_clash(MACHINE_CLASH_NONE, 0, 0);
    m.mem[0] = (struct hyp_mem){0, UINT64_MAX};
    expect_clash(MACHINE_CLASH_NONE, 0, 0);
    struct range high = {BIT(56) - 0x1000, 0x1000};
    assert_int_equal(machine_find_clash(&m, high, &with), MACHINE_CLASH_NONE);
    high.size++;
    assert_int_equal(machine_find_clash(&m, high, &with), MACHINE_CLASH_NO_RAM);
    high = (struct range){UINT64_MAX - 0xfff, 0x2000};
    assert_int_equal(machine_find_clash(&m, high, &with), MACHINE_CLASH_NO_RAM);
}

static void test_clash_with_others(void **state)
{
    (void)state;
    m = (struct machine){.mem = {{0x80000000, 0x10000000}},
                         .mem_count = 1,
                         .reserved = {{0x80000000, 0x200000}, {0x80300000, 1}},
                         .reserved_count = 2,
                         .initrd = {0x80300000, 0x1000}};
    expect_clash(MACHINE_CLASH_NONE, 0x80300000, 0x1000);
    m.initrd = (struct hyp_mem){0x802fffff, 1};
    expect_clash(MACHINE_CLASH_INITRD, 0x802fffff, 1);
    m.reserved[1] = (struct hyp_mem){0x80000000, UINT64_MAX - 0x80000000};
    expect_clash(MACHINE_CLASH_RESERVED, 0x80000000, UINT64_MAX - 0x80000000);
    m.reserved[0].size++;
    expect_clash(MACHINE_CLASH_RESERVED, 0x80000000, 0x200001);
}

static void read_initrd(const void *start, int start_size, const void *end, int end_size)
{
    begin();
    begin_root();
    one_cpu("rv64imach", 0);
    fdt_begin_node(tree, "chosen");
    put("linux,initrd-start", start, start_size);
    put("linux,initrd-end", end, end_size);
    fdt_end_node(tree);
    assert_int_equal(finish(), HYP_OK);
}

static void test_initrd(void **state)
{
    (void)state;
    const uint32_t short_start = cpu_to_fdt32(0x84000000);
    const uint32_t short_end = cpu_to_fdt32(0x84001000);
    const uint64_t long_end = cpu_to_fdt64(0x184001000);
    read_initrd(&short_start, 4, &short_end, 4);
    assert_int_equal(m.initrd.hpa, 0x84000000);
    assert_int_equal(m.initrd.size, 0x1000);
    read_initrd(&short_start, 4, &long_end, 8);
    assert_int_equal(m.initrd.size, 0x100001000);
    read_initrd(&short_end, 4, &short_start, 4);
    assert_int_equal(m.initrd.size, 0);
    read_initrd(&short_start, 3, &short_end, 4); /* Not a number: 0. */
    assert_int_equal(m.initrd.size, 0);
}

/* What the fields of a hart's henvcfg and hcounteren can hold, CBIE apart. */
static struct {
    uint64_t henvcfg;
    uint64_t hcounteren;
    uint64_t cbie[4]; /* What CBIE holds when n is written. */
} holds;

static bool small_env(void *state, unsigned number, enum csr_host_op op, uint64_t value,
                      uint64_t *old)
{
    (void)state;
    if (op != CSR_HOST_WRITE || (number != CSR_HENVCFG && number != CSR_HCOUNTEREN)) {
        return false;
    }
    *old = *csr_host(number);
    if (number == CSR_HENVCFG) {
        *csr_host(number) = (value & holds.henvcfg) | holds.cbie[value >> 4 & 3] << 4;
    } else {
        *csr_host(number) = value & holds.hcounteren;
    }
    return true;
}

static void probe_small_env(const char *isa)
{
    begin();
    begin_root();
    one_cpu(isa, 64);
    assert_int_equal(finish(), HYP_OK);
    csr_host_reset();
    csr_host_attach(small_env, NULL);
    assert_int_equal(machine_probe(&m), HYP_OK);
    csr_host_attach(NULL, NULL);
    assert_int_equal(csr_read(CSR_HENVCFG), 0);
    assert_int_equal(csr_read(CSR_HCOUNTEREN), 0);
}

/* The machine lets cbo.inval flush, or guests have no Zicbom: an invalidation is never granted. */
static void test_probe_of_cbie(void **state)
{
    (void)state;
    static const struct {
        uint64_t henvcfg;
        uint64_t cbie[4];
        bool has;
    } harts[] = {
        {HENVCFG_CBCFE | HENVCFG_CBZE, {0, 1, 0, 3}, true},
        {HENVCFG_CBCFE | HENVCFG_CBZE, {0, 1, 0, 0}, true},  /* Flushes at most. */
        {HENVCFG_CBCFE | HENVCFG_CBZE, {0, 3, 3, 3}, false}, /* Invalidates or traps. */
        {HENVCFG_CBCFE | HENVCFG_CBZE, {0, 0, 0, 3}, false},
        {HENVCFG_CBCFE | HENVCFG_CBZE, {0, 0, 0, 0}, false},
        {HENVCFG_CBZE, {0, 1, 0, 3}, false},
    };
    for (unsigned i = 0; i < ARRAY_COUNT(harts); i++) {
        holds.henvcfg = harts[i].henvcfg;
        holds.hcounteren = UINT32_MAX;
        memcpy(holds.cbie, harts[i].cbie, sizeof(holds.cbie));
        probe_small_env("rv64imach_zicbom");
        assert_int_equal((m.all.isa & BIT(GUEST_ISA_ZICBOM)) != 0, harts[i].has);
        assert_int_equal(machine_henvcfg(m.all.isa),
                         harts[i].has ? HENVCFG_CBIE_FLUSH | HENVCFG_CBCFE : 0);
        probe_small_env("rv64imach");
        assert_int_equal(machine_henvcfg(m.all.isa), 0);
    }
}

static void test_probe_of_counters(void **state)
{
    (void)state;
    static const struct {
        const char *isa;
        uint64_t holds;
        uint64_t granted;
        bool zicntr, zihpm;
    } harts[] = {
        {"rv64imach_zicntr_zihpm", UINT32_MAX, UINT32_MAX, true, true},
        {"rv64imach_zicntr_zihpm", 0xf, 0xf, true, true},
        {"rv64imach_zicntr_zihpm", 0x80000007, 0x80000007, true, true},
        {"rv64imach_zicntr_zihpm", 7, 7, true, false}, /* No counter is there. */
        {"rv64imach_zicntr_zihpm", 0, 0, false, false},
        {"rv64imach_zicntr_zihpm", 0x1d, 0x1d, false, true}, /* No time. */
        {"rv64imach", UINT32_MAX, UINT32_MAX, true, true},   /* A string's i stands for both. */
        {"i h zicntr", UINT32_MAX, 7, true, false},
        {"i h", UINT32_MAX, 7, false, false},
    };
    holds.henvcfg = 0;
    memset(holds.cbie, 0, sizeof(holds.cbie));
    for (unsigned i = 0; i < ARRAY_COUNT(harts); i++) {
        holds.hcounteren = harts[i].holds;
        probe_small_env(harts[i].isa);
        assert_int_equal(machine_hcounteren(&m, m.all.isa), harts[i].granted);
        assert_int_equal((m.all.isa & BIT(GUEST_ISA_ZICNTR)) != 0, harts[i].zicntr);
        assert_int_equal((m.all.isa & BIT(GUEST_ISA_ZIHPM)) != 0, harts[i].zihpm);
    }
}

/* ---- Harts that lack what their tree says ------------------------------------------------------
 */

static bool is_of_h(unsigned number)
{
    return number >> 8 == 6 || number >> 8 == 2 || number == 0xe12;
}

static bool is_env(unsigned number)
{
    return number == CSR_HENVCFG || number == CSR_SENVCFG || number == CSR_HSTATEEN0;
}

static enum hyp_status probe_lacking(const char *isa, bool (*absent)(unsigned), unsigned fp)
{
    begin();
    begin_root();
    one_cpu(isa, 64);
    assert_int_equal(finish(), HYP_OK);
    csr_host_reset();
    csr_host_set_absent(absent);
    world_host_set_absent_fp(fp);
    enum hyp_status status = machine_probe(&m);
    csr_host_set_absent(NULL);
    world_host_set_absent_fp(0);
    return status;
}

/* No CSR of H is accessed on a hart without it: the host would abort. */
static void test_probe_without_h(void **state)
{
    (void)state;
    assert_int_equal(probe_lacking("rv64imafdch", is_of_h, 0), HYP_E_UNSUPPORTED);
}

static void test_probe_without_envcfg(void **state)
{
    (void)state;
    uint64_t env = BIT(GUEST_ISA_SSTC) | BIT(GUEST_ISA_SVPBMT) | BIT(GUEST_ISA_ZICBOM) |
                   BIT(GUEST_ISA_ZICBOZ) | BIT(GUEST_ISA_SVADU);
    const char *isa = "rv64imach_zicbom_zicboz_zba_sstc_svadu_svpbmt";
    assert_int_equal(probe_lacking(isa, is_env, 0), HYP_OK);
    assert_false(m.envcfg || m.stateen || m.svpbmt);
    assert_int_equal(m.all.isa & env, 0);
    assert_true((m.all.isa & BIT(GUEST_ISA_ZBA)) != 0);
    assert_int_equal(probe_lacking(isa, NULL, 0), HYP_OK);
    assert_true(m.envcfg && m.stateen && m.svpbmt);
    assert_int_equal(m.all.isa & env, env);
}

static void test_probe_of_fp(void **state)
{
    uint64_t f = BIT(GUEST_ISA_F) | BIT(GUEST_ISA_ZFA) | BIT(GUEST_ISA_ZFH) | BIT(GUEST_ISA_ZFHMIN);
    uint64_t d = BIT(GUEST_ISA_D);
    uint64_t v =
        BIT(GUEST_ISA_V) | BIT(GUEST_ISA_ZVBB) | BIT(GUEST_ISA_ZVFHMIN) | BIT(GUEST_ISA_ZVKT);
    const struct {
        unsigned absent;
        uint64_t has;
    } harts[] = {
        {0, f | d | v},
        {WORLD_V, f | d},
        {WORLD_V | WORLD_D, f},
        {WORLD_FP_ALL, 0},
    };
    (void)state;
    for (uint32_t i = 0; i < ARRAY_COUNT(harts); i++) {
        assert_int_equal(
            probe_lacking("rv64imafdcvh_zfa_zfh_zfhmin_zvbb_zvfhmin_zvkt", NULL, harts[i].absent),
            HYP_OK);
        assert_int_equal(m.all.isa & (f | d | v), harts[i].has);
    }
    /* Extensions that the tree does not say are not granted, though the hart has them. */
    assert_int_equal(probe_lacking("rv64imach", NULL, 0), HYP_OK);
    assert_int_equal(m.all.isa & (f | d | v), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_memory),
        cmocka_unit_test(test_status),
        cmocka_unit_test(test_stdout),
        cmocka_unit_test(test_stdout_left_out),
        cmocka_unit_test(test_devices),
        cmocka_unit_test(test_too_many_devices),
        cmocka_unit_test(test_reserved_cells),
        cmocka_unit_test(test_too_many_ranges),
        cmocka_unit_test(test_nearest_reservations_are_joined),
        cmocka_unit_test(test_harts),
        cmocka_unit_test(test_other_controllers),
        cmocka_unit_test(test_blocks),
        cmocka_unit_test(test_kinds),
        cmocka_unit_test(test_too_many_kinds),
        cmocka_unit_test(test_no_hart_with_h),
        cmocka_unit_test(test_isa_base),
        cmocka_unit_test(test_isa_names),
        cmocka_unit_test(test_too_many_harts),
        cmocka_unit_test(test_bootargs),
        cmocka_unit_test(test_clash_with_ram),
        cmocka_unit_test(test_clash_with_others),
        cmocka_unit_test(test_initrd),
        cmocka_unit_test(test_seeds),
        cmocka_unit_test(test_no_machine),
        cmocka_unit_test(test_more_can_be_reserved),
        cmocka_unit_test(test_probe),
        cmocka_unit_test(test_probe_of_cbie),
        cmocka_unit_test(test_probe_of_counters),
        cmocka_unit_test(test_probe_of_small_hgatp),
        cmocka_unit_test(test_probe_without_h),
        cmocka_unit_test(test_probe_without_envcfg),
        cmocka_unit_test(test_probe_of_fp),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
