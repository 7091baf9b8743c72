/* SPDX-License-Identifier: Apache-2.0 */
/* A VM's interrupt files: guest files of its harts, or emulated ones; messages, and their CSRs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include <hyp/arch_backend/world_host.h>

#include "libhv/irqc/test_irqc.h"

enum { EIID = 33 };

#define A0 10u
#define A1 11u
#define CSRRW(rd, csr, rs1) (0x1073u | (rd) << 7 | (rs1) << 15 | (csr) << 20)
#define CSRRS(rd, csr, rs1) (0x2073u | (rd) << 7 | (rs1) << 15 | (csr) << 20)
#define CSRRC(rd, csr, rs1) (0x3073u | (rd) << 7 | (rs1) << 15 | (csr) << 20)

static int teardown(void **state)
{
    (void)state;
    test_machine_end();
    return 0;
}

static void begin(void)
{
    test_board(TEST_MACHINE_IMSIC);
    test_start_irqc();
}

static enum hyp_status create(void)
{
    return hv_virq_create(&b.irqc, &b.vm, &b.gstage);
}

/* Both vCPUs are started, each on its hart; this thread is vCPU 0's. */
static void make(bool guest_files)
{
    begin();
    hv_virq_set_owner(&b.irqc, &b.vm, TEST_DISK_IRQ);
    assert_int_equal(create(), HYP_OK);
    b.no_guest_files = !guest_files;
    for (uint32_t n = TEST_VCPUS; n-- > 0;) {
        test_be_hart(b.vcpu[n].hart_index);
        assert_int_equal(hv_virq_start_vcpu(&b.vcpu[n]), HYP_OK);
    }
}

static uint64_t guest_page_hpa(uint32_t vcpu)
{
    uint64_t page = ((uint64_t)test_index[b.vcpu[vcpu].hart_index] << TEST_GUEST_BITS) + 1;
    return TEST_BASE + (page << HYP_PAGE_SHIFT);
}

/* ---- Its making ------------------------------------------------------------------------------ */

static void test_a_vcpus_page_is_its_harts_guest_file(void **state)
{
    (void)state;
    make(true);
    assert_string_equal(hv_virq_file_kind(&b.irqc, &b.vm), "guest-file");
    for (uint32_t n = 0; n < TEST_VCPUS; n++) {
        struct ptable_leaf leaf;
        gpa_t page = GPA(TEST_FILES_GPA + n * HYP_IMSIC_SIZE);
        assert_int_equal(gstage_walk(&b.gstage, page, &leaf), HYP_OK);
        assert_int_equal(leaf.pa.a, guest_page_hpa(n));
        assert_int_equal(leaf.size, HYP_IMSIC_SIZE);
        assert_int_equal(pte_perm(leaf.pte), PTE_R | PTE_W);
        assert_int_equal(b.vcpu[n].guest_file, AIA_GUEST_FILE);
        assert_true(b.vcpu[n].hstateen0 == HSTATEEN0_AIA);
        assert_true(test_hart_of(b.vcpu[n].hart_index)->csr[CSR_HGEIE] == BIT(AIA_GUEST_FILE));
    }
}

/* Its page is the bus's then, though the tree has one. */
static void test_a_hart_without_guest_files_has_an_emulated_one(void **state)
{
    (void)state;
    make(false);
    for (uint32_t n = 0; n < TEST_VCPUS; n++) {
        hpa_t hpa;
        gpa_t page = GPA(TEST_FILES_GPA + n * HYP_IMSIC_SIZE);
        assert_int_equal(gstage_translate(&b.gstage, page, &hpa), HYP_E_ABSENT);
        assert_int_equal(b.vcpu[n].guest_file, 0);
        assert_true(b.vcpu[n].hstateen0 == (HSTATEEN0_AIA & ~HSTATEEN0_IMSIC));
        test_guest_write(TEST_FILES_GPA + n * HYP_IMSIC_SIZE, EIID);
    }
    assert_false(spinlock_is_held(&b.vm.lock));
}

static void test_without_pages_nothing_is_mapped(void **state)
{
    (void)state;
    hpa_t hpa;
    test_board(TEST_MACHINE_IMSIC);
    b.aia.found.guest_bits = 0;
    test_start_irqc();
    assert_int_equal(create(), HYP_OK);
    assert_string_equal(hv_virq_file_kind(&b.irqc, &b.vm), "emulated");
    assert_int_equal(gstage_translate(&b.gstage, GPA(TEST_FILES_GPA), &hpa), HYP_E_ABSENT);
    assert_int_equal(hv_virq_start_vcpu(&b.vcpu[0]), HYP_OK);
    assert_int_equal(b.vcpu[0].guest_file, 0);
}

