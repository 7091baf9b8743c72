/* SPDX-License-Identifier: Apache-2.0 */
/* Harts of the machine's device tree, and the kinds of them. */
#include "test_machine.h"

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

/* An extension whose block size is unknown or differs is not granted. */
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

/* Kinds beyond the room share the last one, in any order of harts. */
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_harts),          cmocka_unit_test(test_blocks),
        cmocka_unit_test(test_kinds),          cmocka_unit_test(test_too_many_kinds),
        cmocka_unit_test(test_no_hart_with_h), cmocka_unit_test(test_isa_base),
        cmocka_unit_test(test_isa_names),      cmocka_unit_test(test_too_many_harts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
