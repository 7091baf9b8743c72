/* SPDX-License-Identifier: Apache-2.0 */
/* Narrowing by hand: the shrinking of one property, and trees that are not as they must be. */
#include <hyp/vm/guest_dt.h>

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>
#include <libfdt.h>

static _Alignas(8) uint8_t tree[4096];
static struct guest_dt_facts facts;

/* The parts of a tree that a test leaves out or makes wrong. */
enum part {
    PART_CHOSEN = 1 << 0,
    PART_BOOTARGS = 1 << 1,
    PART_INITRD = 1 << 2,
    PART_CPUS = 1 << 3,
    PART_REG = 1 << 4,
    PART_ISA = 1 << 5,
    PART_NAMES = 1 << 6,
    PART_MMU = 1 << 7,
    PART_CBOM = 1 << 8,
    PART_INTC = 1 << 9,
    PART_CONTEXTS = 1 << 10,
    PART_ALL = (1 << 11) - 1,
    /* Wrong in another way. */
    LONG_REG = 1 << 11,
    ODD_CONTEXTS = 1 << 12,
    SHORT_INITRD = 1 << 13,
    OPEN_BOOTARGS = 1 << 14,
    NO_PLIC = 1 << 15,
    ODD_CBOM = 1 << 16,
    VCPU_64 = 1 << 17,
};

static void put(const char *name, const void *value, int size)
{
    assert_int_equal(fdt_property(tree, name, value, size), 0);
}

static void put_if(unsigned parts, unsigned part, const char *name, const char *value)
{
    if ((parts & part) != 0) {
        put(name, value, (int)strlen(value) + 1);
    }
}

static void put_chosen(unsigned parts)
{
    if ((parts & PART_CHOSEN) == 0) {
        return;
    }
    fdt_begin_node(tree, "chosen");
    if ((parts & PART_BOOTARGS) != 0) {
        put("bootargs", "quiet\0\0\0", (parts & OPEN_BOOTARGS) != 0 ? 4 : 8);
    }
    if ((parts & PART_INITRD) != 0) {
        const fdt64_t start = cpu_to_fdt64(0x88000000);
        put("linux,initrd-start", &start, (parts & SHORT_INITRD) != 0 ? 4 : 8);
        put("linux,initrd-end", &start, 8);
    }
    fdt_end_node(tree);
}

static void put_cpu(unsigned parts, uint32_t vcpu)
{
    char text[GUEST_ISA_TEXT_SIZE];
    const fdt64_t wide = 0;
    fdt_begin_node(tree, vcpu == 0 ? "cpu@0" : "cpu@1");
    if ((parts & PART_REG) != 0 && (parts & LONG_REG) == 0) {
        fdt_property_u32(tree, "reg", (parts & VCPU_64) != 0 && vcpu == 1 ? 64 : vcpu);
    }
    if ((parts & LONG_REG) != 0) {
        put("reg", &wide, 8);
    }
    (void)guest_isa_string(GUEST_ISA_ALL, text, sizeof(text));
    put_if(parts, PART_ISA, "riscv,isa", text);
    if ((parts & PART_NAMES) != 0) {
        put("riscv,isa-extensions", text, (int)guest_isa_names(GUEST_ISA_ALL, text, sizeof(text)));
    }
    put_if(parts, PART_MMU, "mmu-type", "riscv,sv57");
    if ((parts & PART_CBOM) != 0) {
        put("riscv,cbom-block-size", "\0\0\0\x40", (parts & ODD_CBOM) != 0 ? 3 : 4);
    }
    fdt_property_u32(tree, "riscv,cboz-block-size", 64);
    if ((parts & PART_INTC) != 0) {
        fdt_begin_node(tree, "interrupt-controller");
        fdt_property_u32(tree, "phandle", 1 + vcpu);
        fdt_end_node(tree);
    }
    fdt_end_node(tree);
}

static void put_soc(unsigned parts)
{
    const fdt32_t contexts[] = {cpu_to_fdt32(1), cpu_to_fdt32(9), cpu_to_fdt32(2), cpu_to_fdt32(9)};
    fdt_begin_node(tree, "soc");
    fdt_begin_node(tree, "empty");
    fdt_end_node(tree);
    fdt_begin_node(tree, "plic@c000000");
    put_if(parts, parts & NO_PLIC ? 0 : PART_ALL, "compatible", "riscv,plic0");
    put("reg", "\0\0\0\0", 4);
    if ((parts & PART_CONTEXTS) != 0) {
        put("interrupts-extended", contexts, (parts & ODD_CONTEXTS) != 0 ? 12 : 16);
    }
    fdt_end_node(tree);
    fdt_end_node(tree);
}

