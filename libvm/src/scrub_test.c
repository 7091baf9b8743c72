/* SPDX-License-Identifier: Apache-2.0 */
/* vcpu_run() of a VM whose memory must be cleared: a scripted routine runs before the guest. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "test_vm.h"

#define PLACE (TEST_RAM + TEST_RAM_SIZE - 64)

static struct test_vm t;
static struct {
    uint64_t hedeleg, hideleg, henvcfg, vsatp, vsie;
} csrs[TEST_STEPS];
static unsigned cleared;
static enum hyp_status cleared_status;
static bool was_locked;
static bool was_whole; /* The bytes that the code had overwritten were restored. */

static enum hyp_status memory_cleared(struct vm *vm)
{
    cleared++;
    was_locked = spinlock_is_held(&vm->lock);
    was_whole = t.ram[PLACE - TEST_RAM] == 0xa5 && t.ram[TEST_RAM_SIZE - 1] == 0xa5 &&
                t.ram[PLACE - TEST_RAM - 1] == 0x11;
    return cleared_status;
}

static void note(struct test_vm *vm, struct world *w)
{
    (void)w;
    unsigned i = vm->script.next;
    csrs[i].hedeleg = csr_read(CSR_HEDELEG);
    csrs[i].hideleg = csr_read(CSR_HIDELEG);
    csrs[i].henvcfg = csr_read(CSR_HENVCFG);
    csrs[i].vsatp = csr_read(CSR_VSATP);
    csrs[i].vsie = csr_read(CSR_VSIE);
}

/* Two ranges: 4 pages of RAM without the code, and one page more. */
static int setup(void **state)
{
    (void)state;
    test_vm_init(&t);
    memset(t.ram, 0x11, sizeof(t.ram));
    memset(t.vm.scrub.saved, 0xa5, sizeof(t.vm.scrub.saved));
    scrub_add(&t.vm.scrub, (struct range){TEST_DATA, TEST_PAGE});
    scrub_add(&t.vm.scrub, (struct range){TEST_RAM, TEST_RAM_SIZE});
    t.vm.scrub.clear[1].size -= 64;
    t.vm.scrub.code_gpa = PLACE;
    t.vm.scrub.code_size = 64;
    t.vm.scrub.harts_left = 1;
    t.vm.vcpu_count = 1;
    t.vm.memory_cleared = memory_cleared;
    t.vm.grant.cboz_block = 64;
    t.vm.grant.henvcfg = HENVCFG_STCE;
    t.at_entry = note;
    cleared = 0;
    cleared_status = HYP_OK;
    was_locked = was_whole = false;
    csr_write(CSR_VSATP, UINT64_MAX);
    csr_write(CSR_VSIE, UINT64_MAX);
    return 0;
}

static void end_of_range(void)
{
    test_trap(&t, (struct world_trap){.scause = CAUSE_ECALL_VS});
}

static void test_each_range_then_the_guest(void **state)
{
    (void)state;
    end_of_range();
    end_of_range();
    test_run(&t);
    const struct world *first = &t.seen[0].world;
    const struct world *second = &t.seen[1].world;
    assert_true(first->sepc == PLACE && second->sepc == PLACE);
    assert_true(first->gpr[10] == TEST_DATA && first->gpr[11] == TEST_DATA + TEST_PAGE);
    assert_true(second->gpr[10] == TEST_RAM && second->gpr[11] == PLACE);
    assert_true(first->gpr[12] == 64 && second->gpr[12] == 64);
    assert_true(t.seen[2].world.sepc == TEST_RAM && t.seen[2].world.gpr[12] == 0);
    assert_int_equal(t.vm.stop_reason, VM_STOP_SHUTDOWN);
    assert_int_equal(cleared, 1);
    assert_true(was_locked && was_whole);
    assert_false(spinlock_is_held(&t.vm.lock));
    /* The hart may have cached the former access rights. */
    const struct fence_record *last = &fence_host_log()->record[fence_host_log()->count - 3];
    assert_int_equal(fence_host_log()->count,
                     1 + 2 + 1 + 3); /* Two from vcpu_load_hart(), one for the code. */
    assert_true(last[0].kind == FENCE_GVMA_ALL && last[1].kind == FENCE_VVMA_ALL &&
                last[2].kind == FENCE_I);
    /* Exits of the routine do not count: the guest made one call. */
    assert_int_equal(vm_exits(&t.vm, CAUSE_ECALL_VS), 1);
}

