/* SPDX-License-Identifier: Apache-2.0 */
/* Narrowing of a small tree by hand: the shrinking of one property, devices, and errors. */
#include <hyp/vm/guest_dt.h>

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>
#include <libfdt.h>

#define TREE_SIZE 4096

/* What lies before the tree is no tree: a place 0 must not be used. */
static _Alignas(8) uint8_t room[8 + TREE_SIZE];
static uint8_t *const tree = room + 8;

static uint16_t device[3];
static struct hyp_dtb_places places;
static struct guest_dt_facts facts;

static void put(const char *name, const void *value, int size)
{
    assert_int_equal(fdt_property(tree, name, value, size), 0);
}

static void put_text(const char *name, const char *text)
{
    put(name, text, (int)strlen(text) + 1);
}

/* Boot arguments in a property of `args_room` bytes, and a property behind it. */
static void put_chosen(int args_room)
{
    static const char args[32] = "0123456789abcdef0123456789abcde";
    fdt_begin_node(tree, "chosen");
    put("bootargs", args + sizeof(args) - args_room, args_room);
    put_text("q", "next");
    put("rng-seed", args, GUEST_SEED_RNG_SIZE);
    put("kaslr-seed", args, GUEST_SEED_KASLR_SIZE);
    fdt_property_u64(tree, "linux,initrd-start", 0x88000000);
    fdt_property_u64(tree, "linux,initrd-end", 0x89000000);
    put_text("stdout-path", "/soc/serial@20");
    fdt_end_node(tree);
}

static void put_cpu(const char *name, uint32_t vcpu)
{
    char text[GUEST_ISA_TEXT_SIZE];
    fdt_begin_node(tree, name);
    fdt_property_u32(tree, "reg", vcpu);
    put("riscv,isa", text, (int)guest_isa_write(GUEST_ISA_ALL, GUEST_ISA_STRING, text));
    put("riscv,isa-extensions", text, (int)guest_isa_write(GUEST_ISA_ALL, GUEST_ISA_NAMES, text));
    put_text("mmu-type", "riscv,sv57");
    fdt_property_u32(tree, "riscv,cbom-block-size", 64);
    fdt_property_u32(tree, "riscv,cbop-block-size", 64);
    fdt_property_u32(tree, "riscv,cboz-block-size", 64);
    fdt_end_node(tree);
}

static void put_soc(void)
{
    const fdt32_t contexts[] = {cpu_to_fdt32(1), cpu_to_fdt32(9), cpu_to_fdt32(2), cpu_to_fdt32(9)};
    fdt_begin_node(tree, "soc");
    fdt_begin_node(tree, "rtc@10");
    fdt_end_node(tree);
    fdt_begin_node(tree, "serial@20");
    fdt_end_node(tree);
    fdt_begin_node(tree, "plic@30");
    put("interrupts-extended", contexts, sizeof(contexts));
    fdt_property_u32(tree, "riscv,num-ids", 255);
    fdt_end_node(tree);
    fdt_end_node(tree);
}

static uint16_t value_of(const char *path, const char *name)
{
    const uint8_t *value = fdt_getprop(tree, fdt_path_offset(tree, path), name, NULL);
    assert_non_null(value);
    return (uint16_t)((value - tree) / 4);
}

static uint16_t node_of(const char *path)
{
    int node = fdt_path_offset(tree, path);
    assert_true(node > 0);
    return (uint16_t)((fdt_off_dt_struct(tree) + (uint32_t)node) / 4);
}

static void find_places(void)
{
    device[0] = node_of("/soc/rtc@10");
    device[1] = node_of("/soc/serial@20");
    device[2] = node_of("/soc/plic@30");
    places = (struct hyp_dtb_places){
        .timebase = value_of("/cpus", "timebase-frequency"),
        .bootargs = value_of("/chosen", "bootargs"),
        .initrd = value_of("/chosen", "linux,initrd-start"),
        .rng_seed = value_of("/chosen", "rng-seed"),
        .stdout = value_of("/chosen", "stdout-path"),
        .contexts = value_of("/soc/plic@30", "interrupts-extended"),
        .cpu = node_of("/cpus/cpu@0"),
        .cpu_size = (uint16_t)(node_of("/cpus/cpu@1") - node_of("/cpus/cpu@0")),
        .cbom = value_of("/cpus/cpu@0", "riscv,cbom-block-size"),
        .cbop = value_of("/cpus/cpu@0", "riscv,cbop-block-size"),
        .cboz = value_of("/cpus/cpu@0", "riscv,cboz-block-size"),
        .isa = value_of("/cpus/cpu@0", "riscv,isa"),
        .isa_names = value_of("/cpus/cpu@0", "riscv,isa-extensions"),
        .mmu = value_of("/cpus/cpu@0", "mmu-type"),
        .cpu_count = 2,
        .device_count = 2,
        .stdout_device = 1,
        .device = device,
    };
    places.cpu_same = (uint16_t)(places.isa - 3);
    places.cpu_same_size = (uint16_t)((places.cboz + 1 - places.cpu_same) * 4);
}

