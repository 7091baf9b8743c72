/* SPDX-License-Identifier: Apache-2.0 */
/* The build of a VM: the order and result of its steps, and an error of each. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "libhv/vm/test_tree.h"

static int setup(void **state)
{
    (void)state;
    test_init();
    test_make_tree(0);
    test_set_bootargs("guest.initrd-size=0x4001");
    return 0;
}

static struct hv_vm *build(void)
{
    assert_int_equal(hv_vm_build(&t.vms, TEST_INDEX), HYP_OK);
    assert_non_null(t.vms.vm[TEST_INDEX]);
    return t.vms.vm[TEST_INDEX];
}

static void expect_fails(enum hyp_status expected, const char *said)
{
    assert_int_equal(hv_vm_build(&t.vms, TEST_INDEX), expected);
    assert_null(t.vms.vm[TEST_INDEX]);
    assert_string_equal(t.said, said);
    assert_true(csr_read(CSR_HGATP) == 0); /* Its table is no longer in use. */
}

static void expect_leaf(const struct hv_vm *hv, uint64_t gpa, uint64_t hpa, uint64_t perm)
{
    struct ptable_leaf leaf;
    assert_int_equal(gstage_walk(&hv->gstage, GPA(gpa), &leaf), HYP_OK);
    assert_int_equal(leaf.pa.a + (gpa - leaf.address), hpa);
    assert_int_equal(pte_perm(leaf.pte), perm);
}

/* ---- A built VM ------------------------------------------------------------------------------ */

static void test_its_steps_come_in_order(void **state)
{
    (void)state;
    struct hv_vm *hv = build();
    assert_string_equal(t.said, "irqc console file tree code ");
    assert_true(t.hgatp == hv->vm.hgatp);
    assert_true(csr_read(CSR_HGATP) == 0);
    assert_string_equal(t.lines, "hyp: vm=guest memory=log kept=0x1000\n");
    assert_ptr_equal(hv->vm.config, test_config());
    assert_ptr_equal(hv->vm.host, &t.host);
    assert_ptr_equal(hv->vms, &t.vms);
    assert_null(t.vms.vm[0]);
}

static void test_its_table_is_loaded_and_dropped_with_fences(void **state)
{
    (void)state;
    unsigned gvma = 0;
    const struct fence_log *fences = fence_host_log();
    (void)build();
    for (unsigned i = 0; i < fences->count; i++) {
        gvma += fences->record[i].kind == FENCE_GVMA_ALL;
    }
    assert_int_equal(gvma, 2);
    assert_int_equal(fences->record[fences->count - 1].kind, FENCE_GVMA_ALL);
}

/* All memory is writable until it is filled and cleared. */
static void test_memory_is_mapped_where_the_plan_has_it(void **state)
{
    (void)state;
    const struct hv_vm *hv = build();
    hpa_t hpa;
    expect_leaf(hv, TEST_RAM, TEST_RAM_HPA, PTE_R | PTE_W | PTE_X);
    expect_leaf(hv, TEST_RAM + TEST_RAM_SIZE - 1, TEST_RAM_HPA + TEST_RAM_SIZE - 1,
                PTE_R | PTE_W | PTE_X);
    expect_leaf(hv, TEST_ROM, TEST_ROM_HPA, PTE_R | PTE_W | PTE_X);
    expect_leaf(hv, TEST_KEPT, TEST_KEPT_HPA, PTE_R | PTE_W);
    assert_int_equal(gstage_translate(&hv->gstage, GPA(TEST_RAM + TEST_RAM_SIZE), &hpa),
                     HYP_E_ABSENT);
}

static void test_devices_are_mapped_and_owned(void **state)
{
    (void)state;
    const struct hv_vm *hv = build();
    expect_leaf(hv, TEST_UART, TEST_UART, PTE_R | PTE_W);
    expect_leaf(hv, 0x20001000, TEST_DISK + 0x1000, PTE_R | PTE_W);
    for (uint32_t source = 0; source < HV_SOURCE_MAX; source++) {
        bool own = source >= 10 && source <= 14;
        assert_int_equal(t.irqc.owner[source], own ? TEST_INDEX + 1 : 0);
    }
}

static void test_a_device_that_the_machine_lacks_is_left_out(void **state)
{
    (void)state;
    hpa_t hpa;
    t.machine.device_count = 1;
    const struct hv_vm *hv = build();
    assert_string_equal(t.lines, "hyp: vm=guest device=disk state=absent\n"
                                 "hyp: vm=guest memory=log kept=0x1000\n");
    assert_int_equal(gstage_translate(&hv->gstage, GPA(0x20000000), &hpa), HYP_E_ABSENT);
    assert_int_equal(t.irqc.owner[11], 0);
    expect_leaf(hv, TEST_UART, TEST_UART, PTE_R | PTE_W);
}

