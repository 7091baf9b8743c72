/* SPDX-License-Identifier: Apache-2.0 */
/* What is read of the machine's device tree, one thing at a time. */
#include <hyp/vm/machine.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <hyp/arch/csr.h>
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

static void put_cpu(uint32_t id, const char *isa, uint32_t cbom)
{
    fdt_begin_node(tree, "cpu");
    put_text("device_type", "cpu");
    fdt_property_u32(tree, "reg", id);
    put_text("riscv,isa", isa);
    put_text("mmu-type", "riscv,sv57");
    if (cbom != 0) {
        fdt_property_u32(tree, "riscv,cbom-block-size", cbom);
    }
    fdt_begin_node(tree, "interrupt-controller");
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

static void one_cpu(const char *isa, uint32_t cbom)
{
    begin_cpus();
    put_cpu(0, isa, cbom);
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

static void put_bus(const char *name, uint32_t hpa)
{
    char serial[32];
    const fdt32_t reg[] = {cpu_to_fdt32(hpa), cpu_to_fdt32(0x1000)};
    fdt_begin_node(tree, name);
    fdt_property_u32(tree, "#address-cells", 1);
    fdt_property_u32(tree, "#size-cells", 1);
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
    /* A name that two buses have is one of both: whose, nobody looks. */
    read_stdout("/soc/serial", "", true, true);
    assert_int_equal(m.stdout_regs.hpa, 0);
    assert_true(m.stdout_regs.size == UINT64_MAX);
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
    /* The last 4 are one: from the lowest to the end of the highest. */
    assert_int_equal(m.reserved[15].hpa, 0x100050000);
    assert_int_equal(m.reserved[15].size, 0x30010);
}

static void put_targets(const char *compatible)
{
    const fdt32_t list[] = {cpu_to_fdt32(100), cpu_to_fdt32(9)};
    fdt_begin_node(tree, "node");
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
    fdt_begin_node(tree, "plic");
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
    assert_false(m.other_irqc);
    assert_int_equal(m.timebase_hz, 1000);
    assert_int_equal(m.mmu, GUEST_MMU_SV57);
    assert_true(m.has_h);
    assert_int_equal(m.cbom_block, 64);
    assert_int_equal(m.isa, BIT(GUEST_ISA_I) | BIT(GUEST_ISA_M) | BIT(GUEST_ISA_A) |
                                BIT(GUEST_ISA_C) | BIT(GUEST_ISA_ZBA) | BIT(GUEST_ISA_SSTC) |
                                BIT(GUEST_ISA_ZICBOM));
}

/* What a guest's tree could not say truly, it is not given. */
static void test_blocks(void **state)
{
    (void)state;
    begin();
    begin_root();
    begin_cpus();
    put_cpu(0, "rv64imach_zicbom", 64);
    put_cpu(1, "rv64imach_zicbom", 32);
    fdt_end_node(tree);
    assert_int_equal(finish(), HYP_OK);
    assert_int_equal(m.isa & BIT(GUEST_ISA_ZICBOM), 0);
    assert_int_equal(m.cbom_block, 0);
    begin();
    begin_root();
    one_cpu("rv64imach_zicbom", 0);
    assert_int_equal(finish(), HYP_OK);
    assert_int_equal(m.isa & BIT(GUEST_ISA_ZICBOM), 0);
}

static void test_isa_names(void **state)
{
    (void)state;
    begin();
    begin_root();
    begin_cpus();
    fdt_begin_node(tree, "cpu");
    put_text("device_type", "cpu");
    fdt_property_u64(tree, "reg", 0x100000002);
    put_text("riscv,isa", "rv64i");
    put("riscv,isa-extensions", "i\0svpbmt\0h\0zzz\0zba\0m", 21);
    fdt_end_node(tree);
    fdt_end_node(tree);
    assert_int_equal(finish(), HYP_OK);
    assert_int_equal(m.hart_id[0], 0x100000002);
    assert_true(m.has_h);
    assert_int_equal(m.mmu, GUEST_MMU_SV39);
    assert_int_equal(m.isa, BIT(GUEST_ISA_I) | BIT(GUEST_ISA_M) | BIT(GUEST_ISA_ZBA) |
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
        fdt_end_node(tree);
    }
    fdt_end_node(tree);
    assert_int_equal(finish(), HYP_OK);
    assert_int_equal(m.hart_count, HYP_HART_MAX);
    assert_int_equal(m.harts_left_out, 2);
    assert_false(m.has_h);
    assert_int_equal(machine_probe(&m), HYP_E_UNSUPPORTED);
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
    assert_true(m.sstc);
    assert_false(m.svpbmt);
    assert_int_equal(m.henvcfg, HENVCFG_STCE);
    assert_int_equal(m.isa & (BIT(GUEST_ISA_ZIHPM) | BIT(GUEST_ISA_SSCOFPMF)), 0);
    assert_int_equal(m.isa & (BIT(GUEST_ISA_SVADE) | BIT(GUEST_ISA_SVADU)), BIT(GUEST_ISA_SVADE));
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_memory),
        cmocka_unit_test(test_stdout),
        cmocka_unit_test(test_stdout_left_out),
        cmocka_unit_test(test_devices),
        cmocka_unit_test(test_too_many_devices),
        cmocka_unit_test(test_too_many_ranges),
        cmocka_unit_test(test_harts),
        cmocka_unit_test(test_other_controllers),
        cmocka_unit_test(test_blocks),
        cmocka_unit_test(test_isa_names),
        cmocka_unit_test(test_too_many_harts),
        cmocka_unit_test(test_bootargs),
        cmocka_unit_test(test_no_machine),
        cmocka_unit_test(test_probe),
        cmocka_unit_test(test_probe_of_small_hgatp),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