static void make(int args_room)
{
    memset(room, 0xff, sizeof(room));
    fdt_create(tree, TREE_SIZE);
    fdt_finish_reservemap(tree);
    fdt_begin_node(tree, "");
    put_chosen(args_room);
    fdt_begin_node(tree, "cpus");
    fdt_property_u32(tree, "timebase-frequency", 1);
    put_cpu("cpu@0", 0);
    put_cpu("cpu@1", 1);
    fdt_end_node(tree);
    put_soc();
    fdt_end_node(tree);
    assert_int_equal(fdt_finish(tree), 0);
    find_places();
}

static enum hyp_status narrow(int args_room)
{
    make(args_room);
    enum hyp_status status = guest_dt_narrow(tree, &places, &facts);
    assert_true(status != HYP_OK || fdt_check_full(tree, TREE_SIZE) == 0);
    return status;
}

static const void *chosen(const char *name, int *length)
{
    return fdt_getprop(tree, fdt_path_offset(tree, "/chosen"), name, length);
}

static int set_up(void **state)
{
    (void)state;
    facts = (struct guest_dt_facts){
        .vcpu_present = 3,
        .mmu = GUEST_MMU_SV39,
        .cbom_block = 64,
        .cbop_block = 64,
        .timebase_hz = 10,
        .initrd_end = 0x88000001,
    };
    return 0;
}

/* ---- One property ---- */

static void test_shrink_to_each_length(void **state)
{
    (void)state;
    char text[20] = "";
    for (int from = 1; from <= 16; from++) {
        for (int to = 1; to <= from + 1; to++) {
            memset(text, 'A', sizeof(text));
            text[to - 1] = 0;
            facts.bootargs = text;
            enum hyp_status status = narrow(from);
            assert_int_equal(status, to <= from ? HYP_OK : HYP_E_RANGE);
            if (status != HYP_OK) {
                continue;
            }
            int length = -1;
            const void *data = chosen("bootargs", &length);
            assert_int_equal(length, to);
            assert_memory_equal(data, text, (size_t)to);
            assert_string_equal(chosen("q", NULL), "next");
        }
    }
}

static void test_shrink_pads_with_zeroes(void **state)
{
    (void)state;
    facts.bootargs = "";
    assert_int_equal(narrow(8), HYP_OK);
    static const uint8_t rest[] = {0, 0, 0, 0, 0, 0, 0, FDT_NOP};
    assert_memory_equal(chosen("bootargs", NULL), rest, sizeof(rest));
}

static void test_bootargs_as_built(void **state)
{
    (void)state;
    int length = 0;
    assert_int_equal(narrow(8), HYP_OK);
    assert_string_equal(chosen("bootargs", &length), "89abcde");
    assert_int_equal(length, 8);
}

/* ---- The tree ---- */

static void test_parameters(void **state)
{
    (void)state;
    facts.vcpu_present = 0;
    assert_int_equal(narrow(8), HYP_E_PARAM);
    facts.vcpu_present = 4;
    assert_int_equal(narrow(8), HYP_E_PARAM);
    facts.vcpu_present = 1;
    assert_int_equal(narrow(8), HYP_OK);
    facts.timebase_hz = 0;
    assert_int_equal(narrow(8), HYP_E_PARAM);
}

/* The first's node is what the others are copied from, also where it goes. */
static void test_first_cpu_is_absent(void **state)
{
    (void)state;
    const fdt32_t contexts[] = {cpu_to_fdt32(2), 0xffffffff, cpu_to_fdt32(2), cpu_to_fdt32(9)};
    facts.vcpu_present = 2;
    assert_int_equal(narrow(8), HYP_OK);
    assert_true(fdt_path_offset(tree, "/cpus/cpu@0") < 0);
    int cpu = fdt_path_offset(tree, "/cpus/cpu@1");
    assert_string_equal(fdt_getprop(tree, cpu, "mmu-type", NULL), "riscv,sv39");
    assert_string_equal(fdt_getprop(tree, cpu, "riscv,isa", NULL), "rv64imac_zicsr_zifencei");
    assert_null(fdt_getprop(tree, cpu, "riscv,cboz-block-size", NULL));
    const void *list =
        fdt_getprop(tree, fdt_path_offset(tree, "/soc/plic@30"), "interrupts-extended", NULL);
    assert_memory_equal(list, contexts, sizeof(contexts));
}

