/* SPDX-License-Identifier: Apache-2.0 */
/* vcpu_run() with a scripted guest: each cause of a trap, interrupts, the timer, budgets. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "test_vm.h"

#define PC (TEST_RAM + 0x40)
#define VECTOR (TEST_RAM + 0x100)
#define STVAL UINT64_C(0xffffffd012345679)
#define NOWHERE UINT64_C(0x70000000)

static struct test_vm t;

static int setup(void **state)
{
    (void)state;
    test_vm_init(&t);
    return 0;
}

/* ---- Exceptions ------------------------------------------------------------------------------ */

static struct {
    bool user;
    bool sie;
} mode;

static void before_trap(struct world *w)
{
    csr_write(CSR_VSTVEC, VECTOR | 1); /* Vectored: exceptions go to the base. */
    csr_write(CSR_VSSTATUS,
              SSTATUS_UXL_64 | SSTATUS_SUM | (mode.sie ? SSTATUS_SIE : SSTATUS_SPIE | SSTATUS_SPP));
    w->gpr[10] = 0x1234;
    if (mode.user) {
        w->sstatus &= ~SSTATUS_SPP;
        w->hstatus &= ~HSTATUS_SPVP;
    }
}

/* The guest traps at PC and continues in its handler, by "Trap Entry" into VS-mode. */
static void expect_trap_in(struct world_trap trap, uint64_t cause, uint64_t value)
{
    test_vm_init(&t);
    t.vcpu[0].start_pc = PC;
    test_trap(&t, trap)->before = before_trap;
    test_run(&t);
    const struct test_entry *e = &t.seen[1];
    assert_true(e->vsepc == PC && e->vscause == cause && e->vstval == value);
    assert_true(e->world.sepc == VECTOR && e->world.gpr[10] == 0x1234);
    assert_true((e->world.sstatus & SSTATUS_SPP) != 0);
    assert_true((e->world.hstatus & HSTATUS_SPVP) != 0 && (e->world.hstatus & HSTATUS_SPV) != 0);
    uint64_t status = SSTATUS_UXL_64 | SSTATUS_SUM | (mode.user ? 0 : SSTATUS_SPP) |
                      (mode.sie ? SSTATUS_SPIE : 0);
    assert_true(e->vsstatus == status);
    assert_int_equal(t.vm.stop_reason, VM_STOP_SHUTDOWN);
}

/* From VS and VU, interrupts on and off. */
static void expect_trap(struct world_trap trap, uint64_t cause, uint64_t value)
{
    for (unsigned i = 0; i < 4; i++) {
        mode.user = (i & 1) != 0;
        mode.sie = (i & 2) != 0;
        expect_trap_in(trap, cause, value);
    }
}

static void test_other_causes_are_reflected_as_they_are(void **state)
{
    (void)state;
    for (uint64_t cause = 0; cause < 64; cause++) {
        bool ours = cause == CAUSE_ECALL_VS || cause == CAUSE_INSN_GUEST_PAGE ||
                    cause == CAUSE_LOAD_GUEST_PAGE || cause == CAUSE_VIRTUAL_INSN ||
                    cause == CAUSE_STORE_GUEST_PAGE;
        if (!ours) {
            expect_trap((struct world_trap){.scause = cause, .stval = STVAL}, cause, STVAL);
        }
    }
}

static void test_virtual_instruction_is_an_illegal_one(void **state)
{
    (void)state;
    /* stval holds the instruction, hfence.vvma. */
    expect_trap((struct world_trap){.scause = CAUSE_VIRTUAL_INSN, .stval = 0x22000073},
                CAUSE_ILLEGAL_INSN, 0x22000073);
}

static struct world_trap page_fault(uint64_t cause, uint64_t gpa, uint64_t htinst)
{
    return (struct world_trap){
        .scause = cause, .stval = STVAL, .htval = gpa >> 2, .htinst = htinst};
}