static void test_all_traps_come_here_meanwhile(void **state)
{
    (void)state;
    end_of_range();
    end_of_range();
    test_run(&t);
    for (unsigned i = 0; i < 2; i++) {
        assert_true(csrs[i].hedeleg == 0 && csrs[i].hideleg == 0);
        assert_true(csrs[i].vsatp == 0 && csrs[i].vsie == 0);
        assert_true(csrs[i].henvcfg == (HENVCFG_STCE | HENVCFG_CBZE));
    }
    assert_true(csrs[2].hedeleg != 0 && csrs[2].hideleg != 0);
    assert_true(csrs[2].henvcfg == HENVCFG_STCE);
}

static void test_without_cbo_zero(void **state)
{
    (void)state;
    t.vm.grant.cboz_block = 0;
    end_of_range();
    end_of_range();
    test_run(&t);
    assert_true(t.seen[0].world.gpr[12] == 0 && csrs[0].henvcfg == HENVCFG_STCE);
}

static void advance(struct world *w)
{
    w->gpr[10] = TEST_DATA + 0x800;
    w->sepc = PLACE + 8;
}

/* The interrupt is handled, and the code resumes where it was. */
static void test_an_interrupt_meanwhile(void **state)
{
    (void)state;
    static const uint64_t irqs[] = {IRQ_S_EXT, IRQ_S_TIMER, IRQ_S_SOFT};
    for (unsigned i = 0; i < ARRAY_COUNT(irqs); i++) {
        (void)setup(NULL);
        test_trap(&t, (struct world_trap){.scause = CAUSE_INTERRUPT | irqs[i]})->before = advance;
        end_of_range();
        end_of_range();
        test_run(&t);
        assert_true(t.seen[1].world.sepc == PLACE + 8);
        assert_true(t.seen[1].world.gpr[10] == TEST_DATA + 0x800);
        assert_true(t.externals + t.timers + t.events >= 1);
        assert_int_equal(t.vm.stop_reason, VM_STOP_SHUTDOWN);
    }
}

static void test_a_trap_stops_the_vm(void **state)
{
    (void)state;
    static const uint64_t causes[] = {
        CAUSE_INSN_ACCESS,      CAUSE_ILLEGAL_INSN,    CAUSE_STORE_ACCESS, CAUSE_LOAD_ACCESS,
        CAUSE_STORE_GUEST_PAGE, CAUSE_INSN_GUEST_PAGE, CAUSE_VIRTUAL_INSN, CAUSE_ECALL_U,
        CAUSE_BREAKPOINT,       CAUSE_STORE_PAGE};
    for (unsigned i = 0; i < ARRAY_COUNT(causes); i++) {
        (void)setup(NULL);
        bool gpa = causes[i] >= CAUSE_INSN_GUEST_PAGE && causes[i] != CAUSE_VIRTUAL_INSN;
        test_trap(&t, (struct world_trap){.scause = causes[i],
                                          .stval = TEST_DATA + 3,
                                          .htval = gpa ? TEST_DATA >> 2 : 0})
            ->before = advance;
        t.vm.running = 1;
        vcpu_run(&t.vcpu[0]);
        assert_int_equal(t.vm.stop_reason, VM_STOP_MEMORY);
        const struct vm_stop_place *place = &t.vm.stop_place;
        assert_int_equal(t.vm.stop_known, gpa ? VM_STOP_KNOWS_GPA : VM_STOP_KNOWS_TRAP);
        assert_true(place->cause == causes[i] && place->value == TEST_DATA + 3);
        assert_true(place->hart_index == 0 && place->pc == PLACE + 8);
        assert_true(!gpa || place->gpa == TEST_DATA + 3);
        assert_int_equal(t.script.next, 1); /* Neither the other ranges nor the guest run. */
        assert_int_equal(t.ends, 1);
        assert_int_equal(cleared, 0);
        assert_int_equal(t.dev_reads + t.dev_writes, 0);
    }
    assert_true(vm_stop_is_fault(VM_STOP_MEMORY));
}

static void stop(struct world *w)
{
    (void)w;
    vm_stop(&t.vm, VM_STOP_HART);
}

static void test_a_stop_meanwhile(void **state)
{
    (void)state;
    test_trap(&t, (struct world_trap){.scause = CAUSE_INTERRUPT | IRQ_S_SOFT})->before = stop;
    t.vm.running = 1;
    vcpu_run(&t.vcpu[0]);
    assert_int_equal(t.vm.stop_reason, VM_STOP_HART);
    assert_int_equal(t.script.next, 1);
    assert_int_equal(cleared, 0);
}

