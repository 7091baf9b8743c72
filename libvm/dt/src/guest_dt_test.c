/* SPDX-License-Identifier: Apache-2.0 */
/* Fixups of a small tree, made by hand: the shrinking of one property, devices, and errors. */
#include <hyp/vm/guest_dt.h>

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>
#include <libfdt.h>

#define TREE_SIZE 4096

/* The bytes before the tree are no tree, so that a wrong offset is seen. */
static _Alignas(8) uint8_t room[8 + TREE_SIZE];
static uint8_t *const tree = room + 8;

#define STAMP 0x1234abcd

static struct hyp_dtb_fixup fixups[32];
static struct hyp_dtb dtb;
static struct guest_dt_params params;

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

/* Bytes of the property `name` of that node, or of the node where it is NULL. */
static int token_size(int node, const char *name)
{
    int depth = 0;
    int end = node;
    int length = 0;
    if (name != NULL) {
        (void)fdt_getprop(tree, node, name, &length);
        return 12 + ((length + 3) & ~3);
    }
    do {
        uint32_t tag = fdt_next_tag(tree, end, &end);
        depth += tag == FDT_BEGIN_NODE ? 1 : tag == FDT_END_NODE ? -1 : 0;
    } while (depth > 0);
    return end - node;
}

static void fix(enum hyp_dtb_fixup_kind kind, uint32_t field, const char *path, const char *name)
{
    int node = fdt_path_offset(tree, path);
    const uint8_t *value = name != NULL ? fdt_getprop(tree, node, name, NULL) : NULL;
    size_t offset =
        name != NULL ? (size_t)(value - tree) - 12 : fdt_off_dt_struct(tree) + (size_t)node;
    fixups[dtb.fixup_count++] = (struct hyp_dtb_fixup){
        .offset = (uint16_t)(offset / 4),
        .size = (uint16_t)(token_size(node, name) / 4),
        .kind = (uint8_t)kind,
        .field = (uint8_t)field,
    };
}

static void fix_value(enum hyp_dtb_field field, const char *path, const char *name)
{
    fix(HYP_DTB_VALUE, field, path, name);
}

static void fix_cpu(uint32_t vcpu, const char *path)
{
    fix(HYP_DTB_VCPU, vcpu, path, NULL);
    fix_value(HYP_DTB_ISA_STRING, path, "riscv,isa");
    fix_value(HYP_DTB_ISA_NAMES, path, "riscv,isa-extensions");
    fix_value(HYP_DTB_MMU, path, "mmu-type");
    fix_value(HYP_DTB_CBOM_BLOCK, path, "riscv,cbom-block-size");
    fix_value(HYP_DTB_CBOP_BLOCK, path, "riscv,cbop-block-size");
    fix_value(HYP_DTB_CBOZ_BLOCK, path, "riscv,cboz-block-size");
}

/* Lists the fixups in the order of the tree. */
static void list_fixups(void)
{
    dtb = (struct hyp_dtb){
        .data = tree, .size = fdt_totalsize(tree), .stamp = STAMP, .fixups = fixups};
    fix(HYP_DTB_STAMP, 0, "/", "stamp");
    fix_value(HYP_DTB_BOOTARGS, "/chosen", "bootargs");
    fix_value(HYP_DTB_RNG_SEED, "/chosen", "rng-seed");
    fix_value(HYP_DTB_KASLR_SEED, "/chosen", "kaslr-seed");
    fix_value(HYP_DTB_INITRD_START, "/chosen", "linux,initrd-start");
    fix_value(HYP_DTB_INITRD_END, "/chosen", "linux,initrd-end");
    fix(HYP_DTB_DEVICE, 1, "/chosen", "stdout-path");
    fix_value(HYP_DTB_TIMEBASE, "/cpus", "timebase-frequency");
    fix_cpu(0, "/cpus/cpu@0");
    fix_cpu(1, "/cpus/cpu@1");
    fix(HYP_DTB_DEVICE, 0, "/soc/rtc@10", NULL);
    fix(HYP_DTB_DEVICE, 1, "/soc/serial@20", NULL);
    fix(HYP_DTB_CONTEXTS, 0, "/soc/plic@30", "interrupts-extended");
}

/* Removes the fixups of this kind and field from the list. */
static void drop(enum hyp_dtb_fixup_kind kind, uint32_t field)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < dtb.fixup_count; i++) {
        if (fixups[i].kind != kind || fixups[i].field != field) {
            fixups[count++] = fixups[i];
        }
    }
    dtb.fixup_count = count;
}