static void test_guest_page_fault_is_an_access_fault(void **state)
{
    (void)state;
    const uint64_t load = 0x3003;  /* ld x0 */
    const uint64_t store = 0x3023; /* sd x0 */
    const uint64_t amo = 0x302f;
    const uint64_t walk_read = 0x3000;
    const uint64_t walk_write = 0x3020;
    expect_trap(page_fault(CAUSE_INSN_GUEST_PAGE, NOWHERE, 0), CAUSE_INSN_ACCESS, STVAL);
    expect_trap(page_fault(CAUSE_LOAD_GUEST_PAGE, NOWHERE, load), CAUSE_LOAD_ACCESS, STVAL);
    expect_trap(page_fault(CAUSE_STORE_GUEST_PAGE, NOWHERE, store), CAUSE_STORE_ACCESS, STVAL);
    expect_trap(page_fault(CAUSE_STORE_GUEST_PAGE, TEST_DEV, amo), CAUSE_STORE_ACCESS, STVAL);
    /* A page-table walk: the guest takes the fault of the access that needed the walk. */
    expect_trap(page_fault(CAUSE_INSN_GUEST_PAGE, NOWHERE, walk_read), CAUSE_INSN_ACCESS, STVAL);
    expect_trap(page_fault(CAUSE_LOAD_GUEST_PAGE, TEST_DEV, walk_read), CAUSE_LOAD_ACCESS, STVAL);
    expect_trap(page_fault(CAUSE_LOAD_GUEST_PAGE, TEST_DEV, walk_write), CAUSE_LOAD_ACCESS, STVAL);
    expect_trap(page_fault(CAUSE_STORE_GUEST_PAGE, TEST_DEV, walk_write), CAUSE_STORE_ACCESS,
                STVAL);
    assert_int_equal(t.dev_reads + t.dev_writes, 0);
}

static void vector_nowhere(struct world *w)
{
    csr_write(CSR_VSTVEC, NOWHERE | 1);
    csr_write(CSR_VSEPC, PC);
    csr_write(CSR_VSCAUSE, CAUSE_ILLEGAL_INSN);
    csr_write(CSR_VSTVAL, STVAL);
    if (mode.user) {
        w->sstatus &= ~SSTATUS_SPP;
        w->hstatus &= ~HSTATUS_SPVP;
    }
}

static void test_a_vector_that_cannot_be_fetched_stops_the_vm(void **state)
{
    (void)state;
    struct world_trap fetch = page_fault(CAUSE_INSN_GUEST_PAGE, NOWHERE, 0);
    fetch.stval = NOWHERE;
    mode.user = false;
    t.vcpu[0].hart_index = 2;
    test_trap(&t, fetch)->before = vector_nowhere;
    t.vm.running = 1;
    vcpu_run(&t.vcpu[0]);
    assert_int_equal(t.vm.stop_reason, VM_STOP_TRAPS);
    /* The place is the trap that it could not take, and the address of its vector. */
    const struct vm_stop_place *place = &t.vm.stop_place;
    assert_int_equal(t.vm.stop_known, VM_STOP_KNOWS_GPA);
    assert_true(place->hart_index == 2 && place->pc == PC && place->gpa == NOWHERE);
    assert_true(place->cause == CAUSE_ILLEGAL_INSN && place->value == STVAL);
    assert_int_equal(t.script.next, 1);
    assert_int_equal(t.ends, 1);
}

/* User mode may jump to any address: its supervisor can handle the trap. */
static void test_user_mode_at_that_address_is_a_trap(void **state)
{
    (void)state;
    struct world_trap fetch = page_fault(CAUSE_INSN_GUEST_PAGE, NOWHERE, 0);
    fetch.stval = NOWHERE;
    mode.user = true;
    test_trap(&t, fetch)->before = vector_nowhere;
    test_run(&t);
    assert_true(t.seen[1].vscause == CAUSE_INSN_ACCESS && t.seen[1].world.sepc == NOWHERE);
    assert_int_equal(t.vm.stop_reason, VM_STOP_SHUTDOWN);
}

/* ---- Interrupts ------------------------------------------------------------------------------ */

static void fire(uint64_t irq)
{
    test_trap(&t, (struct world_trap){.scause = CAUSE_INTERRUPT | irq});
}

