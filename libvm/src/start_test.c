/* SPDX-License-Identifier: Apache-2.0 */
/* vcpu_run() from the start of a vCPU to the end of its VM, and vcpu_hart_is_fit(). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "test_vm.h"

#define PC (TEST_RAM + 0x40)

static struct test_vm t;

static int setup(void **state)
{
    (void)state;
    test_vm_init(&t);
    return 0;
}

static void test_the_hart_delegates_what_guests_handle(void **state)
{
    (void)state;
    t.vm.grant.henvcfg = HENVCFG_STCE | HENVCFG_CBZE;
    t.vm.grant.has_stateen = true;
    t.vm.grant.hstateen0 = 7;
    test_run(&t);
    uint64_t exceptions = 0x1ff | BIT(12) | BIT(13) | BIT(15);
    assert_true(csr_read(CSR_HEDELEG) == exceptions);
    assert_true(csr_read(CSR_HIDELEG) == (BIT(2) | BIT(6) | BIT(10)));
    assert_true(csr_read(CSR_SIE) == (BIT(1) | BIT(5) | BIT(9)));
    assert_true(csr_read(CSR_HGATP) == t.vm.hgatp);
    assert_true(csr_read(CSR_HENVCFG) == t.vm.grant.henvcfg);
    assert_true(csr_read(CSR_HCOUNTEREN) == 7 && csr_read(CSR_HSTATEEN0) == 7);
    assert_true(csr_read(CSR_VSTIMECMP) == UINT64_MAX);
    /* hgatp is written before the fence. */
    assert_int_equal(fence_host_log()->record[0].kind, FENCE_GVMA_ALL);
}

/* SBI "Hart Start": satp = 0, sstatus.SIE = 0, a0 = hart id, a1 = opaque. */
static void test_start(void **state)
{
    (void)state;
    static const unsigned zeroed[] = {CSR_VSIE,       CSR_VSTVEC, CSR_VSSCRATCH, CSR_VSEPC,
                                      CSR_VSCAUSE,    CSR_VSTVAL, CSR_VSATP,     CSR_SENVCFG,
                                      CSR_HTIMEDELTA, CSR_HIE,    CSR_HVIP,      CSR_HSTATEEN0};
    for (unsigned i = 0; i < ARRAY_COUNT(zeroed) - 1; i++) {
        csr_write(zeroed[i], UINT64_MAX);
    }
    csr_write(CSR_VSSTATUS, UINT64_MAX);
    csr_write(CSR_SCOUNTEREN, 0);
    t.vm.grant.fp = WORLD_FP_ALL;
    t.vcpu[0].start_pc = PC;
    t.vcpu[0].start_opaque = 0xabcd;
    struct world_host_cleared before = *world_host_cleared();
    test_run(&t);
    const struct test_entry *e = &t.seen[0];
    for (unsigned i = 0; i < 32; i++) {
        assert_true(e->world.gpr[i] == (i == 11 ? 0xabcd : 0));
    }
    assert_true(e->world.sepc == PC && e->vsstatus == (SSTATUS_UXL_64 | SSTATUS_FS | SSTATUS_VS));
    assert_true(csr_read(CSR_SCOUNTEREN) == 7);
    assert_true((e->world.sstatus & SSTATUS_SPP) != 0);
    assert_true((e->world.sstatus & SSTATUS_FS) == SSTATUS_FS);
    assert_true((e->world.sstatus & SSTATUS_VS) == SSTATUS_VS);
    assert_true((e->world.sstatus & SSTATUS_SIE) == 0);
    for (unsigned i = 0; i < ARRAY_COUNT(zeroed); i++) {
        assert_true(csr_read(zeroed[i]) == 0);
    }
    assert_int_equal(world_host_cleared()->fp - before.fp, 1);
    assert_int_equal(world_host_cleared()->vector - before.vector, 1);
    /* The stopped hart has no cached translation left. */
    assert_int_equal(fence_host_log()->record[1].kind, FENCE_VVMA_ALL);
    assert_int_equal(fence_host_log()->record[2].kind, FENCE_I);
}

