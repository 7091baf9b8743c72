/* SPDX-License-Identifier: Apache-2.0 */
/* A VM's device tree: changed for the machine and the command line, its seeds given once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "libhv/vm/test_tree.h"

static struct hv_vm hv;
static struct vcpu vcpus[2];
static struct vcpu *vcpu_list[64];

static int setup(void **state)
{
    (void)state;
    test_init();
    test_make_tree(0);
    hv = test_vm();
    hv.vm.vcpus = vcpu_list;
    for (uint32_t i = 0; i < 64; i++) {
        vcpu_list[i] = &vcpus[i % 2];
    }
    vcpus[0] = (struct vcpu){.hart_index = 1};
    vcpus[1] = (struct vcpu){.id = 1, .hart_index = 3};
    hv.common = (struct machine_grant){.isa = GUEST_ISA_ALWAYS, .block = {64, 128, 256}};
    hv.initrd = (struct hv_file){.size = 0x4001, .size_known = true};
    return 0;
}

static void store(void)
{
    assert_int_equal(hv_vm_store_tree(&t.vms, &hv), HYP_OK);
    assert_int_equal(fdt_check_full(test_guest_tree(), t.dtbs[TEST_INDEX].size), 0);
}

static bool has_node(const char *path)
{
    return fdt_path_offset(test_guest_tree(), path) >= 0;
}

/* ---- Which tree ------------------------------------------------------------------------------ */

static void test_a_vm_may_get_none(void **state)
{
    (void)state;
    test_config()->dtb_gpa = 0;
    assert_int_equal(hv_vm_store_tree(&t.vms, &hv), HYP_OK);
    test_config()->dtb_gpa = TEST_DTB;
    t.dtbs[TEST_INDEX].size = 0;
    assert_int_equal(hv_vm_store_tree(&t.vms, &hv), HYP_OK);
    assert_string_equal(t.said, "");
}

/* The tree of the build is not changed either, as another start needs it again. */
static void test_no_page_of_the_pool_is_kept(void **state)
{
    (void)state;
    static uint8_t built[TEST_TREE_SIZE];
    uint64_t pages = t.arena.pool.free_count;
    memcpy(built, test_tree, sizeof(built));
    store();
    assert_int_equal(t.arena.pool.free_count, pages);
    assert_memory_equal(test_tree, built, sizeof(built));
    assert_string_equal(t.said, "tree ");
}

static void test_a_tree_may_be_larger_than_a_page(void **state)
{
    (void)state;
    test_make_tree(4096);
    store();
    test_leave_pages(1);
    assert_int_equal(hv_vm_store_tree(&t.vms, &hv), HYP_E_NOMEM);
}

static void test_what_fails_leaves_no_page(void **state)
{
    (void)state;
    uint64_t pages = t.arena.pool.free_count;
    t.range[0].no_write = true;
    assert_int_equal(hv_vm_store_tree(&t.vms, &hv), HYP_E_FAULT);
    t.machine.timebase_hz = 0;
    assert_int_equal(hv_vm_store_tree(&t.vms, &hv), HYP_E_PARAM);
    assert_int_equal(t.arena.pool.free_count, pages);
}

/* The VM is refused, and its memory has no tree. */
static void test_fixups_of_another_tree_are_not_applied(void **state)
{
    (void)state;
    uint64_t pages = t.arena.pool.free_count;
    t.dtbs[TEST_INDEX].stamp++;
    assert_int_equal(hv_vm_store_tree(&t.vms, &hv), HYP_E_FORMAT);
    assert_int_equal(t.arena.pool.free_count, pages);
    assert_int_not_equal(fdt_check_header(test_guest_tree()), 0);
    t.dtbs[TEST_INDEX].stamp--;
    store();
}

/* ---- The machine ----------------------------------------------------------------------------- */

static void test_devices_that_the_machine_lacks_are_not_shown(void **state)
{
    (void)state;
    store();
    assert_true(has_node("/soc/uart") && has_node("/soc/disk"));
    t.machine.device_count = 1;
    store();
    assert_true(has_node("/soc/uart"));
    assert_false(has_node("/soc/disk"));
}

static void test_vcpus_without_hart_are_not_shown(void **state)
{
    (void)state;
    hv.vm.vcpu_count = 1;
    store();
    assert_true(has_node("/cpus/cpu@0"));
    assert_false(has_node("/cpus/cpu@1"));
    hv.vm.vcpu_count = 64;
    store();
    assert_true(has_node("/cpus/cpu@0") && has_node("/cpus/cpu@1"));
}

/* Its entry in the list stays, so that the others keep their numbers. */
static void test_a_hart_without_context_gets_no_interrupt(void **state)
{
    (void)state;
    int size;
    t.plan.no_context[TEST_INDEX] = BIT(1);
    store();
    const fdt32_t *list = test_guest_prop("/soc/irqc", "interrupts-extended", &size);
    assert_int_equal(size, 16);
    assert_true(fdt32_ld(&list[1]) == UINT32_MAX && fdt32_ld(&list[3]) == 9);
    t.plan.no_context[TEST_INDEX] = BIT(3) | BIT(0);
    store();
    list = test_guest_prop("/soc/irqc", "interrupts-extended", &size);
    assert_int_equal(size, 8);
    assert_int_equal(fdt32_ld(&list[1]), 9);
}