static void test_interrupts_go_to_the_embedder(void **state)
{
    (void)state;
    for (unsigned slow = 0; slow < 2; slow++) {
        test_vm_init(&t);
        t.config.no_fast_exits = slow != 0;
        fire(IRQ_S_EXT);
        fire(IRQ_S_TIMER);
        fire(IRQ_S_SOFT);
        fire(IRQ_S_GEXT); /* It is not enabled and has no effect. */
        test_run(&t);
        assert_int_equal(t.externals, 1);
        assert_int_equal(t.timers, 1);
        assert_int_equal(t.events, 1);
        assert_int_equal(t.script.next, 5);
        assert_true(t.seen[4].world.sepc == TEST_RAM);
        assert_true(t.seen[4].world.sstatus == t.seen[0].world.sstatus);
        assert_int_equal(vm_exits(&t.vm, WORLD_EXIT_IRQ + IRQ_S_EXT), 1);
        assert_int_equal(vm_exits(&t.vm, WORLD_EXIT_IRQ + IRQ_S_GEXT), 1);
        assert_int_equal(vm_exits(&t.vm, CAUSE_ECALL_VS), 1);
        assert_int_equal(vm_exits(&t.vm, CAUSE_VIRTUAL_INSN), 0);
        t.vcpu[1].world.exits[CAUSE_ECALL_VS] = 5; /* The sum for all vCPUs. */
        t.vm.vcpu_count = 2;
        assert_int_equal(vm_exits(&t.vm, CAUSE_ECALL_VS), 6);
    }
}

/* scause names the interrupt of the highest priority; a flood of it delays no other one. */
static void test_a_trap_serves_each_that_pends(void **state)
{
    (void)state;
    for (unsigned set = 1; set < 8; set++) {
        for (unsigned slow = 0; slow < 2; slow++) {
            uint64_t ext = (set & 1) != 0 ? BIT(IRQ_S_EXT) : 0;
            uint64_t soft = (set & 2) != 0 ? BIT(IRQ_S_SOFT) : 0;
            uint64_t timer = (set & 4) != 0 ? BIT(IRQ_S_TIMER) : 0;
            test_vm_init(&t);
            t.config.no_fast_exits = slow != 0;
            csr_write(CSR_SIP, ext | soft | timer);
            fire(ext != 0 ? IRQ_S_EXT : soft != 0 ? IRQ_S_SOFT : IRQ_S_TIMER);
            test_run(&t);
            assert_int_equal(t.externals, ext != 0);
            assert_int_equal(t.events, soft != 0);
            assert_int_equal(t.timers, timer != 0);
        }
    }
}

/* vm.h allows NULL. */
static void test_an_embedder_without_events(void **state)
{
    (void)state;
    t.host.ipi_work = NULL;
    fire(IRQ_S_SOFT);
    test_run(&t);
    assert_int_equal(t.script.next, 2);
}

static uint64_t left;

static void leave_bits(struct world *w)
{
    (void)w;
    csr_set(CSR_SIP, BIT(IRQ_S_SOFT));
    __atomic_fetch_or(&t.vcpu[0].pending, left, __ATOMIC_RELEASE);
}

/* A request of another hart is handled once, before the guest resumes. */
static void expect_done(uint64_t bits, uint64_t hvip, unsigned updates, unsigned fences)
{
    test_vm_init(&t);
    fire(IRQ_S_SOFT);
    t.step[0].before = leave_bits;
    left = bits;
    unsigned start_fences = 3;
    unsigned irq_fences = 1; /* Between the clearing of the IPI and the read of pending. */
    test_run(&t);
    assert_true(t.seen[1].hvip == hvip);
    assert_int_equal(t.updates, updates);
    assert_int_equal(fence_host_log()->count, start_fences + irq_fences + fences);
    assert_int_equal(fence_host_log()->record[start_fences].kind, FENCE_IO);
    assert_true((t.vcpu[0].pending & bits) == 0);
    assert_true((csr_read(CSR_SIP) & BIT(IRQ_S_SOFT)) !=
                0); /* vm_stop() has notified this hart as well. */
    assert_false(spinlock_is_held(&t.vm.lock));
}