static enum hyp_status narrow(unsigned parts)
{
    memset(tree, 0, sizeof(tree));
    fdt_create(tree, sizeof(tree));
    fdt_finish_reservemap(tree);
    fdt_begin_node(tree, "");
    put_chosen(parts);
    if ((parts & PART_CPUS) != 0) {
        fdt_begin_node(tree, "cpus");
        fdt_property_u32(tree, "timebase-frequency", 1);
        put_cpu(parts, 0);
        put_cpu(parts, 1);
        fdt_end_node(tree);
    }
    put_soc(parts);
    fdt_end_node(tree);
    assert_int_equal(fdt_finish(tree), 0);
    return guest_dt_narrow(tree, sizeof(tree), &facts);
}

static int set_up(void **state)
{
    (void)state;
    facts = (struct guest_dt_facts){.vcpu_present = 3,
                                    .isa = 0,
                                    .mmu = GUEST_MMU_SV39,
                                    .cbom_block = 64,
                                    .timebase_hz = 10,
                                    .initrd_end = 0x88000001};
    return 0;
}

/* ---- One property ---- */

/* Boot arguments in a property of `size` bytes, and a property behind it. */
static void make_room(int size)
{
    static const char room[32] = "0123456789abcdef0123456789abcde";
    memset(tree, 0, sizeof(tree));
    fdt_create(tree, sizeof(tree));
    fdt_finish_reservemap(tree);
    fdt_begin_node(tree, "");
    fdt_begin_node(tree, "chosen");
    put("bootargs", room + sizeof(room) - size, size);
    put("q", "next", 5);
    fdt_end_node(tree);
    fdt_begin_node(tree, "cpus");
    fdt_property_u32(tree, "timebase-frequency", 1);
    put_cpu(PART_ALL, 0);
    fdt_end_node(tree);
    fdt_end_node(tree);
    assert_int_equal(fdt_finish(tree), 0);
}

static void test_shrink_to_each_length(void **state)
{
    (void)state;
    char text[20] = "";
    facts.initrd_end = 0;
    for (int from = 1; from <= 16; from++) {
        for (int to = 1; to <= from + 1; to++) {
            make_room(from);
            memset(text, 'A', sizeof(text));
            text[to - 1] = 0;
            facts.bootargs = text;
            enum hyp_status status = guest_dt_narrow(tree, sizeof(tree), &facts);
            assert_int_equal(status, to <= from ? HYP_OK : HYP_E_RANGE);
            if (status != HYP_OK) {
                continue;
            }
            assert_int_equal(fdt_check_full(tree, sizeof(tree)), 0);
            int length = -1;
            int chosen = fdt_path_offset(tree, "/chosen");
            const void *data = fdt_getprop(tree, chosen, "bootargs", &length);
            assert_int_equal(length, to);
            assert_memory_equal(data, text, (size_t)to);
            assert_string_equal(fdt_getprop(tree, chosen, "q", NULL), "next");
            assert_true(fdt_path_offset(tree, "/cpus/cpu@0") > 0);
        }
    }
}

static void test_shrink_pads_with_zeroes(void **state)
{
    (void)state;
    make_room(8);
    facts.initrd_end = 0;
    facts.bootargs = "";
    assert_int_equal(guest_dt_narrow(tree, sizeof(tree), &facts), HYP_OK);
    const char *data = fdt_getprop(tree, fdt_path_offset(tree, "/chosen"), "bootargs", NULL);
    static const uint8_t rest[] = {0, 0, 0, 0, 0, 0, 0, FDT_NOP};
    assert_memory_equal(data, rest, sizeof(rest));
}

/* ---- The tree ---- */

static void test_good(void **state)
{
    (void)state;
    assert_int_equal(narrow(PART_ALL), HYP_OK);
    assert_int_equal(narrow(PART_ALL & ~PART_CBOM), HYP_E_FORMAT);
    facts.cbom_block = 0;
    assert_int_equal(narrow(PART_ALL & ~PART_CBOM), HYP_OK);
    assert_int_equal(narrow((PART_ALL | NO_PLIC) & ~PART_CONTEXTS), HYP_OK);
}

static void test_parameters(void **state)
{
    (void)state;
    facts.vcpu_present = 0;
    assert_int_equal(narrow(PART_ALL), HYP_E_PARAM);
    facts.vcpu_present = 4;
    assert_int_equal(narrow(PART_ALL), HYP_E_PARAM);
    facts.vcpu_present = 1;
    assert_int_equal(narrow(PART_ALL | VCPU_64), HYP_OK);
    assert_true(fdt_path_offset(tree, "/cpus/cpu@1") < 0);
    facts.timebase_hz = 0;
    assert_int_equal(narrow(PART_ALL), HYP_E_PARAM);
}

