/* SPDX-License-Identifier: Apache-2.0 */
/* A VM's virtual PLIC or APLIC: its making, and the way of an interrupt through both controllers.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "libhv/irqc/test_irqc.h"

static int teardown(void **state)
{
    (void)state;
    test_machine_end();
    return 0;
}

static void begin(enum test_machine_kind chip)
{
    test_board(chip);
    test_start_irqc();
}

static enum hyp_status create(void)
{
    return hv_virq_create(&b.irqc, &b.vm, &b.gstage);
}

/* With its devices' sources. */
static void make(enum test_machine_kind chip)
{
    begin(chip);
    for (uint32_t source = TEST_DISK_IRQ; source <= TEST_CLOCK_IRQ + 1; source++) {
        hv_virq_set_owner(&b.irqc, &b.vm, source);
    }
    assert_int_equal(create(), HYP_OK);
    assert_ptr_equal(b.irqc.vm[0], &b.vm);
}

static void expect_refused(enum hyp_status expected)
{
    assert_int_equal(create(), expected);
    assert_null(b.irqc.vm[0]);
}

/* ---- Which of them --------------------------------------------------------------------------- */

static void test_a_vm_may_have_none(void **state)
{
    (void)state;
    struct irq_line line;
    begin(TEST_MACHINE_PLIC);
    b.vm_config.irqc.model = HYP_IRQC_NONE;
    expect_refused(HYP_OK);
    assert_null(b.vm.virqc);
    assert_int_equal(b.vm.vdev_count, 0);
    assert_int_equal(hv_virq_line(&b.vm, 7, &line), HYP_E_ABSENT);
    assert_int_equal(hv_virq_start_vcpu(&b.vcpu[0]), HYP_OK);
    assert_null(hv_virq_file_kind(&b.irqc, &b.vm));
}

static void test_a_model_that_the_machine_cannot_give_is_refused(void **state)
{
    (void)state;
    static const enum hyp_irqc_model others[] = {
        [TEST_MACHINE_PLIC] = HYP_IRQC_APLIC,
        [TEST_MACHINE_APLIC] = HYP_IRQC_IMSIC,
        [TEST_MACHINE_IMSIC] = HYP_IRQC_APLIC,
    };
    for (enum test_machine_kind chip = TEST_MACHINE_PLIC; chip <= TEST_MACHINE_IMSIC; chip++) {
        begin(chip);
        b.vm_config.irqc.model = others[chip];
        expect_refused(HYP_E_UNSUPPORTED);
    }
}

static void test_a_model_that_is_not_linked_is_refused(void **state)
{
    (void)state;
    begin(TEST_MACHINE_APLIC);
    static const struct virqc_ops *const no_plic[HYP_IRQC_NONE] = {[HYP_IRQC_APLIC] = &virq_aplic};
    b.vm_config.irqc.model = HYP_IRQC_PLIC;
    b.build.virqc = no_plic;
    expect_refused(HYP_E_UNSUPPORTED);
}

static void test_an_aplic_must_reach_all_harts_of_its_vm(void **state)
{
    (void)state;
    begin(TEST_MACHINE_APLIC);
    b.aia.found.hart_index[2] = MACHINE_NO_INDEX;
    expect_refused(HYP_E_UNSUPPORTED);
    begin(TEST_MACHINE_APLIC);
    b.aia.found.hart_index[1] = MACHINE_NO_INDEX; /* Not its own. */
    assert_int_equal(create(), HYP_OK);
    begin(TEST_MACHINE_APLIC);
    b.irqc.phys.ops = NULL; /* Its set-up has failed. */
    expect_refused(HYP_E_UNSUPPORTED);
}

/* ---- Missing resources ----------------------------------------------------------------------- */

static void test_each_object_can_be_the_last(void **state)
{
    (void)state;
    for (enum test_machine_kind chip = TEST_MACHINE_PLIC; chip <= TEST_MACHINE_APLIC; chip++) {
        unsigned failures = 0;
        for (uint64_t size = 0;; size += 64) {
            begin(chip);
            test_leave_objects(size);
            enum hyp_status status = create();
            if (status == HYP_OK) {
                break;
            }
            assert_int_equal(status, HYP_E_NOMEM);
            assert_int_equal(b.vm.vdev_count, 0);
            failures++;
        }
        assert_true(failures > 2);
    }
}

static void test_its_place_on_the_bus_can_be_taken(void **state)
{
    (void)state;
    for (enum test_machine_kind chip = TEST_MACHINE_PLIC; chip <= TEST_MACHINE_APLIC; chip++) {
        begin(chip);
        struct vdev other = {.base = TEST_GPA, .size = 4, .ops = &test_sswi_ops};
        assert_int_equal(vm_add_vdev(&b.vm, &other), HYP_OK);
        expect_refused(HYP_E_EXIST);
    }
}