static void test_rights_that_cannot_be_set_stop_the_vm(void **state)
{
    (void)state;
    cleared_status = HYP_E_NOMEM;
    end_of_range();
    end_of_range();
    t.vm.running = 1;
    vcpu_run(&t.vcpu[0]);
    assert_int_equal(t.vm.stop_reason, VM_STOP_MEMORY);
    assert_int_equal(t.vm.stop_known, VM_STOP_KNOWS_NOTHING); /* Nothing has trapped. */
    assert_int_equal(t.script.next, 2);
}

/* The memory of the code cannot be accessed any more, as if a PMP entry denied it. */
static void test_bytes_that_cannot_be_put_back_stop_the_vm(void **state)
{
    (void)state;
    t.vm.scrub.code_gpa = TEST_ROM + 2 * TEST_PAGE;
    end_of_range();
    end_of_range();
    t.vm.running = 1;
    vcpu_run(&t.vcpu[0]);
    assert_int_equal(t.vm.stop_reason, VM_STOP_MEMORY);
    assert_int_equal(cleared, 0);
}

/* ---- Several harts --------------------------------------------------------------------------- */

static unsigned waits;

static void other_finishes(enum hart_host_wait why)
{
    (void)why;
    assert_int_equal(cleared, 0);
    if (++waits == 3) {
        t.vm.scrub.harts_left = 0;
    }
}

static void test_vcpu_0_waits_for_the_others(void **state)
{
    (void)state;
    t.vm.vcpu_count = 2;
    t.vm.scrub.harts_left = 2;
    waits = 0;
    hart_host_on_wait(other_finishes);
    end_of_range(); /* Its half is all of the first range and a part of the second. */
    end_of_range();
    test_run(&t);
    assert_int_equal(waits, 3);
    assert_int_equal(cleared, 1);
    assert_int_equal(t.vm.stop_reason, VM_STOP_SHUTDOWN);
}

static void others_hart_is_lost(enum hart_host_wait why)
{
    (void)why;
    t.vm.stop_reason = VM_STOP_HART;
}

static void test_a_lost_hart_keeps_nobody(void **state)
{
    (void)state;
    t.vm.vcpu_count = 2;
    t.vm.scrub.harts_left = 2;
    hart_host_on_wait(others_hart_is_lost);
    end_of_range();
    end_of_range();
    t.vm.running = 1;
    vcpu_run(&t.vcpu[0]);
    assert_int_equal(t.script.next, 2);
    assert_int_equal(cleared, 0);
    assert_int_equal(t.ends, 1);
}

/* The last hart to finish notifies vCPU 0, and waits to be started as usual. */
static void test_the_last_hart_calls_vcpu_0(void **state)
{
    (void)state;
    t.vm.vcpu_count = 2;
    hart_host_on_wait(others_hart_is_lost);
    t.hart.index = 1;
    end_of_range();
    t.vm.running = 1;
    vcpu_run(&t.vcpu[1]);
    assert_int_equal(t.script.next, 1);
    assert_int_equal(t.ipis[0], 1);
    assert_int_equal(t.vm.scrub.harts_left, 0);
    assert_int_equal(cleared, 0);
    assert_true(t.seen[0].world.gpr[11] == PLACE);
}

/* ---- Nothing to clear ------------------------------------------------------------------------ */

static void test_rights_are_set_all_the_same(void **state)
{
    (void)state;
    t.vm.scrub.count = 0;
    test_run(&t);
    assert_int_equal(cleared, 1);
    assert_int_equal(t.script.next, 1);
    assert_int_equal(t.vm.stop_reason, VM_STOP_SHUTDOWN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_each_range_then_the_guest, setup),
        cmocka_unit_test_setup(test_all_traps_come_here_meanwhile, setup),
        cmocka_unit_test_setup(test_without_cbo_zero, setup),
        cmocka_unit_test_setup(test_an_interrupt_meanwhile, setup),
        cmocka_unit_test_setup(test_a_trap_stops_the_vm, setup),
        cmocka_unit_test_setup(test_a_stop_meanwhile, setup),
        cmocka_unit_test_setup(test_rights_that_cannot_be_set_stop_the_vm, setup),
        cmocka_unit_test_setup(test_bytes_that_cannot_be_put_back_stop_the_vm, setup),
        cmocka_unit_test_setup(test_vcpu_0_waits_for_the_others, setup),
        cmocka_unit_test_setup(test_a_lost_hart_keeps_nobody, setup),
        cmocka_unit_test_setup(test_the_last_hart_calls_vcpu_0, setup),
        cmocka_unit_test_setup(test_rights_are_set_all_the_same, setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
