/* SPDX-License-Identifier: Apache-2.0 */
/* The supervisor-level APLIC and IMSIC, in trees of QEMU and firmware, and in malformed ones. */
#include <hyp/vm/machine_aia.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <string.h>

#include <cmocka.h>
#include <libfdt.h>

#define M_EXT 11
#define S_EXT 9
#define S_SOFT 1
#define HARTS 3

enum { APLIC_M = 50, APLIC_S, IMSIC_M, IMSIC_S };

static _Alignas(8) uint8_t tree[16384];
static struct machine m;
static struct machine_aia aia;

static void put_text(const char *name, const char *text)
{
    fdt_property(tree, name, text, (int)strlen(text) + 1);
}

static void put_reg(uint64_t hpa, uint64_t size)
{
    const fdt64_t reg[] = {cpu_to_fdt64(hpa), cpu_to_fdt64(size)};
    fdt_property(tree, "reg", reg, sizeof(reg));
}

/* Lists the harts in descending order. */
static void put_targets(uint32_t irq)
{
    fdt32_t list[2 * HARTS];
    for (uint32_t i = 0; i < HARTS; i++) {
        list[2 * i] = cpu_to_fdt32(100 + HARTS - 1 - i);
        list[2 * i + 1] = cpu_to_fdt32(irq);
    }
    fdt_property(tree, "interrupts-extended", list, sizeof(list));
}

static void put_harts(void)
{
    fdt_begin_node(tree, "cpus");
    fdt_property_u32(tree, "#address-cells", 1);
    fdt_property_u32(tree, "#size-cells", 0);
    fdt_property_u32(tree, "timebase-frequency", 1000);
    for (uint32_t i = 0; i < HARTS; i++) {
        fdt_begin_node(tree, "cpu");
        put_text("device_type", "cpu");
        fdt_property_u32(tree, "reg", i);
        put_text("riscv,isa", "rv64imach");
        fdt_begin_node(tree, "interrupt-controller");
        put_text("compatible", "riscv,cpu-intc");
        fdt_property_u32(tree, "phandle", 100 + i);
        fdt_end_node(tree);
        fdt_end_node(tree);
    }
    fdt_end_node(tree);
}

static void begin_with(uint32_t cells)
{
    memset(tree, 0, sizeof(tree));
    fdt_create(tree, sizeof(tree));
    fdt_finish_reservemap(tree);
    fdt_begin_node(tree, "");
    fdt_property_u32(tree, "#address-cells", cells);
    fdt_property_u32(tree, "#size-cells", cells);
}

static void begin(void)
{
    begin_with(2);
}

static enum hyp_status finish(void)
{
    put_harts();
    fdt_end_node(tree);
    assert_int_equal(fdt_finish(tree), 0);
    assert_int_equal(machine_read(&m, tree, sizeof(tree)), HYP_OK);
    return machine_read_aia(&m, &aia, tree, sizeof(tree));
}

static void begin_aplic(uint32_t phandle, uint64_t hpa)
{
    fdt_begin_node(tree, "aplic");
    fdt_property(tree, "compatible", "qemu,aplic\0riscv,aplic", 23);
    fdt_property_u32(tree, "phandle", phandle);
    fdt_property_u32(tree, "riscv,num-sources", 96);
    put_reg(hpa, 0x8000);
}

static void put_direct(uint32_t phandle, uint64_t hpa, uint32_t irq)
{
    begin_aplic(phandle, hpa);
    put_targets(irq);
    fdt_end_node(tree);
}

static void put_msi(uint32_t phandle, uint64_t hpa, uint32_t parent)
{
    begin_aplic(phandle, hpa);
    fdt_property_u32(tree, "msi-parent", parent);
    fdt_end_node(tree);
}

/* Values that a test changes. */
static uint32_t guest_bits = 2;
static uint64_t imsic_size = 0xc000;

static void put_imsic(uint32_t phandle, uint64_t hpa, uint32_t irq, uint32_t ids, uint32_t groups)
{
    fdt_begin_node(tree, "imsics");
    put_text("compatible", "riscv,imsics");
    fdt_property_u32(tree, "phandle", phandle);
    fdt_property_u32(tree, "riscv,num-ids", ids);
    fdt_property_u32(tree, "riscv,guest-index-bits", guest_bits);
    if (groups != 0) {
        fdt_property_u32(tree, "riscv,group-index-bits", groups);
    }
    put_reg(hpa, imsic_size);
    put_targets(irq);
    fdt_end_node(tree);
}

static void expect_harts(void)
{
    for (uint32_t i = 0; i < HARTS; i++) {
        assert_int_equal(aia.hart_index[i], HARTS - 1 - i);
    }
    assert_int_equal(aia.hart_index[HARTS], MACHINE_NO_INDEX);
}

static void test_direct(void **state)
{
    (void)state;
    begin();
    put_direct(APLIC_M, 0xc000000, M_EXT);
    put_direct(APLIC_S, 0xd000000, S_EXT);
    assert_int_equal(finish(), HYP_OK);
    assert_int_equal(aia.aplic.hpa, 0xd000000);
    assert_int_equal(aia.aplic.size, 0x8000);
    assert_int_equal(aia.source_count, 97);
    assert_false(aia.msi);
    assert_int_equal(aia.imsic.size, 0);
    expect_harts();
}