/* config_check() has refused both before. */
static void test_it_has_as_many_sources_as_its_devices_need(void **state)
{
    (void)state;
    for (enum test_machine_kind chip = TEST_MACHINE_PLIC; chip <= TEST_MACHINE_APLIC; chip++) {
        begin(chip);
        b.vm_config.irqc.source_count = TEST_CLOCK_IRQ + 1;
        expect_refused(HYP_E_RANGE);
        begin(chip);
        b.vm_config.irqc.source_count = 1;
        expect_refused(HYP_E_PARAM);
        begin(chip);
        b.vm_config.irqc.source_count = TEST_CLOCK_IRQ + 2;
        assert_int_equal(create(), HYP_OK);
    }
}

/* All four of a device's. */
static void test_a_device_has_up_to_four_sources(void **state)
{
    (void)state;
    static const uint8_t all[] = {3};
    static const uint8_t *const index[] = {all};
    begin(TEST_MACHINE_PLIC);
    b.build.device_index = index;
    b.vm_config.device_count = 1;
    b.vm_config.irqc.source_count = 23;
    expect_refused(HYP_E_RANGE);
    begin(TEST_MACHINE_PLIC);
    b.build.device_index = index;
    b.vm_config.device_count = 1;
    b.vm_config.irqc.source_count = 24;
    assert_int_equal(create(), HYP_OK);
}

static void test_without_a_controller_a_vms_plic_has_no_hardware(void **state)
{
    (void)state;
    begin(TEST_MACHINE_NONE);
    expect_refused(HYP_E_UNSUPPORTED);
    begin(TEST_MACHINE_NONE);
    b.vm_config.device_count = 0;
    assert_int_equal(create(), HYP_OK);
}

/* ---- The way of an interrupt ----------------------------------------------------------------- */

static bool chip_signals(uint32_t hart)
{
    return (test_hart_of(hart)->csr[CSR_SIP] & BIT(IRQ_S_EXT)) != 0;
}

static bool guest_is_signalled(uint32_t hart)
{
    return (test_hart_of(hart)->csr[CSR_HVIP] & BIT(IRQ_VS_EXT)) != 0;
}

static void enable_at_vplic(uint32_t context, uint32_t source)
{
    test_guest_write(TEST_GPA + 4 * source, 1);
    test_guest_write(TEST_GPA + PLIC_ENABLE + PLIC_ENABLE_STRIDE * context, 1u << source);
}

static void drive_plic(uint32_t source, bool level)
{
    struct irq_line line = vplic_line(&b.vplic, source);
    irq_line_set(&line, level);
}

/* The machine's interrupt pends until the guest completes its own. */
static void plic_interrupt(uint32_t context, uint32_t vcpu)
{
    uint32_t hart = b.vcpu[vcpu].hart_index;
    uint64_t claim = TEST_GPA + PLIC_CONTEXT + PLIC_CONTEXT_STRIDE * context + PLIC_CLAIM;
    test_be_hart(hart);
    enable_at_vplic(context, TEST_DISK_IRQ);
    drive_plic(TEST_DISK_IRQ, true);
    assert_true(chip_signals(hart));
    hv_irqc_handle(&b.irqc, hart);
    assert_false(chip_signals(hart));
    assert_true(guest_is_signalled(hart));
    assert_int_equal(test_guest_read(claim), TEST_DISK_IRQ);
    assert_false(guest_is_signalled(hart));
    drive_plic(TEST_DISK_IRQ, false);
    test_guest_write(claim, TEST_DISK_IRQ);
    drive_plic(TEST_DISK_IRQ, true);
    assert_true(chip_signals(hart));
}

static void test_a_plics_context_n_is_vcpu_n(void **state)
{
    (void)state;
    make(TEST_MACHINE_PLIC);
    plic_interrupt(0, 0);
    make(TEST_MACHINE_PLIC);
    plic_interrupt(1, 1);
}

static void test_with_m_contexts_every_second_one_is_a_vcpu(void **state)
{
    (void)state;
    begin(TEST_MACHINE_PLIC);
    b.vm_config.irqc.m_contexts = true;
    hv_virq_set_owner(&b.irqc, &b.vm, TEST_DISK_IRQ);
    assert_int_equal(create(), HYP_OK);
    enable_at_vplic(2, TEST_DISK_IRQ); /* M-mode's. */
    drive_plic(TEST_DISK_IRQ, true);
    assert_false(chip_signals(0) || chip_signals(1) || chip_signals(2));
    drive_plic(TEST_DISK_IRQ, false);
    plic_interrupt(3, 1);
}