/* The context of such a vCPU goes as that of an absent one, but its cpu node stays. */
static void test_vcpu_without_context(void **state)
{
    (void)state;
    const fdt32_t first[] = {cpu_to_fdt32(1), 0xffffffff, cpu_to_fdt32(2), cpu_to_fdt32(9)};
    const fdt32_t last[] = {cpu_to_fdt32(1), cpu_to_fdt32(9)};
    int length = 0;
    facts.vcpu_present = 3;
    facts.no_context = 1;
    assert_int_equal(narrow(8), HYP_OK);
    assert_true(fdt_path_offset(tree, "/cpus/cpu@0") > 0);
    const void *list =
        fdt_getprop(tree, fdt_path_offset(tree, "/soc/plic@30"), "interrupts-extended", &length);
    assert_int_equal(length, sizeof(first));
    assert_memory_equal(list, first, sizeof(first));
    facts.no_context = 2;
    assert_int_equal(narrow(8), HYP_OK);
    assert_true(fdt_path_offset(tree, "/cpus/cpu@1") > 0);
    list = fdt_getprop(tree, fdt_path_offset(tree, "/soc/plic@30"), "interrupts-extended", &length);
    assert_int_equal(length, sizeof(last));
    assert_memory_equal(list, last, sizeof(last));
}

static void test_initrd(void **state)
{
    (void)state;
    facts.initrd_end = 0x88000000;
    assert_int_equal(narrow(8), HYP_OK);
    facts.initrd_end = 0x87ffffff;
    assert_int_equal(narrow(8), HYP_E_RANGE);
    facts.initrd_end = 0x187ffffff;
    assert_int_equal(narrow(8), HYP_OK);
    assert_int_equal(fdt64_ld(chosen("linux,initrd-end", NULL)), 0x187ffffff);
    make(8);
    places.initrd = 0;
    assert_int_equal(guest_dt_narrow(tree, &places, &facts), HYP_E_ABSENT);
    make(8);
    places.initrd = 0;
    facts.initrd_end = 0;
    assert_int_equal(guest_dt_narrow(tree, &places, &facts), HYP_OK);
}

static void test_absent_device(void **state)
{
    (void)state;
    facts.device_absent = 1;
    assert_int_equal(narrow(8), HYP_OK);
    assert_true(fdt_path_offset(tree, "/soc/rtc@10") < 0);
    assert_true(fdt_path_offset(tree, "/soc/serial@20") > 0);
    assert_string_equal(chosen("stdout-path", NULL), "/soc/serial@20");
    facts.device_absent = 2;
    assert_int_equal(narrow(8), HYP_OK);
    assert_true(fdt_path_offset(tree, "/soc/rtc@10") > 0);
    assert_true(fdt_path_offset(tree, "/soc/serial@20") < 0);
    assert_null(chosen("stdout-path", NULL));
}

static void test_no_controller(void **state)
{
    (void)state;
    make(8);
    places.contexts = 0;
    facts.vcpu_present = 1;
    assert_int_equal(guest_dt_narrow(tree, &places, &facts), HYP_OK);
    int length = 0;
    (void)fdt_getprop(tree, fdt_path_offset(tree, "/soc/plic@30"), "interrupts-extended", &length);
    assert_int_equal(length, 16);
}

static void check_imsics(uint32_t ids, const char *isa)
{
    assert_int_equal(guest_dt_narrow(tree, &places, &facts), HYP_OK);
    assert_int_equal(fdt_check_full(tree, TREE_SIZE), 0);
    int node = fdt_path_offset(tree, "/soc/plic@30");
    assert_int_equal(fdt32_ld(fdt_getprop(tree, node, "riscv,num-ids", NULL)), ids);
    node = fdt_path_offset(tree, "/cpus/cpu@1");
    assert_string_equal(fdt_getprop(tree, node, "riscv,isa", NULL), isa);
}

static void test_imsics(void **state)
{
    (void)state;
    facts.isa = BIT(GUEST_ISA_SSAIA);
    make(8);
    places.imsic_ids = value_of("/soc/plic@30", "riscv,num-ids");
    check_imsics(255, "rv64imac_zicsr_zifencei_ssaia");
    facts.imsic_ids = 63;
    check_imsics(63, "rv64imac_zicsr_zifencei_ssaia");
    make(8);
    check_imsics(255, "rv64imac_zicsr_zifencei");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_shrink_to_each_length, set_up),
        cmocka_unit_test_setup(test_shrink_pads_with_zeroes, set_up),
        cmocka_unit_test_setup(test_bootargs_as_built, set_up),
        cmocka_unit_test_setup(test_parameters, set_up),
        cmocka_unit_test_setup(test_first_cpu_is_absent, set_up),
        cmocka_unit_test_setup(test_vcpu_without_context, set_up),
        cmocka_unit_test_setup(test_initrd, set_up),
        cmocka_unit_test_setup(test_absent_device, set_up),
        cmocka_unit_test_setup(test_no_controller, set_up),
        cmocka_unit_test_setup(test_imsics, set_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