static void test_msi(void **state)
{
    (void)state;
    for (uint32_t first = 0; first < 2; first++) {
        begin();
        if (first != 0) {
            put_imsic(IMSIC_S, 0x28000000, S_EXT, 255, 0);
        }
        put_imsic(IMSIC_M, 0x24000000, M_EXT, 255, 0);
        put_msi(APLIC_M, 0xc000000, IMSIC_M);
        put_msi(APLIC_S, 0xd000000, IMSIC_S);
        if (first == 0) {
            put_imsic(IMSIC_S, 0x28000000, S_EXT, 255, 0);
        }
        assert_int_equal(finish(), HYP_OK);
        assert_int_equal(aia.aplic.hpa, 0xd000000);
        assert_true(aia.msi);
        assert_int_equal(aia.imsic.hpa, 0x28000000);
        assert_int_equal(aia.imsic.size, 0xc000);
        assert_int_equal(aia.id_max, 255);
        assert_int_equal(aia.guest_id_max, 255);
        assert_int_equal(aia.guest_bits, 2);
        expect_harts();
    }
}

/* An APLIC that can do both sends messages, unless no IMSIC takes them at that level. */
static void test_both(void **state)
{
    (void)state;
    for (uint32_t has_imsic = 0; has_imsic < 2; has_imsic++) {
        begin();
        begin_aplic(APLIC_S, 0xd000000);
        put_targets(S_EXT);
        fdt_property_u32(tree, "msi-parent", IMSIC_S);
        fdt_end_node(tree);
        put_imsic(IMSIC_S, 0x28000000, has_imsic != 0 ? S_EXT : M_EXT, 255, 0);
        assert_int_equal(finish(), HYP_OK);
        assert_int_equal(aia.source_count, 97);
        assert_true(aia.msi == (has_imsic != 0));
        expect_harts();
    }
}

static void put_sswi(uint64_t hpa)
{
    fdt_begin_node(tree, "sswi");
    put_text("compatible", "riscv,aclint-sswi");
    put_text("status", "disabled");
    fdt_property_u32(tree, "#interrupt-cells", 0);
    put_reg(hpa, 0x4000);
    fdt_end_node(tree);
}

/* The registers of each controller are recorded, used or not, and never left out. */
static void test_regs(void **state)
{
    (void)state;
    begin();
    put_imsic(IMSIC_M, 0x24000000, M_EXT, 255, 0);
    put_msi(APLIC_M, 0xc000000, IMSIC_M);
    put_sswi(0x2f00000);
    put_direct(APLIC_S, 0xd000000, S_EXT);
    assert_int_equal(finish(), HYP_OK);
    assert_int_equal(m.regs_count, 4);
    assert_int_equal(m.regs[0].mem.hpa, 0x24000000);
    assert_int_equal(m.regs[0].mem.size, 0xc000);
    assert_int_equal(m.regs[1].mem.hpa, 0xc000000);
    assert_int_equal(m.regs[2].mem.hpa, 0x2f00000);
    assert_string_equal(m.regs[2].owner, "the hypervisor's SSWI");
    assert_int_equal(m.regs[3].mem.size, 0x8000);
    assert_string_equal(m.regs[3].owner, "the interrupt controller");
    for (uint32_t more = 0; more < 3; more++) {
        begin();
        for (uint32_t i = 0; i < MACHINE_REGS_MAX + more; i++) {
            put_sswi(0x1000000 + i * 0x4000);
        }
        assert_int_equal(finish(), HYP_OK);
        const struct hyp_regs *last = &m.regs[MACHINE_REGS_MAX - 1];
        assert_int_equal(m.regs_count, MACHINE_REGS_MAX);
        assert_true(last->mem.size == (more != 0 ? UINT64_MAX : 0x4000));
        assert_int_equal((last - 1)->mem.size, 0x4000);
    }
}

static void expect_of_no_use(uint32_t bits, uint64_t size, uint32_t ids, uint32_t groups)
{
    guest_bits = bits;
    imsic_size = size;
    begin();
    put_msi(APLIC_S, 0xd000000, IMSIC_S);
    put_imsic(IMSIC_S, 0x28000000, S_EXT, ids, groups);
    assert_int_equal(finish(), HYP_OK);
    assert_int_equal(aia.source_count, 0);
    guest_bits = 2;
    imsic_size = 0xc000;
}

static void test_unsound_imsics(void **state)
{
    (void)state;
    expect_of_no_use(2, 0xc000, 255, 1);
    expect_of_no_use(2, 0xc000, 62, 0);
    expect_of_no_use(2, 0xc000, 2048, 0);
    expect_of_no_use(8, 0x300000, 255, 0);
    expect_of_no_use(2, 0xbfff, 255, 0); /* The last hart lacks some of its files. */
}

