/* SPDX-License-Identifier: Apache-2.0 */
/* The AIA's drivers read the machine's device tree: once, for all of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>
#include <libfdt.h>

#include "libhv/irqc/test_irqc.h"

#define S_EXT 9
#define S_SOFT 1

static _Alignas(8) uint8_t tree[8192];

static int teardown(void **state)
{
    (void)state;
    test_machine_end();
    return 0;
}

static void put_text(const char *name, const char *text)
{
    fdt_property(tree, name, text, (int)strlen(text) + 1);
}

static void put_hart(uint32_t id)
{
    fdt_begin_node(tree, "cpu");
    put_text("device_type", "cpu");
    fdt_property_u32(tree, "reg", id);
    put_text("riscv,isa", "rv64imach");
    fdt_begin_node(tree, "interrupt-controller");
    put_text("compatible", "riscv,cpu-intc");
    fdt_property_u32(tree, "phandle", 100 + id);
    fdt_end_node(tree);
    fdt_end_node(tree);
}

/* A device with one range of registers that interrupts the harts 1 and 0, in this order. */
static void put_device(const char *compatible, uint64_t hpa, uint64_t size, uint32_t irq)
{
    const fdt64_t reg[] = {cpu_to_fdt64(hpa), cpu_to_fdt64(size)};
    const fdt32_t targets[] = {cpu_to_fdt32(101), cpu_to_fdt32(irq), cpu_to_fdt32(100),
                               cpu_to_fdt32(irq)};
    fdt_begin_node(tree, "device");
    put_text("compatible", compatible);
    fdt_property_u32(tree, "riscv,num-sources", TEST_SOURCES - 1);
    fdt_property(tree, "reg", reg, sizeof(reg));
    fdt_property(tree, "interrupts-extended", targets, sizeof(targets));
    fdt_end_node(tree);
}

/* Two harts, an APLIC in direct mode, an SSWI device; nothing of it is known yet. */
static void make(void)
{
    test_board(TEST_MACHINE_NONE);
    memset(tree, 0, sizeof(tree));
    fdt_create(tree, sizeof(tree));
    fdt_finish_reservemap(tree);
    fdt_begin_node(tree, "");
    fdt_property_u32(tree, "#address-cells", 2);
    fdt_property_u32(tree, "#size-cells", 2);
    put_device("riscv,aplic", TEST_APLIC, 0x8000, S_EXT);
    put_device("riscv,aclint-sswi", TEST_SSWI, ACLINT_SSWI_SIZE, S_SOFT);
    fdt_begin_node(tree, "cpus");
    fdt_property_u32(tree, "#address-cells", 1);
    fdt_property_u32(tree, "#size-cells", 0);
    fdt_property_u32(tree, "timebase-frequency", 1000);
    put_hart(0);
    put_hart(1);
    fdt_end_node(tree);
    fdt_end_node(tree);
    assert_int_equal(fdt_finish(tree), 0);
    assert_int_equal(machine_read(&b.machine, tree, sizeof(tree)), HYP_OK);
    b.aia = (struct irqc_aia){.is_read = false};
}

static void test_an_aplic_of_the_tree_is_found(void **state)
{
    (void)state;
    make();
    hv_irqc_discover(&b.irqc, tree, sizeof(tree));
    assert_ptr_equal(b.irqc.found, &b.modules[1]);
    assert_int_equal(b.machine.source_count, TEST_SOURCES);
    assert_int_equal(b.machine.irqc_index[0], 1);
    assert_int_equal(b.machine.irqc_index[1], 0);
    assert_int_equal(b.aia.found.aplic.hpa, TEST_APLIC);
    assert_int_equal(b.aia.found.sswi.hpa, TEST_SSWI);
}

/* It is gone after that step. */
static void test_the_tree_is_read_once(void **state)
{
    (void)state;
    make();
    irqc_aia_read(&b.aia, &b.irqc, tree, sizeof(tree));
    memset(tree, 0, sizeof(tree));
    hv_irqc_discover(&b.irqc, tree, sizeof(tree));
    assert_ptr_equal(b.irqc.found, &b.modules[1]);
}

static void test_a_tree_that_cannot_be_read_has_no_aplic(void **state)
{
    (void)state;
    make();
    tree[0] = 0;
    hv_irqc_discover(&b.irqc, tree, sizeof(tree));
    assert_null(b.irqc.found);
    assert_int_equal(b.aia.found.sswi.size, 0);
}

/* Most machines have a PLIC: the walk of the tree is spared. */
static void test_a_tree_without_such_nodes_is_not_read(void **state)
{
    (void)state;
    make();
    b.machine.other_irqc = false;
    hv_irqc_discover(&b.irqc, tree, sizeof(tree));
    assert_null(b.irqc.found);
    assert_true(b.aia.is_read);
    assert_int_equal(b.aia.found.source_count, 0);
}

/* The harts have Ssaia, the APLIC sends no messages. */
static void test_each_delivery_mode_has_its_own_driver(void **state)
{
    (void)state;
    make();
    b.machine.all.isa = BIT(GUEST_ISA_SSAIA);
    b.irqc.modules = &b.modules[2];
    b.irqc.module_count = 1;
    hv_irqc_discover(&b.irqc, tree, sizeof(tree));
    assert_null(b.irqc.found);
    assert_int_equal(b.machine.source_count, 0);
}

#define TEST(f) cmocka_unit_test_teardown(f, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_an_aplic_of_the_tree_is_found),
        TEST(test_the_tree_is_read_once),
        TEST(test_a_tree_that_cannot_be_read_has_no_aplic),
        TEST(test_a_tree_without_such_nodes_is_not_read),
        TEST(test_each_delivery_mode_has_its_own_driver),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