/* An earlier VM or a boot loader has left bits in the file. */
static void test_a_guest_file_is_clean(void **state)
{
    (void)state;
    begin();
    assert_int_equal(create(), HYP_OK);
    struct vimsic_file *file = &test_hart_of(0)->files[AIA_GUEST_FILE];
    test_be_hart(0);
    file->eie[0] = file->eip[0] = BIT(9);
    file->pending_enabled = 1;
    file->eithreshold = 7;
    assert_int_equal(hv_virq_start_vcpu(&b.vcpu[0]), HYP_OK);
    assert_true(file->eie[0] == 0 && file->eip[0] == 0 && file->eithreshold == 0);
}

/* Whatever has unmapped it before. */
static void test_a_vcpu_page_that_is_not_mapped_is_an_error(void **state)
{
    (void)state;
    begin();
    assert_int_equal(create(), HYP_OK);
    b.no_guest_files = true;
    assert_int_equal(hv_virq_start_vcpu(&b.vcpu[0]), HYP_OK);
    assert_int_equal(hv_virq_start_vcpu(&b.vcpu[0]), HYP_E_ABSENT);
}

static void test_each_object_can_be_the_last(void **state)
{
    (void)state;
    unsigned failures = 0;
    for (uint64_t size = 0;; size += 64) {
        begin();
        test_leave_objects(size);
        enum hyp_status status = create();
        if (status == HYP_OK) {
            break;
        }
        assert_int_equal(status, HYP_E_NOMEM);
        assert_null(b.irqc.vm[0]);
        failures++;
    }
    assert_true(failures > 3);
}

static void test_each_page_can_be_the_last(void **state)
{
    (void)state;
    uint64_t pages = 0;
    begin();
    test_leave_pages(0);
    assert_int_equal(create(), HYP_E_NOMEM); /* A table of the VM's. */
    begin();
    b.space.device_window.size = 0;
    assert_int_equal(create(), HYP_E_NOMEM); /* A place in the hypervisor's space. */
    for (enum hyp_status status = HYP_E_NOMEM; status != HYP_OK; pages++) {
        begin();
        test_leave_pages(pages);
        status = create();
        assert_true(status == HYP_OK || status == HYP_E_NOMEM);
    }
    assert_int_equal(pages - 1, 2); /* Two tables for the VM's pages. */
}

static void test_its_place_on_the_bus_can_be_taken(void **state)
{
    (void)state;
    static const uint64_t places[] = {TEST_GPA, TEST_FILES_GPA + HYP_IMSIC_SIZE};
    for (uint32_t i = 0; i < ARRAY_COUNT(places); i++) {
        begin();
        struct vdev other = {.base = places[i], .size = 4, .ops = &test_sswi_ops};
        assert_int_equal(vm_add_vdev(&b.vm, &other), HYP_OK);
        assert_int_equal(create(), HYP_E_EXIST);
    }
}

static void test_what_the_machine_cannot_give_is_refused(void **state)
{
    (void)state;
    begin();
    b.irqc.phys.ops = NULL;
    assert_int_equal(create(), HYP_E_UNSUPPORTED);
    begin();
    b.irqc.imsic_ids = 100; /* No number of identities. */
    assert_int_equal(create(), HYP_E_PARAM);
}

/* ---- Messages -------------------------------------------------------------------------------- */

/* The guest's APLIC sends `source` as EIID to that hart index, edge-triggered. */
static void route(uint32_t source, uint32_t hart_index)
{
    test_guest_write(TEST_GPA + APLIC_DOMAINCFG, APLIC_DOMAINCFG_IE | APLIC_DOMAINCFG_DM);
    test_guest_write(TEST_GPA + 4 * source, APLIC_SM_EDGE1);
    test_guest_write(TEST_GPA + APLIC_TARGET + 4 * source,
                     hart_index << APLIC_TARGET_HART_SHIFT | EIID);
    test_guest_write(TEST_GPA + APLIC_SETIENUM, source);
}

static void rise_at_chip(uint32_t source)
{
    struct irq_line line = vaplic_line(&b.vaplic, source);
    irq_line_set(&line, true);
    irq_line_set(&line, false);
}