static void test_pending_bits(void **state)
{
    (void)state;
    expect_done(VCPU_PENDING_IPI, BIT(IRQ_VS_SOFT), 0, 0);
    expect_done(VCPU_PENDING_FENCE_I, 0, 0, 1);
    assert_int_equal(fence_host_log()->record[4].kind, FENCE_I);
    expect_done(VCPU_PENDING_HFENCE_VVMA, 0, 0, 1);
    assert_int_equal(fence_host_log()->record[4].kind, FENCE_VVMA_ALL);
    expect_done(VCPU_PENDING_CONSOLE, 0, 1, 0);
    expect_done(VCPU_PENDING_IPI | VCPU_PENDING_FENCE_I | VCPU_PENDING_HFENCE_VVMA |
                    VCPU_PENDING_CONSOLE,
                BIT(IRQ_VS_SOFT), 1, 2);
}

static void raise_line(struct world *w)
{
    t.vcpu[0].ext_level = true;
    left = VCPU_PENDING_EXT;
    leave_bits(w);
}

static void lower_line(struct world *w)
{
    t.vcpu[0].ext_level = false;
    left = VCPU_PENDING_EXT;
    leave_bits(w);
}

static void test_the_line_follows_the_controller(void **state)
{
    (void)state;
    fire(IRQ_S_SOFT);
    fire(IRQ_S_SOFT);
    t.step[0].before = raise_line;
    t.step[1].before = lower_line;
    test_run(&t);
    assert_true(t.seen[1].hvip == BIT(IRQ_VS_EXT));
    assert_true(t.seen[2].hvip == 0);
}

static void test_a_console_without_updates(void **state)
{
    (void)state;
    t.vm.console_update = NULL;
    fire(IRQ_S_SOFT);
    t.step[0].before = leave_bits;
    left = VCPU_PENDING_CONSOLE;
    test_run(&t);
    assert_int_equal(t.updates, 0);
}

/* ---- The guest's timer ----------------------------------------------------------------------- */

static const uint64_t set_timer[8] = {1000, [7] = SBI_EXT_TIME};

static void test_sstc_is_the_comparator(void **state)
{
    (void)state;
    test_ecall(&t, set_timer);
    test_run(&t);
    assert_true(csr_read(CSR_VSTIMECMP) == 1000);
    assert_int_equal(t.timer_changes, 0);
    assert_true(t.vcpu[0].timer == UINT64_MAX);
}

static void at_1000(struct world *w)
{
    (void)w;
    csr_write(CSR_TIME, 1000);
}

static void at_999(struct world *w)
{
    (void)w;
    csr_write(CSR_TIME, 999);
}

static void test_without_sstc_the_harts_timer_stands_in(void **state)
{
    (void)state;
    t.vm.grant.sstc = false;
    test_ecall(&t, set_timer);
    fire(IRQ_S_TIMER); /* Not due yet, or the timer of another user. */
    fire(IRQ_S_TIMER);
    test_ecall(&t, set_timer);
    t.step[1].before = at_999;
    t.step[2].before = at_1000;
    test_run(&t);
    assert_true(t.seen[2].hvip == 0);
    assert_true(t.seen[3].hvip == BIT(IRQ_VS_TIMER));
    assert_true(t.seen[4].hvip == 0); /* A new time clears it. */
    assert_int_equal(t.timer_changes, 2);
    assert_true(t.vcpu[0].timer == 1000);
}

/* ---- Budgets --------------------------------------------------------------------------------- */

/*
 * Three exits before the end of boot and five after it, the shutdown included. Exits of every kind
 * count, and the budget is reported once.
 */