static void test_another_harts_vcpu_is_told_by_an_ipi(void **state)
{
    (void)state;
    struct irq_line line;
    for (enum test_machine_kind chip = TEST_MACHINE_PLIC; chip <= TEST_MACHINE_APLIC; chip++) {
        make(chip);
        test_be_hart(0);
        assert_int_equal(hv_virq_line(&b.vm, 7, &line), HYP_OK);
        if (chip == TEST_MACHINE_PLIC) {
            enable_at_vplic(1, 7);
        } else {
            test_guest_write(TEST_GPA + APLIC_DOMAINCFG, APLIC_DOMAINCFG_IE);
            test_guest_write(TEST_GPA + 4 * 7, APLIC_SM_LEVEL1);
            test_guest_write(TEST_GPA + APLIC_TARGET + 4 * 7, 1u << APLIC_TARGET_HART_SHIFT | 1);
            test_guest_write(TEST_GPA + APLIC_SETIENUM, 7);
            test_guest_write(TEST_GPA + APLIC_IDC + APLIC_IDC_STRIDE + APLIC_IDELIVERY, 1);
        }
        assert_int_equal(b.sent[2], 0);
        irq_line_set(&line, true);
        assert_int_equal(b.sent[2], 1);
        assert_true(b.vcpu[1].ext_level);
        assert_int_equal(b.vcpu[1].pending, VCPU_PENDING_EXT);
        assert_false(guest_is_signalled(0) || guest_is_signalled(2));
    }
}

static void drive_aplic(uint32_t source, bool level)
{
    struct irq_line line = vaplic_line(&b.vaplic, source);
    irq_line_set(&line, level);
}

static void test_an_aplics_source_goes_to_the_guests_target(void **state)
{
    (void)state;
    uint64_t idc = TEST_GPA + APLIC_IDC + APLIC_IDC_STRIDE;
    make(TEST_MACHINE_APLIC);
    test_be_hart(2);
    test_guest_write(TEST_GPA + APLIC_DOMAINCFG, APLIC_DOMAINCFG_IE);
    test_guest_write(TEST_GPA + 4 * TEST_DISK_IRQ, APLIC_SM_LEVEL1);
    test_guest_write(TEST_GPA + APLIC_TARGET + 4 * TEST_DISK_IRQ,
                     1u << APLIC_TARGET_HART_SHIFT | 3);
    test_guest_write(TEST_GPA + APLIC_SETIENUM, TEST_DISK_IRQ);
    test_guest_write(idc + APLIC_IDELIVERY, 1);
    drive_aplic(TEST_DISK_IRQ, true);
    assert_true(chip_signals(2) && !chip_signals(0));
    hv_irqc_handle(&b.irqc, 2);
    assert_false(chip_signals(2)); /* Off while its input is high. */
    assert_true(guest_is_signalled(2));
    assert_int_equal(test_guest_read(idc + APLIC_CLAIMI), TEST_DISK_IRQ << 16 | 3);
    drive_aplic(TEST_DISK_IRQ, false);
    assert_int_equal(test_guest_read(idc + APLIC_CLAIMI), 0);
    assert_false(guest_is_signalled(2));
}

/* ---- The end --------------------------------------------------------------------------------- */

static void stop_vm(void)
{
    spinlock_lock(&b.vm.lock);
    b.vm.virqc->stop(b.vm.virqc_state);
    spinlock_unlock(&b.vm.lock);
}

static void test_a_stopped_vms_sources_are_off(void **state)
{
    (void)state;
    make(TEST_MACHINE_PLIC);
    enable_at_vplic(0, TEST_DISK_IRQ);
    stop_vm();
    drive_plic(TEST_DISK_IRQ, true);
    assert_false(chip_signals(0));
    make(TEST_MACHINE_APLIC);
    test_guest_write(TEST_GPA + 4 * TEST_DISK_IRQ, APLIC_SM_LEVEL1);
    assert_int_equal(mmio_host_read(TEST_APLIC + 4 * TEST_DISK_IRQ, 4), APLIC_SM_LEVEL1);
    stop_vm();
    assert_int_equal(mmio_host_read(TEST_APLIC + 4 * TEST_DISK_IRQ, 4), APLIC_SM_INACTIVE);
}

static void test_these_models_start_no_vcpu_and_have_no_files(void **state)
{
    (void)state;
    for (enum test_machine_kind chip = TEST_MACHINE_PLIC; chip <= TEST_MACHINE_APLIC; chip++) {
        make(chip);
        assert_int_equal(hv_virq_start_vcpu(&b.vcpu[0]), HYP_OK);
        assert_null(hv_virq_file_kind(&b.irqc, &b.vm));
        assert_int_equal(b.vcpu[0].guest_file, 0);
    }
}

#define TEST(f) cmocka_unit_test_teardown(f, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_a_vm_may_have_none),
        TEST(test_a_model_that_the_machine_cannot_give_is_refused),
        TEST(test_a_model_that_is_not_linked_is_refused),
        TEST(test_an_aplic_must_reach_all_harts_of_its_vm),
        TEST(test_each_object_can_be_the_last),
        TEST(test_its_place_on_the_bus_can_be_taken),
        TEST(test_it_has_as_many_sources_as_its_devices_need),
        TEST(test_a_device_has_up_to_four_sources),
        TEST(test_without_a_controller_a_vms_plic_has_no_hardware),
        TEST(test_a_plics_context_n_is_vcpu_n),
        TEST(test_with_m_contexts_every_second_one_is_a_vcpu),
        TEST(test_another_harts_vcpu_is_told_by_an_ipi),
        TEST(test_an_aplics_source_goes_to_the_guests_target),
        TEST(test_a_stopped_vms_sources_are_off),
        TEST(test_these_models_start_no_vcpu_and_have_no_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