static uint64_t eip_of_file(uint32_t hart, uint32_t file)
{
    return test_hart_of(hart)->files[file].eip[0];
}

static void test_the_machine_sends_into_a_guest_file_by_itself(void **state)
{
    (void)state;
    make(true);
    route(TEST_DISK_IRQ, 1);
    rise_at_chip(TEST_DISK_IRQ);
    assert_true(eip_of_file(2, AIA_GUEST_FILE) == BIT(EIID));
    assert_false(test_hart_of(0)->pends[0] || test_hart_of(2)->pends[0]);
}

/* The hypervisor sends it on. */
static void test_a_source_of_an_emulated_file_comes_to_the_hypervisor(void **state)
{
    (void)state;
    make(false);
    const struct virq_aia *v = b.vm.virqc_state;
    route(TEST_DISK_IRQ, 1);
    rise_at_chip(TEST_DISK_IRQ);
    assert_true(test_hart_of(2)->pends[0]);
    test_be_hart(2);
    hv_irqc_handle(&b.irqc, 2);
    assert_false(test_hart_of(2)->pends[0]);
    assert_true(v->vimsic.files[1].eip[0] == BIT(EIID));
    assert_true(v->vimsic.files[0].eip[0] == 0);
}

static void test_a_target_that_is_no_vcpu_gets_nothing(void **state)
{
    (void)state;
    make(true);
    route(TEST_DISK_IRQ, TEST_VCPUS);
    rise_at_chip(TEST_DISK_IRQ);
    for (uint32_t h = 0; h < TEST_HARTS; h++) {
        for (uint32_t f = 0; f < TEST_FILES; f++) {
            assert_true(eip_of_file(h, f) == 0);
        }
    }
}

static struct irq_line soft_line(uint32_t source)
{
    struct irq_line line;
    assert_int_equal(hv_virq_line(&b.vm, source, &line), HYP_OK);
    return line;
}

static void test_a_virtual_device_sends_to_either_kind_of_file(void **state)
{
    (void)state;
    for (int files = 0; files < 2; files++) {
        make(files != 0);
        const struct virq_aia *v = b.vm.virqc_state;
        struct irq_line line = soft_line(7);
        route(7, 1);
        irq_line_set(&line, true);
        assert_true(eip_of_file(2, AIA_GUEST_FILE) == (files != 0 ? BIT(EIID) : 0));
        assert_true(v->vimsic.files[1].eip[0] == (files != 0 ? 0 : BIT(EIID)));
    }
}

/* No vCPU, or a guest of the guest's. */
static void test_a_message_to_nobody_is_lost(void **state)
{
    (void)state;
    static const uint32_t targets[] = {TEST_VCPUS << APLIC_TARGET_HART_SHIFT | EIID,
                                       1u << APLIC_TARGET_HART_SHIFT |
                                           1u << APLIC_TARGET_GUEST_SHIFT | EIID};
    for (uint32_t i = 0; i < ARRAY_COUNT(targets); i++) {
        make(false);
        const struct virq_aia *v = b.vm.virqc_state;
        route(7, 0);
        test_guest_write(TEST_GPA + APLIC_TARGET + 4 * 7, targets[i]);
        struct irq_line line = soft_line(7);
        irq_line_set(&line, true);
        assert_true(v->vimsic.files[0].eip[0] == 0 && v->vimsic.files[1].eip[0] == 0);
    }
}

/* ---- CSRs ------------------------------------------------------------------------------------ */

/* An instruction that traps, what a1 and vsiselect hold, and what comes of it. */
struct step {
    uint32_t insn;
    uint64_t a1;
    uint64_t select;
    uint64_t a0; /* Behind it, if it was answered. */
    bool trapped;
};

static struct step steps[16];
static unsigned step_count, step_next;

static struct world_trap guest(struct world *w, void *ctx)
{
    (void)ctx;
    if (step_next != 0) {
        steps[step_next - 1].a0 = w->gpr[A0];
        steps[step_next - 1].trapped = csr_read(CSR_VSCAUSE) != 0;
        csr_write(CSR_VSCAUSE, 0);
    }
    w->sstatus |= SSTATUS_SPP;
    if (step_next == step_count) {
        w->gpr[16] = w->gpr[A0] = w->gpr[A1] = 0;
        w->gpr[17] = SBI_EXT_SRST;
        return (struct world_trap){.scause = CAUSE_ECALL_VS};
    }
    const struct step *s = &steps[step_next++];
    csr_write(CSR_VSISELECT, s->select);
    w->gpr[A0] = 0xdead;
    w->gpr[A1] = s->a1;
    return (struct world_trap){.scause = CAUSE_VIRTUAL_INSN, .stval = s->insn};
}