static void test_vcpus_are_the_plans_harts_in_order(void **state)
{
    (void)state;
    const struct vm *vm = &build()->vm;
    assert_int_equal(vm->vcpu_count, 2);
    assert_int_equal(vm->running, 2);
    for (uint32_t n = 0; n < 2; n++) {
        const struct vcpu *v = vm->vcpus[n];
        assert_true(v->vm == vm && v->id == n && v->hart_index == 2 * n + 1);
        assert_true(v->timer == UINT64_MAX);
        assert_int_equal(v->hsm_state, n == 0 ? SBI_HSM_START_PENDING : SBI_HSM_STOPPED);
    }
    assert_int_equal(vm->vcpus[0]->start_pc, TEST_KERNEL);
    assert_int_equal(vm->vcpus[0]->start_opaque, TEST_DTB);
}

static void test_the_narrowest_mode_that_reaches_is_taken(void **state)
{
    (void)state;
    static const uint8_t bits[] = {41, 42, 50, 51, 59};
    static const enum gstage_mode modes[] = {GSTAGE_SV39X4, GSTAGE_SV48X4, GSTAGE_SV48X4,
                                             GSTAGE_SV57X4, GSTAGE_SV57X4};
    for (uint32_t i = 0; i < ARRAY_COUNT(bits); i++) {
        (void)setup(NULL);
        t.plan.gpa_bits[TEST_INDEX] = bits[i];
        uint64_t hgatp = build()->vm.hgatp;
        assert_int_equal(hgatp >> 60, modes[i]);
        assert_int_equal(hgatp >> 44 & 0x3fff, TEST_INDEX + 1); /* VMID. */
    }
}

static void test_the_kind_of_interrupt_files_is_logged(void **state)
{
    (void)state;
    test_config()->irqc.model = HYP_IRQC_IMSIC;
    t.vms.imsic_ids = 127;
    (void)build();
    assert_string_equal(t.lines, "hyp: vm=guest imsic=emulated imsic_ids=127\n"
                                 "hyp: vm=guest memory=log kept=0x1000\n");
}

/* ---- Granted extensions ---------------------------------------------------------------------- */

static const struct vm_grant *grant_of(uint64_t isa)
{
    (void)setup(NULL);
    t.machine.kind[0] = (struct machine_grant){.isa = isa, .block = {64, 64, 64}};
    t.arena.pool.zero_block = 64;
    return &build()->vm.grant;
}

static void test_a_guest_gets_what_its_harts_have(void **state)
{
    (void)state;
    const struct vm_grant *g = grant_of(BIT(GUEST_ISA_SSTC) | BIT(GUEST_ISA_F));
    assert_true(g->sstc && g->has_envcfg && g->has_stateen);
    assert_int_equal(g->fp, WORLD_F);
    assert_true(g->hstateen0 == HSTATEEN0_ENVCFG);
    assert_true(g->henvcfg == machine_henvcfg(BIT(GUEST_ISA_SSTC)));
    assert_int_equal(g->cboz_block, 0);
    assert_int_equal(grant_of(BIT(GUEST_ISA_F) | BIT(GUEST_ISA_D))->fp, WORLD_F | WORLD_D);
    assert_int_equal(grant_of(BIT(GUEST_ISA_V))->fp, WORLD_V);
    assert_false(grant_of(0)->sstc);
}

static void test_blocks_are_zeroed_as_it_was_tried(void **state)
{
    (void)state;
    assert_int_equal(grant_of(BIT(GUEST_ISA_ZICBOZ))->cboz_block, 64);
    (void)setup(NULL);
    t.machine.kind[0] = (struct machine_grant){.isa = BIT(GUEST_ISA_ZICBOZ), .block = {0, 0, 128}};
    t.arena.pool.zero_block = 64; /* The boot hart's block size. */
    assert_int_equal(build()->vm.grant.cboz_block, 0);
}

static void test_harts_of_other_vms_do_not_count(void **state)
{
    (void)state;
    t.machine.kind_count = 2;
    t.machine.kind[1].isa = GUEST_ISA_ALWAYS;
    t.machine.hart_kind[0] = t.machine.hart_kind[2] = 1;
    assert_true(build()->vm.grant.sstc);
    (void)setup(NULL);
    t.machine.kind_count = 2;
    t.machine.kind[1].isa = GUEST_ISA_ALWAYS;
    t.machine.hart_kind[3] = 1;
    assert_false(build()->vm.grant.sstc);
}

/* ---- Restriction ----------------------------------------------------------------------------- */

static void test_behind_the_clearing_read_only_memory_is_so(void **state)
{
    (void)state;
    struct hv_vm *hv = build();
    test_leave_pages(0); /* No page is allocated. */
    assert_int_equal(hv->vm.memory_cleared(&hv->vm), HYP_OK);
    expect_leaf(hv, TEST_ROM, TEST_ROM_HPA, PTE_R | PTE_X);
    expect_leaf(hv, TEST_ROM + TEST_ROM_SIZE - 1, TEST_ROM_HPA + TEST_ROM_SIZE - 1, PTE_R | PTE_X);
    expect_leaf(hv, TEST_RAM, TEST_RAM_HPA, PTE_R | PTE_W | PTE_X);
    expect_leaf(hv, TEST_KEPT, TEST_KEPT_HPA, PTE_R | PTE_W);
}