/* Sources without an identity are not counted; one identity is left for IPIs. */
static void test_fewer_identities(void **state)
{
    (void)state;
    static const struct {
        uint32_t ids, sources;
    } of[] = {{255, 97}, {97, 97}, {96, 97}, {95, 95}, {63, 63}};
    for (uint32_t i = 0; i < sizeof(of) / sizeof(of[0]); i++) {
        begin();
        put_msi(APLIC_S, 0xd000000, IMSIC_S);
        put_imsic(IMSIC_S, 0x28000000, S_EXT, of[i].ids, 0);
        assert_int_equal(finish(), HYP_OK);
        assert_int_equal(aia.source_count, of[i].sources);
        assert_int_equal(aia.chip_source_count, 97);
    }
}

/* Puts a direct APLIC: its registers by `cells` and `words`, with another numbering or not. */
static uint32_t direct(uint32_t cells, const uint32_t *words, int count, bool renumbered)
{
    fdt32_t reg[8];
    begin_with(cells);
    fdt_begin_node(tree, "aplic");
    put_text("compatible", "riscv,aplic");
    fdt_property_u32(tree, "riscv,num-sources", 96);
    for (int i = 0; i < count; i++) {
        reg[i] = cpu_to_fdt32(words[i]);
    }
    fdt_property(tree, "reg", reg, 4 * count);
    put_targets(S_EXT);
    if (renumbered) {
        fdt_property(tree, "riscv,hart-indexes", reg, 4);
    }
    fdt_end_node(tree);
    assert_int_equal(finish(), HYP_OK);
    return aia.source_count;
}

static void test_registers(void **state)
{
    (void)state;
    assert_int_equal(direct(1, (uint32_t[]){0xd000000, 0x4060}, 2, false), 97);
    assert_int_equal(aia.aplic.hpa, 0xd000000);
    assert_int_equal(direct(1, (uint32_t[]){0xd000000, 0x405f}, 2, false), 0);
    assert_int_equal(direct(1, (uint32_t[]){0xd000000, 0x8000}, 2, true), 0);
    assert_int_equal(direct(1, (uint32_t[]){0xd000000, 0x8000, 0, 0x8000}, 4, false), 0);
    assert_int_equal(direct(2, (uint32_t[]){0, 0xd000000, 0, 0x8000}, 4, false), 97);
    assert_int_equal(direct(2, (uint32_t[]){0, 0xd000000, 0x8000}, 3, false), 0);
    assert_int_equal(direct(3, (uint32_t[]){0, 0, 0xd000000, 0, 0, 0x8000}, 6, false), 0);
}

static void test_absent(void **state)
{
    (void)state;
    begin();
    put_direct(APLIC_M, 0xc000000, M_EXT);
    put_msi(APLIC_S, 0xd000000, IMSIC_S); /* It has no parent. */
    assert_int_equal(finish(), HYP_OK);
    assert_int_equal(aia.source_count, 0);
    begin();
    begin_aplic(APLIC_S, 0xd000000);
    put_text("status", "disabled");
    put_targets(S_EXT);
    fdt_end_node(tree);
    assert_int_equal(finish(), HYP_OK);
    assert_int_equal(aia.source_count, 0);
    begin();
    assert_int_equal(finish(), HYP_OK);
    assert_int_equal(aia.source_count, 0);
}

static void test_sswi(void **state)
{
    (void)state;
    begin();
    put_direct(APLIC_S, 0xd000000, S_EXT);
    assert_int_equal(finish(), HYP_OK);
    assert_int_equal(aia.sswi.size, 0);
    begin();
    fdt_begin_node(tree, "sswi");
    put_reg(0x2f00000, 0x4000);
    put_targets(S_SOFT);
    put_text("compatible", "riscv,aclint-sswi"); /* It comes after the properties. */
    fdt_end_node(tree);
    assert_int_equal(finish(), HYP_OK);
    assert_int_equal(aia.source_count, 0);
    assert_int_equal(aia.sswi.hpa, 0x2f00000);
    assert_int_equal(aia.sswi.size, 0x4000);
    for (uint32_t i = 0; i < HARTS; i++) {
        assert_int_equal(aia.sswi_index[i], HARTS - 1 - i);
    }
    assert_int_equal(aia.sswi_index[HARTS], MACHINE_NO_INDEX);
}

static void test_short_values(void **state)
{
    (void)state;
    begin();
    fdt_begin_node(tree, "aplic");
    put_text("compatible", "riscv,aplic");
    fdt_property(tree, "riscv,num-sources", "\0\0", 2);
    fdt_property(tree, "reg", "\0\0\0\0\0\0", 6);
    put_targets(S_EXT);
    fdt_end_node(tree);
    assert_int_equal(finish(), HYP_OK);
    assert_int_equal(aia.source_count, 0); /* It is of no use, and no error. */
    assert_int_equal(machine_read_aia(&m, &aia, tree, 30), HYP_E_FORMAT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_direct),         cmocka_unit_test(test_msi),
        cmocka_unit_test(test_both),           cmocka_unit_test(test_absent),
        cmocka_unit_test(test_unsound_imsics), cmocka_unit_test(test_regs),
        cmocka_unit_test(test_registers),      cmocka_unit_test(test_short_values),
        cmocka_unit_test(test_sswi),           cmocka_unit_test(test_fewer_identities),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