static void add(uint32_t insn, uint64_t a1, uint64_t select)
{
    steps[step_count++] = (struct step){.insn = insn, .a1 = a1, .select = select};
}

static void run(void)
{
    step_next = 0;
    world_host_set(guest, NULL);
    vcpu_run(&b.vcpu[0]);
    assert_int_equal(step_next, step_count);
    step_count = 0;
}

static void expect(unsigned i, uint64_t a0)
{
    assert_false(steps[i].trapped);
    assert_true(steps[i].a0 == a0);
}

static void test_a_guest_enables_receives_and_claims(void **state)
{
    (void)state;
    make(false);
    add(CSRRW(A0, (uint32_t)CSR_SIREG, A1), 1, IMSIC_SELECT_EIDELIVERY);
    add(CSRRS(A0, (uint32_t)CSR_SIREG, A1), BIT(EIID), IMSIC_SELECT_EIE);
    add(CSRRS(A0, (uint32_t)CSR_SIREG, A1), BIT(EIID), IMSIC_SELECT_EIP);
    add(CSRRS(A0, (uint32_t)CSR_SIREG, A1), BIT(40), IMSIC_SELECT_EIP);
    add(CSRRC(A0, (uint32_t)CSR_SIREG, A1), BIT(40), IMSIC_SELECT_EIP);
    add(CSRRS(A0, (uint32_t)CSR_SIREG, 0u), 0, IMSIC_SELECT_EIP);
    add(CSRRS(A0, (uint32_t)CSR_STOPEI, 0u), 0, 0);
    add(CSRRW(A0, (uint32_t)CSR_STOPEI, 0u), 0, 0);
    add(CSRRS(A0, (uint32_t)CSR_STOPEI, 0u), 0, 0);
    run();
    expect(0, 0);
    expect(1, 0);
    expect(2, 0);
    expect(3, BIT(EIID));
    expect(4, BIT(EIID) | BIT(40));
    expect(5, BIT(EIID));
    expect(6, EIID << 16 | EIID);
    expect(7, EIID << 16 | EIID);
    expect(8, 0);
}

static void test_what_no_register_is_traps(void **state)
{
    (void)state;
    make(false);
    add(CSRRS(A0, (uint32_t)CSR_SIREG, 0u), 0, 0x60);                  /* Neither of both. */
    add(CSRRS(A0, (uint32_t)CSR_SIREG, 0u), 0, IMSIC_SELECT_EIE + 1);  /* Odd. */
    add(CSRRS(A0, (uint32_t)CSR_SIREG, 0u), 0, IMSIC_SELECT_LAST + 1); /* Behind all. */
    add(CSRRS(A0, (uint32_t)CSR_SIREG, 0u), 0, IMSIC_SELECT_IPRIO + 1);
    add(CSRRS(A0, (uint32_t)CSR_SIREG, 0u), 0, IMSIC_SELECT_IPRIO - 1);
    add(CSRRS(A0, (uint32_t)CSR_SATP, 0u), 0, IMSIC_SELECT_EIE); /* Not the file's. */
    run();
    for (unsigned i = 0; i < 6; i++) {
        assert_true(steps[i].trapped);
    }
}

static void test_with_a_guest_file_iprio_alone_is_emulated(void **state)
{
    (void)state;
    make(true);
    add(CSRRW(A0, (uint32_t)CSR_SIREG, A1), 0x55, IMSIC_SELECT_IPRIO);
    add(CSRRS(A0, (uint32_t)CSR_SIREG, 0u), 0, IMSIC_SELECT_IPRIO_LAST - 1);
    add(CSRRS(A0, (uint32_t)CSR_SIREG, 0u), 0, IMSIC_SELECT_EIE);
    add(CSRRS(A0, (uint32_t)CSR_SIREG, 0u), 0, IMSIC_SELECT_IPRIO_LAST + 1);
    add(CSRRS(A0, (uint32_t)CSR_STOPEI, 0u), 0, IMSIC_SELECT_IPRIO);
    run();
    expect(0, 0);
    expect(1, 0);
    assert_true(steps[2].trapped && steps[3].trapped && steps[4].trapped);
}