static void test_a_table_that_is_not_as_it_was_is_told(void **state)
{
    (void)state;
    struct hv_vm *hv = build();
    assert_int_equal(gstage_unmap_range(&hv->gstage, GPA(TEST_ROM), HYP_PAGE_SIZE), HYP_OK);
    assert_int_equal(hv->vm.memory_cleared(&hv->vm), HYP_E_ABSENT);
    (void)setup(NULL);
    hv = build();
    t.plan.mem_hpa[TEST_INDEX][1] += 1;
    assert_int_equal(hv->vm.memory_cleared(&hv->vm), HYP_E_ALIGN);
}

/* ---- Errors of each step --------------------------------------------------------------------- */

static void test_each_object_can_be_the_last(void **state)
{
    (void)state;
    unsigned failures = 0;
    for (uint64_t size = 0;; size += 64) {
        (void)setup(NULL);
        t.objects.spare_size = size;
        enum hyp_status status = hv_vm_build(&t.vms, TEST_INDEX);
        if (status == HYP_OK) {
            break;
        }
        assert_int_equal(status, HYP_E_NOMEM);
        assert_null(t.vms.vm[TEST_INDEX]);
        assert_string_equal(t.said, "");
        failures++;
    }
    /* The VM, its list, two vCPUs. */
    assert_int_equal(
        failures,
        (align_up(sizeof(struct hv_vm), 64) + 64 + 2 * align_up(sizeof(struct vcpu), 64)) / 64);
}

static void test_each_page_can_be_the_last(void **state)
{
    (void)state;
    uint64_t pages = 0;
    for (enum hyp_status status = HYP_E_NOMEM; status != HYP_OK; pages++) {
        (void)setup(NULL);
        test_leave_pages(pages);
        status = hv_vm_build(&t.vms, TEST_INDEX);
        assert_true(status == HYP_OK || status == HYP_E_NOMEM);
        assert_int_equal(t.vms.vm[TEST_INDEX] != NULL, status == HYP_OK);
        assert_true(csr_read(CSR_HGATP) == 0);
    }
    assert_true(pages > 4 + 6);
}

static void test_memory_in_the_place_of_a_device_is_refused(void **state)
{
    (void)state;
    t.mem[2].gpa = TEST_UART;
    expect_fails(HYP_E_EXIST, "");
    (void)setup(NULL);
    t.mem[2].gpa = TEST_ROM;
    expect_fails(HYP_E_EXIST, "");
}

static void test_other_rooms_can_refuse(void **state)
{
    (void)state;
    t.irqc_status = HYP_E_UNSUPPORTED;
    expect_fails(HYP_E_UNSUPPORTED, "irqc ");
    (void)setup(NULL);
    t.console_status = HYP_E_NOMEM;
    expect_fails(HYP_E_NOMEM, "irqc console ");
}

static void test_files_can_be_absent_or_too_large(void **state)
{
    (void)state;
    t.build.blob_count = 1;
    expect_fails(HYP_E_ABSENT, "irqc console ");
    (void)setup(NULL);
    test_config()->initrd.preloaded = false;
    expect_fails(HYP_E_ABSENT, "irqc console file ");
    (void)setup(NULL);
    test_set_bootargs("guest.initrd-size=0x10001");
    expect_fails(HYP_E_FORMAT, "irqc console file ");
}

static void test_the_tree_and_the_scrubber_can_fail(void **state)
{
    (void)state;
    t.machine.timebase_hz = 0;
    expect_fails(HYP_E_PARAM, "irqc console file ");
    (void)setup(NULL);
    test_config()->entry = 0;
    expect_fails(HYP_E_FAULT, "irqc console file tree ");
}

#define TEST(f) cmocka_unit_test_setup(f, setup)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_its_steps_come_in_order),
        TEST(test_its_table_is_loaded_and_dropped_with_fences),
        TEST(test_memory_is_mapped_where_the_plan_has_it),
        TEST(test_devices_are_mapped_and_owned),
        TEST(test_a_device_that_the_machine_lacks_is_left_out),
        TEST(test_vcpus_are_the_plans_harts_in_order),
        TEST(test_the_narrowest_mode_that_reaches_is_taken),
        TEST(test_the_kind_of_interrupt_files_is_logged),
        TEST(test_a_guest_gets_what_its_harts_have),
        TEST(test_blocks_are_zeroed_as_it_was_tried),
        TEST(test_harts_of_other_vms_do_not_count),
        TEST(test_behind_the_clearing_read_only_memory_is_so),
        TEST(test_a_table_that_is_not_as_it_was_is_told),
        TEST(test_each_object_can_be_the_last),
        TEST(test_each_page_can_be_the_last),
        TEST(test_memory_in_the_place_of_a_device_is_refused),
        TEST(test_other_rooms_can_refuse),
        TEST(test_files_can_be_absent_or_too_large),
        TEST(test_the_tree_and_the_scrubber_can_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