/* The hart lacks these registers; an access to them would abort the test. */
static bool lacks_envcfg(unsigned number)
{
    return number == CSR_HENVCFG || number == CSR_SENVCFG || number == CSR_HSTATEEN0;
}

static void test_start_without_fp_and_envcfg(void **state)
{
    (void)state;
    struct world_host_cleared before = *world_host_cleared();
    t.vm.grant.has_envcfg = false;
    t.vm.grant.fp = 0;
    csr_host_set_absent(lacks_envcfg);
    world_host_set_absent_fp(WORLD_FP_ALL);
    test_run(&t);
    assert_true(t.seen[0].vsstatus == SSTATUS_UXL_64);
    assert_true((t.seen[0].world.sstatus & (SSTATUS_FS | SSTATUS_VS)) == 0);
    assert_int_equal(world_host_cleared()->fp, before.fp);
    assert_int_equal(world_host_cleared()->vector, before.vector);
    csr_host_set_absent(NULL);
    world_host_set_absent_fp(0);
}

/* A hart for vcpu_hart_is_fit(): the bits that its CSRs implement. */
static struct {
    uint64_t henvcfg, hcounteren;
    uint64_t mode; /* The mode that hgatp accepts. */
} asked;

static bool asked_hart(void *state, unsigned number, enum csr_host_op op, uint64_t value,
                       uint64_t *old)
{
    (void)state;
    uint64_t *reg = csr_host(number);
    *old = *reg;
    if (op != CSR_HOST_WRITE) {
        return false;
    }
    switch (number) {
    case CSR_HENVCFG: *reg = value & asked.henvcfg; return true;
    case CSR_HCOUNTEREN: *reg = value & asked.hcounteren; return true;
    case CSR_HGATP: /* VMIDLEN is 0. */
        *reg = value >> 60 == asked.mode ? value & ~(HGATP_VMID_MASK << HGATP_VMID_SHIFT) : 0;
        return true;
    default: return false;
    }
}

static bool lacks_h(unsigned number)
{
    return number >> 8 == 6 || number >> 8 == 2;
}

static bool lacks_stateen(unsigned number)
{
    return number == CSR_HSTATEEN0;
}

static bool fits(bool (*absent)(unsigned), unsigned fp)
{
    csr_host_set_absent(absent);
    world_host_set_absent_fp(fp);
    csr_host_attach(asked_hart, NULL);
    bool fit = vcpu_hart_is_fit(&t.vcpu[0]);
    csr_host_attach(NULL, NULL);
    csr_host_set_absent(NULL);
    world_host_set_absent_fp(0);
    assert_true(csr_read(CSR_HGATP) == 0);
    return fit;
}

static void test_a_hart_is_asked_for_what_its_vm_was_promised(void **state)
{
    (void)state;
    t.vm.grant = (struct vm_grant){.has_envcfg = true,
                                   .has_stateen = true,
                                   .fp = WORLD_F | WORLD_D,
                                   .henvcfg = HENVCFG_STCE | HENVCFG_CBZE,
                                   .hcounteren = 0xf};
    asked.henvcfg = HENVCFG_STCE | HENVCFG_CBZE | HENVCFG_ADUE;
    asked.hcounteren = UINT32_MAX;
    asked.mode = HGATP_SV39X4;
    assert_true(fits(NULL, 0) && fits(NULL, WORLD_V));
    assert_false(fits(lacks_h, 0));
    assert_false(fits(lacks_envcfg, 0));
    assert_false(fits(lacks_stateen, 0));
    assert_false(fits(NULL, WORLD_V | WORLD_D));
    assert_false(fits(NULL, WORLD_FP_ALL));
    asked.henvcfg = HENVCFG_CBZE;
    assert_false(fits(NULL, 0));
    asked.henvcfg |= HENVCFG_STCE;
    asked.hcounteren = 7;
    assert_false(fits(NULL, 0));
    t.vm.grant.hcounteren = 7;
    assert_true(fits(NULL, 0));
    asked.mode = HGATP_SV48X4;
    assert_false(fits(NULL, 0));
    /* The guest could use an extension that it was not granted. */
    asked.mode = HGATP_SV39X4;
    t.vm.grant.has_stateen = false;
    assert_false(fits(NULL, 0));
    assert_true(fits(lacks_stateen, 0));
    t.vm.grant.has_envcfg = false;
    t.vm.grant.henvcfg = 0;
    assert_false(fits(lacks_stateen, 0));
    assert_true(fits(lacks_envcfg, 0));
}

