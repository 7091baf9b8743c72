/* SPDX-License-Identifier: Apache-2.0 */
/* Interrupt controllers on buses: the one that is used, its registers and the numbers of harts. */
#include "test_bus.h"

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plic),
        cmocka_unit_test(test_plics),
        cmocka_unit_test(test_short_plic),
        cmocka_unit_test(test_plic_of_one_hart),
        cmocka_unit_test(test_no_controllers),
        cmocka_unit_test(test_imsic),
        cmocka_unit_test(test_imsic_of_ranges),
        cmocka_unit_test(test_sswi),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