/* ---- Outputs of a file ---------------------------------------------------------------------- */

/* Identity EIID is enabled in the emulated file of a vCPU, whose hart this thread is. */
static void open_file(uint32_t vcpu)
{
    struct virq_aia *v = b.vm.virqc_state;
    static const struct vimsic_access accesses[] = {
        {CSR_SISELECT, VIMSIC_WRITE, IMSIC_SELECT_EIDELIVERY},
        {CSR_SIREG, VIMSIC_WRITE, 1},
        {CSR_SISELECT, VIMSIC_WRITE, IMSIC_SELECT_EIE},
        {CSR_SIREG, VIMSIC_WRITE, BIT(EIID)},
    };
    for (uint32_t i = 0; i < ARRAY_COUNT(accesses); i++) {
        uint64_t old;
        assert_int_equal(vimsic_csr(&v->vimsic, vcpu, &accesses[i], &old), VIMSIC_OK);
    }
}

static void test_a_file_signals_its_own_hart(void **state)
{
    (void)state;
    make(false);
    open_file(0);
    test_guest_write(TEST_FILES_GPA, EIID);
    assert_true((csr_read(CSR_HVIP) & BIT(IRQ_VS_EXT)) != 0);
    assert_true(csr_read(CSR_HVICTL) == HVICTL_SEI_LAST);
    assert_int_equal(b.sent[2], 0);
}

/* stopi is that hart's alone: it drives it behind the IPI. */
static void test_a_file_signals_another_hart_by_an_ipi(void **state)
{
    (void)state;
    make(false);
    open_file(1);
    test_guest_write(TEST_FILES_GPA + HYP_IMSIC_SIZE, EIID);
    assert_int_equal(b.sent[2], 1);
    assert_true(csr_read(CSR_HVICTL) == 0);
    test_be_hart(2);
    b.vm.virqc->handle_ipi(&b.vcpu[1]);
    assert_true(csr_read(CSR_HVICTL) == HVICTL_SEI_LAST);
    b.vcpu[1].ext_level = false;
    b.vm.virqc->handle_ipi(&b.vcpu[1]);
    assert_true(csr_read(CSR_HVICTL) == 0);
}

static void test_a_guest_file_needs_no_help_behind_an_ipi(void **state)
{
    (void)state;
    make(true);
    b.vcpu[0].ext_level = true;
    b.vm.virqc->handle_ipi(&b.vcpu[0]);
    assert_true(csr_read(CSR_HVICTL) == 0);
}

static void test_a_stopped_vms_sources_are_inactive(void **state)
{
    (void)state;
    make(true);
    route(TEST_DISK_IRQ, 1);
    spinlock_lock(&b.vm.lock);
    b.vm.virqc->stop(b.vm.virqc_state);
    spinlock_unlock(&b.vm.lock);
    rise_at_chip(TEST_DISK_IRQ);
    assert_true(eip_of_file(2, AIA_GUEST_FILE) == 0);
}

#define TEST(f) cmocka_unit_test_teardown(f, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_a_vcpus_page_is_its_harts_guest_file),
        TEST(test_a_hart_without_guest_files_has_an_emulated_one),
        TEST(test_without_pages_nothing_is_mapped),
        TEST(test_a_guest_file_is_clean),
        TEST(test_a_vcpu_page_that_is_not_mapped_is_an_error),
        TEST(test_each_object_can_be_the_last),
        TEST(test_each_page_can_be_the_last),
        TEST(test_its_place_on_the_bus_can_be_taken),
        TEST(test_what_the_machine_cannot_give_is_refused),
        TEST(test_the_machine_sends_into_a_guest_file_by_itself),
        TEST(test_a_source_of_an_emulated_file_comes_to_the_hypervisor),
        TEST(test_a_target_that_is_no_vcpu_gets_nothing),
        TEST(test_a_virtual_device_sends_to_either_kind_of_file),
        TEST(test_a_message_to_nobody_is_lost),
        TEST(test_a_guest_enables_receives_and_claims),
        TEST(test_what_no_register_is_traps),
        TEST(test_with_a_guest_file_iprio_alone_is_emulated),
        TEST(test_a_file_signals_its_own_hart),
        TEST(test_a_file_signals_another_hart_by_an_ipi),
        TEST(test_a_guest_file_needs_no_help_behind_an_ipi),
        TEST(test_a_stopped_vms_sources_are_inactive),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