static void test_a_raised_line_is_there_at_the_start(void **state)
{
    (void)state;
    t.vcpu[0].ext_level = true;
    t.vm.grant.sstc = false;
    t.vcpu[0].timer = 5;
    test_run(&t);
    assert_true(t.seen[0].hvip == BIT(IRQ_VS_EXT));
    assert_true(t.vcpu[0].timer == UINT64_MAX);
}

static void test_the_last_hart_ends_the_vm(void **state)
{
    (void)state;
    t.vm.running = 2;
    test_ecall(&t, test_shutdown);
    vcpu_run(&t.vcpu[0]);
    assert_int_equal(t.vm.running, 1);
    assert_int_equal(t.ends, 0);
    assert_int_equal(t.irq_stops, 0);
    assert_int_equal(t.ipis[1], 1);
    assert_int_equal(t.ipis[2], 1);

    vcpu_run(&t.vcpu[0]); /* The other hart finds the VM stopped. */
    assert_int_equal(t.ends, 1);
    assert_int_equal(t.irq_stops, 1);
    assert_int_equal(t.script.next, 1);
    assert_true(csr_read(CSR_HVIP) == 0 && csr_read(CSR_HIE) == 0);
    assert_false(spinlock_is_held(&t.vm.lock));
}

static void test_a_vm_without_controller_ends(void **state)
{
    (void)state;
    t.vm.virqc = NULL;
    test_run(&t);
    assert_int_equal(t.ends, 1);
    assert_int_equal(t.irq_stops, 0);
}

static void stop_vm(struct vm_host_ops *host, struct vcpu *vcpu)
{
    (void)host;
    vm_stop(vcpu->vm, VM_STOP_FAILURE);
}

/* Another hart stops the VM while the guest runs: the IPI interrupts this hart. */
static void test_a_stop_from_outside_ends_the_loop(void **state)
{
    (void)state;
    for (unsigned slow = 0; slow < 2; slow++) {
        test_vm_init(&t);
        t.config.no_fast_exits = slow != 0;
        t.host.ipi_work = stop_vm;
        test_trap(&t, (struct world_trap){.scause = CAUSE_INTERRUPT | IRQ_S_SOFT});
        t.vm.running = 1;
        vcpu_run(&t.vcpu[0]);
        assert_int_equal(t.vm.stop_reason, VM_STOP_FAILURE);
        assert_int_equal(t.script.next, 1);
        assert_int_equal(t.ends, 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_the_hart_delegates_what_guests_handle, setup),
        cmocka_unit_test_setup(test_start, setup),
        cmocka_unit_test_setup(test_start_without_fp_and_envcfg, setup),
        cmocka_unit_test_setup(test_a_hart_is_asked_for_what_its_vm_was_promised, setup),
        cmocka_unit_test_setup(test_a_raised_line_is_there_at_the_start, setup),
        cmocka_unit_test_setup(test_the_last_hart_ends_the_vm, setup),
        cmocka_unit_test_setup(test_a_vm_without_controller_ends, setup),
        cmocka_unit_test_setup(test_a_stop_from_outside_ends_the_loop, setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
