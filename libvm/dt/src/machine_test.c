/* SPDX-License-Identifier: Apache-2.0 */
/* machine_read(): memory, devices, reservations, controllers and /chosen. */
#include "test_machine.h"

#include <stdio.h>

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
    assert_int_equal(m.mem[1].size, 0xfff); /* It ends before 2^64. */
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

/* Firmware that enables a node in place leaves NULs of "disabled". A list of texts is no status. */
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
    /* The path distinguishes two buses of the same name. */
    read_stdout("/soc/serial", "", true, true);
    assert_int_equal(m.stdout_regs.hpa, 0x2000);
    read_stdout("/bus/serial", "", false, true);
    assert_int_equal(m.stdout_regs.hpa, 0x3000);
    read_stdout("/soc/serial@2000", "", true, true);
    assert_int_equal(m.stdout_regs.hpa, 0x2000);
}

/* A device that was left out may be the console, so any address may be its. */
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

/* /reserved-memory may lack its cells (0): the root's apply. With more than 2 cells all memory is
 * reserved. */
static void test_reserved_cells(void **state)
{
    (void)state;
    static const struct {
        uint32_t cells[2]; /* The node's own; 0: it has none. */
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
        fdt_begin_node(tree, "anywhere"); /* It has no reg. */
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

/* No reserved range is left out, even if there are too many. */
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
    /* The last 4 are joined, as they are nearest to each other. */
    assert_int_equal(m.reserved[15].hpa, 0x100050000);
    assert_int_equal(m.reserved[15].size, 0x30010);
}

/* Memory between other ranges stays free, as the image may be there. */
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

/* other_irqc says if machine_read_aia() has anything to read. */
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

/* Either seed of /chosen counts, and no other node's. */
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

static void test_more_can_be_reserved(void **state)
{
    (void)state;
    struct machine m = {.reserved_count = 0};
    machine_reserve(&m, 0x1000, 0x10);
    machine_reserve(&m, 0x2000, 0);
    assert_int_equal(m.reserved_count, 1);
    assert_true(m.reserved[0].hpa == 0x1000 && m.reserved[0].size == 0x10);
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
    read_initrd(&short_start, 3, &short_end, 4); /* It is too short for a number. */
    assert_int_equal(m.initrd.size, 0);
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
        cmocka_unit_test(test_other_controllers),
        cmocka_unit_test(test_bootargs),
        cmocka_unit_test(test_initrd),
        cmocka_unit_test(test_seeds),
        cmocka_unit_test(test_no_machine),
        cmocka_unit_test(test_more_can_be_reserved),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