static void test_cache_blocks_are_those_of_granted_extensions(void **state)
{
    (void)state;
    store();
    assert_null(test_guest_prop("/cpus/cpu@0", "riscv,cbom-block-size", NULL));
    assert_null(test_guest_prop("/cpus/cpu@0", "riscv,cbop-block-size", NULL));
    assert_null(test_guest_prop("/cpus/cpu@0", "riscv,cboz-block-size", NULL));
    hv.common.isa |= BIT(GUEST_ISA_ZICBOM) | BIT(GUEST_ISA_ZICBOP) | BIT(GUEST_ISA_ZICBOZ);
    store();
    assert_int_equal(test_guest_cell("/cpus/cpu@1", "riscv,cbom-block-size"), 64);
    assert_int_equal(test_guest_cell("/cpus/cpu@1", "riscv,cbop-block-size"), 128);
    assert_int_equal(test_guest_cell("/cpus/cpu@1", "riscv,cboz-block-size"), 256);
}

static void test_clock_and_identities_are_the_machines(void **state)
{
    (void)state;
    t.vms.imsic_ids = 255;
    store();
    assert_int_equal(test_guest_cell("/cpus", "timebase-frequency"), TEST_HZ);
    assert_int_equal(test_guest_cell("/soc/irqc", "riscv,num-ids"), 255);
}

static void test_the_initrd_is_as_long_as_it_is(void **state)
{
    (void)state;
    store();
    assert_true(fdt64_ld(test_guest_prop("/chosen", "linux,initrd-end", NULL)) ==
                TEST_INITRD + 0x4001);
    hv.initrd.size = 0;
    store();
    assert_null(test_guest_prop("/chosen", "linux,initrd-start", NULL));
}

/* ---- The command line ------------------------------------------------------------------------ */

static void expect_args(const char *bootargs, const char *args)
{
    test_set_bootargs(bootargs);
    store();
    assert_string_equal(test_guest_prop("/chosen", "bootargs", NULL), args);
}

static void test_boot_arguments_come_from_the_command_line(void **state)
{
    (void)state;
    expect_args("", "built");
    expect_args("before.append=x", "built");
    expect_args("guest.append=\"console=hvc0 quiet\" x", "console=hvc0 quiet");
}

static void test_arguments_above_their_room_are_refused(void **state)
{
    (void)state;
    char line[2 * TEST_ARGS_ROOM];
    (void)snprintf(line, sizeof(line), "guest.append=%0*d", TEST_ARGS_ROOM, 1);
    test_set_bootargs(line);
    assert_int_equal(hv_vm_store_tree(&t.vms, &hv), HYP_E_RANGE);
}

/* ---- Seeds ----------------------------------------------------------------------------------- */

static uint8_t seeds[2][GUEST_SEED_RNG_SIZE];

static bool pool_holds(const void *bytes, size_t size)
{
    for (size_t i = 0; i + size <= sizeof(test_memory); i++) {
        if (memcmp(test_memory + i, bytes, size) == 0) {
            return true;
        }
    }
    return false;
}

static void draw(uint32_t n)
{
    int size;
    csr_write(CSR_TIME, 1000 + n);
    store();
    const void *rng = test_guest_prop("/chosen", "rng-seed", &size);
    assert_non_null(rng);
    assert_true(size > 0 && size <= GUEST_SEED_RNG_SIZE);
    memcpy(seeds[n], rng, (size_t)size);
}

static void test_each_start_has_seeds_of_its_own(void **state)
{
    (void)state;
    memset(seeds, 0, sizeof(seeds));
    draw(0);
    draw(1);
    assert_memory_not_equal(seeds[0], seeds[1], 16);
    assert_int_equal(t.machine.seed.draws, 2);
}

/* The page may be another VM's next. */
static void test_the_pool_forgets_the_seeds(void **state)
{
    (void)state;
    draw(0);
    assert_false(pool_holds(seeds[0], 16));
    assert_false(pool_holds(test_guest_prop("/chosen", "kaslr-seed", NULL), GUEST_SEED_KASLR_SIZE));
    assert_true(pool_holds("timebase-frequency", 18)); /* The tree was there. */
}

static void test_a_machine_without_seed_gives_none(void **state)
{
    (void)state;
    t.machine.seed = (struct seed_source){.size = 0};
    store();
    assert_null(test_guest_prop("/chosen", "rng-seed", NULL));
    assert_null(test_guest_prop("/chosen", "kaslr-seed", NULL));
}

#define TEST(f) cmocka_unit_test_setup(f, setup)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_a_vm_may_get_none),
        TEST(test_no_page_of_the_pool_is_kept),
        TEST(test_a_tree_may_be_larger_than_a_page),
        TEST(test_what_fails_leaves_no_page),
        TEST(test_fixups_of_another_tree_are_not_applied),
        TEST(test_devices_that_the_machine_lacks_are_not_shown),
        TEST(test_vcpus_without_hart_are_not_shown),
        TEST(test_a_hart_without_context_gets_no_interrupt),
        TEST(test_cache_blocks_are_those_of_granted_extensions),
        TEST(test_clock_and_identities_are_the_machines),
        TEST(test_the_initrd_is_as_long_as_it_is),
        TEST(test_boot_arguments_come_from_the_command_line),
        TEST(test_arguments_above_their_room_are_refused),
        TEST(test_each_start_has_seeds_of_its_own),
        TEST(test_the_pool_forgets_the_seeds),
        TEST(test_a_machine_without_seed_gives_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