static void run_with_budget(uint64_t most)
{
    static const uint64_t base[8] = {[7] = SBI_EXT_BASE};
    test_vm_init(&t);
    t.config.exits_after_boot = (struct vm_exit_budget){.max_exits = most, .grace_s = 1};
    t.host.timebase_hz = 600; /* The guest starts at 400. */
    csr_write(CSR_TIME, 400);
    t.step[0].before = at_999;
    test_ecall(&t, base);
    fire(IRQ_S_EXT);
    test_ecall(&t, base);
    test_ecall(&t, base);
    t.step[3].before = at_1000;
    fire(IRQ_S_SOFT);
    test_trap(&t, (struct world_trap){.scause = CAUSE_VIRTUAL_INSN});
    test_ecall(&t, base);
    test_run(&t);
}

static void test_an_exit_beyond_the_budget_is_an_event(void **state)
{
    (void)state;
    for (uint64_t most = 0; most < 8; most++) {
        run_with_budget(most);
        assert_int_equal(t.vm.exits_after_boot, 5);
        assert_int_equal(t.vm_events, most < 5);
        assert_int_equal(t.vm.over_budget, most < 5);
        assert_int_equal(vm_exits(&t.vm, CAUSE_ECALL_VS), 5);
    }
    run_with_budget(UINT64_MAX);
    assert_int_equal(t.vm_events, 0);
}

static void test_without_a_budget_nothing_is_counted(void **state)
{
    (void)state;
    fire(IRQ_S_SOFT);
    test_run(&t);
    assert_int_equal(t.vm.exits_after_boot, 0);
    assert_int_equal(t.vm_events, 0);
}

/* Privileged specification, "Supervisor Cause (scause) Register", and its hypervisor chapter. */
static void test_names_of_exits(void **state)
{
    (void)state;
    static const struct {
        uint32_t cause;
        const char *name;
    } names[] = {
        {CAUSE_ECALL_VS, "ecall_vs"},
        {16, "double_trap"},
        {18, "software_check"},
        {19, "hardware_error"},
        {CAUSE_INSN_GUEST_PAGE, "instruction_guest_page_fault"},
        {CAUSE_LOAD_GUEST_PAGE, "load_guest_page_fault"},
        {CAUSE_VIRTUAL_INSN, "virtual_instruction"},
        {CAUSE_STORE_GUEST_PAGE, "store_guest_page_fault"},
        {WORLD_EXIT_IRQ + IRQ_S_SOFT, "s_software"},
        {WORLD_EXIT_IRQ + IRQ_S_TIMER, "s_timer"},
        {WORLD_EXIT_IRQ + IRQ_S_EXT, "s_external"},
    };
    unsigned next = 0;
    for (uint32_t cause = 0; cause < WORLD_EXIT_COUNT + 2; cause++) {
        bool known = next < ARRAY_COUNT(names) && names[next].cause == cause;
        assert_string_equal(vm_exit_name(cause), known ? names[next].name : "other");
        next += known;
    }
    assert_int_equal(next, ARRAY_COUNT(names));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_other_causes_are_reflected_as_they_are, setup),
        cmocka_unit_test_setup(test_virtual_instruction_is_an_illegal_one, setup),
        cmocka_unit_test_setup(test_guest_page_fault_is_an_access_fault, setup),
        cmocka_unit_test_setup(test_a_vector_that_cannot_be_fetched_stops_the_vm, setup),
        cmocka_unit_test_setup(test_user_mode_at_that_address_is_a_trap, setup),
        cmocka_unit_test_setup(test_interrupts_go_to_the_embedder, setup),
        cmocka_unit_test_setup(test_an_embedder_without_events, setup),
        cmocka_unit_test_setup(test_a_trap_serves_each_that_pends, setup),
        cmocka_unit_test_setup(test_pending_bits, setup),
        cmocka_unit_test_setup(test_the_line_follows_the_controller, setup),
        cmocka_unit_test_setup(test_a_console_without_updates, setup),
        cmocka_unit_test_setup(test_sstc_is_the_comparator, setup),
        cmocka_unit_test_setup(test_without_sstc_the_harts_timer_stands_in, setup),
        cmocka_unit_test_setup(test_an_exit_beyond_the_budget_is_an_event, setup),
        cmocka_unit_test_setup(test_without_a_budget_nothing_is_counted, setup),
        cmocka_unit_test_setup(test_names_of_exits, setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