static void make(int args_room)
{
    memset(room, 0xff, sizeof(room));
    fdt_create(tree, TREE_SIZE);
    fdt_finish_reservemap(tree);
    fdt_begin_node(tree, "");
    fdt_property_u32(tree, "stamp", STAMP);
    put_chosen(args_room);
    fdt_begin_node(tree, "cpus");
    fdt_property_u32(tree, "timebase-frequency", 1);
    put_cpu("cpu@0", 0);
    put_cpu("cpu@1", 1);
    fdt_end_node(tree);
    put_soc();
    fdt_end_node(tree);
    assert_int_equal(fdt_finish(tree), 0);
    list_fixups();
}

static enum hyp_status apply(int args_room)
{
    make(args_room);
    enum hyp_status status = guest_dt_apply(tree, &dtb, &params);
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
    params = (struct guest_dt_params){
        .vcpu_present = 3,
        .mmu = GUEST_MMU_SV39,
        .cbom_block = 64,
        .cbop_block = 64,
        .timebase_hz = 10,
        .initrd_start = 0x88000000,
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
            params.bootargs = text;
            enum hyp_status status = apply(from);
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
    params.bootargs = "";
    assert_int_equal(apply(8), HYP_OK);
    static const uint8_t rest[] = {0, 0, 0, 0, 0, 0, 0, FDT_NOP};
    assert_memory_equal(chosen("bootargs", NULL), rest, sizeof(rest));
}

static void test_bootargs_as_built(void **state)
{
    (void)state;
    int length = 0;
    assert_int_equal(apply(8), HYP_OK);
    assert_string_equal(chosen("bootargs", &length), "89abcde");
    assert_int_equal(length, 8);
}

/* ---- The tree ---- */

static void test_parameters(void **state)
{
    (void)state;
    params.vcpu_present = 0;
    assert_int_equal(apply(8), HYP_E_PARAM);
    params.vcpu_present = 4;
    assert_int_equal(apply(8), HYP_E_PARAM);
    params.vcpu_present = 1;
    assert_int_equal(apply(8), HYP_OK);
    params.timebase_hz = 0;
    assert_int_equal(apply(8), HYP_E_PARAM);
}

/* The ISA strings of the first vCPU that is present are copied to the others. */
static void test_first_cpu_is_absent(void **state)
{
    (void)state;
    const fdt32_t contexts[] = {cpu_to_fdt32(2), 0xffffffff, cpu_to_fdt32(2), cpu_to_fdt32(9)};
    params.vcpu_present = 2;
    assert_int_equal(apply(8), HYP_OK);
    assert_true(fdt_path_offset(tree, "/cpus/cpu@0") < 0);
    int cpu = fdt_path_offset(tree, "/cpus/cpu@1");
    assert_string_equal(fdt_getprop(tree, cpu, "mmu-type", NULL), "riscv,sv39");
    assert_string_equal(fdt_getprop(tree, cpu, "riscv,isa", NULL), "rv64imac_zicsr_zifencei");
    assert_null(fdt_getprop(tree, cpu, "riscv,cboz-block-size", NULL));
    const void *list =
        fdt_getprop(tree, fdt_path_offset(tree, "/soc/plic@30"), "interrupts-extended", NULL);
    assert_memory_equal(list, contexts, sizeof(contexts));
}

/* A vCPU without context loses it as an absent one does, but keeps its cpu node. */
static void test_vcpu_without_context(void **state)
{
    (void)state;
    const fdt32_t first[] = {cpu_to_fdt32(1), 0xffffffff, cpu_to_fdt32(2), cpu_to_fdt32(9)};
    const fdt32_t last[] = {cpu_to_fdt32(1), cpu_to_fdt32(9)};
    int length = 0;
    params.vcpu_present = 3;
    params.no_context = 1;
    assert_int_equal(apply(8), HYP_OK);
    assert_true(fdt_path_offset(tree, "/cpus/cpu@0") > 0);
    const void *list =
        fdt_getprop(tree, fdt_path_offset(tree, "/soc/plic@30"), "interrupts-extended", &length);
    assert_int_equal(length, sizeof(first));
    assert_memory_equal(list, first, sizeof(first));
    params.no_context = 2;
    assert_int_equal(apply(8), HYP_OK);
    assert_true(fdt_path_offset(tree, "/cpus/cpu@1") > 0);
    list = fdt_getprop(tree, fdt_path_offset(tree, "/soc/plic@30"), "interrupts-extended", &length);
    assert_int_equal(length, sizeof(last));
    assert_memory_equal(list, last, sizeof(last));
}

static void test_initrd(void **state)
{
    (void)state;
    params.initrd_end = 0x88000000;
    assert_int_equal(apply(8), HYP_OK);
    params.initrd_end = 0x87ffffff;
    assert_int_equal(apply(8), HYP_E_RANGE);
    params.initrd_end = 0x187ffffff;
    assert_int_equal(apply(8), HYP_OK);
    assert_int_equal(fdt64_ld(chosen("linux,initrd-end", NULL)), 0x187ffffff);
    make(8);
    drop(HYP_DTB_VALUE, HYP_DTB_INITRD_START);
    drop(HYP_DTB_VALUE, HYP_DTB_INITRD_END);
    assert_int_equal(guest_dt_apply(tree, &dtb, &params), HYP_E_ABSENT);
    make(8);
    drop(HYP_DTB_VALUE, HYP_DTB_INITRD_START);
    drop(HYP_DTB_VALUE, HYP_DTB_INITRD_END);
    params.initrd_end = 0;
    assert_int_equal(guest_dt_apply(tree, &dtb, &params), HYP_OK);
}

static void test_absent_device(void **state)
{
    (void)state;
    params.device_absent = 1;
    assert_int_equal(apply(8), HYP_OK);
    assert_true(fdt_path_offset(tree, "/soc/rtc@10") < 0);
    assert_true(fdt_path_offset(tree, "/soc/serial@20") > 0);
    assert_string_equal(chosen("stdout-path", NULL), "/soc/serial@20");
    params.device_absent = 2;
    assert_int_equal(apply(8), HYP_OK);
    assert_true(fdt_path_offset(tree, "/soc/rtc@10") > 0);
    assert_true(fdt_path_offset(tree, "/soc/serial@20") < 0);
    assert_null(chosen("stdout-path", NULL));
}

static void test_no_controller(void **state)
{
    (void)state;
    make(8);
    drop(HYP_DTB_CONTEXTS, 0);
    params.vcpu_present = 1;
    assert_int_equal(guest_dt_apply(tree, &dtb, &params), HYP_OK);
    int length = 0;
    (void)fdt_getprop(tree, fdt_path_offset(tree, "/soc/plic@30"), "interrupts-extended", &length);
    assert_int_equal(length, 16);
}

static void check_imsics(uint32_t ids, const char *isa)
{
    assert_int_equal(guest_dt_apply(tree, &dtb, &params), HYP_OK);
    assert_int_equal(fdt_check_full(tree, TREE_SIZE), 0);
    int node = fdt_path_offset(tree, "/soc/plic@30");
    assert_int_equal(fdt32_ld(fdt_getprop(tree, node, "riscv,num-ids", NULL)), ids);
    node = fdt_path_offset(tree, "/cpus/cpu@1");
    assert_string_equal(fdt_getprop(tree, node, "riscv,isa", NULL), isa);
}

static void make_imsics(void)
{
    make(8);
    dtb.imsics = true;
    fix_value(HYP_DTB_IMSIC_IDS, "/soc/plic@30", "riscv,num-ids");
}

static void test_imsics(void **state)
{
    (void)state;
    params.isa = BIT(GUEST_ISA_SSAIA);
    make_imsics();
    check_imsics(255, "rv64imac_zicsr_zifencei_ssaia");
    make_imsics();
    params.imsic_ids = 63;
    check_imsics(63, "rv64imac_zicsr_zifencei_ssaia");
    make(8);
    check_imsics(255, "rv64imac_zicsr_zifencei");
}

/* ---- The stamp ------------------------------------------------------------------------------- */

static void check_foreign(void)
{
    static uint8_t before[sizeof(room)];
    memcpy(before, room, sizeof(room));
    assert_int_equal(guest_dt_apply(tree, &dtb, &params), HYP_E_FORMAT);
    assert_memory_equal(room, before, sizeof(room));
}

/* Fixups of another build of the tree are not applied. */
static void test_stamp(void **state)
{
    (void)state;
    make(8);
    dtb.stamp ^= 0x01000000;
    check_foreign();
    make(8);
    drop(HYP_DTB_STAMP, 0);
    check_foreign();
    make(8);
    dtb.fixup_count = 0;
    check_foreign();
    make(8);
    dtb.size = fixups[0].offset * 4u + 15; /* The stamp's last byte is not in the tree. */
    check_foreign();
    make(8);
    assert_int_equal(guest_dt_apply(tree, &dtb, &params), HYP_OK);
}

static void test_seeds_are_erased(void **state)
{
    (void)state;
    static const struct guest_seed seed = {.rng = "secret", .kaslr = "hidden", .rng_size = 7};
    params.seed = &seed;
    assert_int_equal(apply(8), HYP_OK);
    assert_string_equal(chosen("rng-seed", NULL), "secret");
    guest_dt_erase_seeds(tree, &dtb);
    for (size_t i = 0; i + 6 <= TREE_SIZE; i++) {
        assert_int_not_equal(memcmp(tree + i, "secret", 6), 0);
        assert_int_not_equal(memcmp(tree + i, "hidden", 6), 0);
    }
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
        cmocka_unit_test_setup(test_stamp, set_up),
        cmocka_unit_test_setup(test_seeds_are_erased, set_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