static void test_initrd(void **state)
{
    (void)state;
    facts.initrd_end = 0x88000000;
    assert_int_equal(narrow(PART_ALL), HYP_OK);
    facts.initrd_end = 0x87ffffff;
    assert_int_equal(narrow(PART_ALL), HYP_E_RANGE);
    facts.initrd_end = 0x88000001;
    assert_int_equal(narrow(PART_ALL & ~PART_INITRD), HYP_E_ABSENT);
    assert_int_equal(narrow(PART_ALL | SHORT_INITRD), HYP_E_FORMAT);
    facts.initrd_end = 0;
    assert_int_equal(narrow(PART_ALL & ~PART_INITRD), HYP_OK);
}

static void test_bootargs(void **state)
{
    (void)state;
    assert_int_equal(narrow(PART_ALL & ~PART_BOOTARGS), HYP_E_FORMAT);
    assert_int_equal(narrow(PART_ALL | OPEN_BOOTARGS), HYP_E_FORMAT);
    facts.bootargs = "1234567";
    assert_int_equal(narrow(PART_ALL), HYP_OK);
    facts.bootargs = "12345678";
    assert_int_equal(narrow(PART_ALL), HYP_E_RANGE);
}

static void test_other_shapes(void **state)
{
    (void)state;
    assert_int_equal(narrow(PART_ALL & ~PART_CHOSEN), HYP_E_FORMAT);
    assert_int_equal(narrow(PART_ALL & ~PART_CPUS), HYP_E_FORMAT);
    assert_int_equal(narrow(PART_ALL & ~PART_REG), HYP_E_FORMAT);
    assert_int_equal(narrow(PART_ALL | LONG_REG), HYP_E_FORMAT);
    assert_int_equal(narrow(PART_ALL & ~PART_ISA), HYP_E_FORMAT);
    assert_int_equal(narrow(PART_ALL & ~PART_NAMES), HYP_E_FORMAT);
    assert_int_equal(narrow(PART_ALL & ~PART_MMU), HYP_E_FORMAT);
    assert_int_equal(narrow(PART_ALL | ODD_CBOM), HYP_E_FORMAT);
    assert_int_equal(narrow(PART_ALL & ~PART_INTC), HYP_E_PARAM);
    assert_int_equal(narrow(PART_ALL & ~PART_CONTEXTS), HYP_E_FORMAT);
    assert_int_equal(narrow(PART_ALL | ODD_CONTEXTS), HYP_E_FORMAT);
}

static void test_bytes_that_are_no_tree(void **state)
{
    (void)state;
    assert_int_equal(narrow(PART_ALL), HYP_OK);
    assert_int_equal(guest_dt_narrow(tree, fdt_totalsize(tree) - 1, &facts), HYP_E_FORMAT);
    assert_int_equal(guest_dt_narrow(tree, 4, &facts), HYP_E_FORMAT);
    tree[0] ^= 1;
    assert_int_equal(guest_dt_narrow(tree, sizeof(tree), &facts), HYP_E_FORMAT);
}

static void test_absent_device(void **state)
{
    (void)state;
    const uint64_t gpas[] = {0};
    facts.absent_gpas = gpas;
    facts.absent_count = 1;
    assert_int_equal(narrow(PART_ALL), HYP_OK);
    assert_true(fdt_path_offset(tree, "/soc/plic@c000000") > 0);
}

/* Each byte of a good tree, made wrong: an answer, and nothing outside the tree is touched. */
static void test_any_one_byte(void **state)
{
    (void)state;
    static const uint8_t values[] = {0, 1, 2, 3, 4, 9, 0x7f, 0x80, 0xff};
    static _Alignas(8) uint8_t good[sizeof(tree)];
    assert_int_equal(narrow(PART_ALL), HYP_OK);
    size_t size = fdt_totalsize(tree);
    memcpy(good, tree, sizeof(tree));
    for (size_t at = 0; at < size; at++) {
        for (size_t i = 0; i < sizeof(values); i++) {
            memcpy(tree, good, sizeof(tree));
            tree[at] = values[i];
            enum hyp_status status = guest_dt_narrow(tree, size, &facts);
            assert_in_range(status, HYP_OK, HYP_E_FORMAT);
            assert_memory_equal(tree + size, good + size, sizeof(tree) - size);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_shrink_to_each_length, set_up),
        cmocka_unit_test_setup(test_shrink_pads_with_zeroes, set_up),
        cmocka_unit_test_setup(test_good, set_up),
        cmocka_unit_test_setup(test_parameters, set_up),
        cmocka_unit_test_setup(test_initrd, set_up),
        cmocka_unit_test_setup(test_bootargs, set_up),
        cmocka_unit_test_setup(test_other_shapes, set_up),
        cmocka_unit_test_setup(test_bytes_that_are_no_tree, set_up),
        cmocka_unit_test_setup(test_absent_device, set_up),
        cmocka_unit_test_setup(test_any_one_byte, set_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
