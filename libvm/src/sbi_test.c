/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SBI calls of a scripted guest, on the fast way and on the slow one; a hart that waits and is
 * woken.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "sbi.h"
#include "test_vm.h"

#define A(...) ((const uint64_t[8]){__VA_ARGS__})
#define ALL UINT64_MAX /* hart_mask_base: every hart */

static struct test_vm t;

static int setup(void **state)
{
    (void)state;
    test_vm_init(&t);
    return 0;
}

/* A new guest makes one call and resumes after the ecall with this error and value. */
static void expect_as_is(const uint64_t a[8], int64_t error, uint64_t value)
{
    test_ecall(&t, a);
    test_run(&t);
    const struct world *w = &t.seen[1].world;
    assert_true((int64_t)w->gpr[10] == error && w->gpr[11] == value);
    assert_true(w->sepc == TEST_RAM + 4);
    for (unsigned i = 12; i < 18; i++) {
        assert_true(w->gpr[i] == a[i - 10]);
    }
    assert_false(spinlock_is_held(&t.vm.lock));
}

static void expect(const uint64_t a[8], int64_t error, uint64_t value)
{
    test_vm_init(&t);
    t.config.no_fast_exits = true;
    expect_as_is(a, error, value);
    test_vm_init(&t);
    expect_as_is(a, error, value);
}

static void test_base(void **state)
{
    (void)state;
    static const uint64_t offered[] = {SBI_EXT_BASE, SBI_EXT_TIME, SBI_EXT_IPI, SBI_EXT_RFENCE,
                                       SBI_EXT_HSM,  SBI_EXT_SRST, SBI_EXT_DBCN};
    expect(A([6] = SBI_BASE_SPEC_VERSION, [7] = SBI_EXT_BASE), 0, 2u << 24);
    expect(A([6] = SBI_BASE_IMPL_ID, [7] = SBI_EXT_BASE), 0, 0x687970);
    expect(A([6] = SBI_BASE_IMPL_VERSION, [7] = SBI_EXT_BASE), 0, 1);
    for (uint64_t fid = SBI_BASE_MVENDORID; fid <= SBI_BASE_MIMPID; fid++) {
        expect(A([6] = fid, [7] = SBI_EXT_BASE), 0, 0);
    }
    expect(A([6] = SBI_BASE_MIMPID + 1, [7] = SBI_EXT_BASE), SBI_ERR_NOT_SUPPORTED, 0);
    for (unsigned i = 0; i < ARRAY_COUNT(offered); i++) {
        expect(A(offered[i], [6] = SBI_BASE_PROBE, [7] = SBI_EXT_BASE), 0, 1);
    }
    expect(A(SBI_EXT_LEGACY_PUTCHAR, [6] = SBI_BASE_PROBE, [7] = SBI_EXT_BASE), 0, 0);
    expect(A([7] = SBI_EXT_LEGACY_PUTCHAR), SBI_ERR_NOT_SUPPORTED, 0);
    expect(A([6] = 1, [7] = SBI_EXT_TIME), SBI_ERR_NOT_SUPPORTED, 0);
    expect(A([6] = 1, [7] = SBI_EXT_IPI), SBI_ERR_NOT_SUPPORTED, 0);
    expect(A([6] = 4, [7] = SBI_EXT_HSM), SBI_ERR_NOT_SUPPORTED, 0);
    expect(A([6] = 1, [7] = SBI_EXT_SRST), SBI_ERR_NOT_SUPPORTED, 0);
    expect(A([6] = 3, [7] = SBI_EXT_DBCN), SBI_ERR_NOT_SUPPORTED, 0);
}

static void test_a_vm_without_console_has_no_dbcn(void **state)
{
    (void)state;
    t.vm.console_write = NULL;
    expect_as_is(A(SBI_EXT_DBCN, [6] = SBI_BASE_PROBE, [7] = SBI_EXT_BASE), 0, 0);
    setup(NULL);
    t.vm.console_write = NULL;
    expect_as_is(A('x', [6] = SBI_DBCN_WRITE_BYTE, [7] = SBI_EXT_DBCN), SBI_ERR_NOT_SUPPORTED, 0);
}

static void test_ipis(void **state)
{
    (void)state;
    expect(A(5, 0, [7] = SBI_EXT_IPI), 0, 0);
    assert_true(t.seen[1].hvip == BIT(IRQ_VS_SOFT));
    assert_true((t.vcpu[2].pending & VCPU_PENDING_IPI) != 0 && t.ipis[2] == 2);
    assert_true((t.vcpu[1].pending & VCPU_PENDING_IPI) == 0 && t.ipis[1] == 1);
    expect(A(1, 1, [7] = SBI_EXT_IPI), 0, 0);
    assert_true(t.seen[1].hvip == 0 && t.ipis[1] == 2 && t.ipis[2] == 1);
    expect(A(0, ALL, [7] = SBI_EXT_IPI), 0, 0);
    assert_true(t.seen[1].hvip == BIT(IRQ_VS_SOFT) && t.ipis[1] == 2 && t.ipis[2] == 2);
    assert_int_equal(t.sets_sent, 2); /* The call and the end of the VM notify both harts. */
    expect(A(4, 1, [7] = SBI_EXT_IPI), SBI_ERR_INVALID_PARAM, 0);
    expect(A(1, 3, [7] = SBI_EXT_IPI), SBI_ERR_INVALID_PARAM, 0);
}

/* ---- RFENCE ---------------------------------------------------------------------------------- */

/* Fences of the call on this hart; the start has made 3 before. */
static const struct fence_record *fenced(unsigned i)
{
    return &fence_host_log()->record[3 + i];
}

static unsigned fence_count(void)
{
    return fence_host_log()->count - 3;
}

static void test_fences_of_the_own_hart(void **state)
{
    (void)state;
    expect(A(1, 0, [6] = SBI_RFENCE_FENCE_I, [7] = SBI_EXT_RFENCE), 0, 0);
    assert_true(fence_count() == 1 && fenced(0)->kind == FENCE_I);

    expect(A(1, 0, 0x1fff, 2, 9, [6] = SBI_RFENCE_SFENCE_VMA, [7] = SBI_EXT_RFENCE), 0, 0);
    assert_true(fence_count() == 2 && fenced(0)->kind == FENCE_VVMA);
    assert_true(fenced(0)->address == 0x1000 && fenced(1)->address == 0x2000);

    expect(A(1, 0, 0x5000, 1, 9, [6] = SBI_RFENCE_SFENCE_VMA_ASID, [7] = SBI_EXT_RFENCE), 0, 0);
    assert_true(fence_count() == 1 && fenced(0)->kind == FENCE_VVMA_ASID);
    assert_true(fenced(0)->address == 0x5000 && fenced(0)->id == 9);
}

static void test_everything_is_one_fence(void **state)
{
    (void)state;
    static const uint64_t whole[][2] = {
        {0, 0}, {0, UINT64_MAX}, {0x7000, UINT64_MAX}, {0, BIT(40)}};
    for (unsigned i = 0; i < ARRAY_COUNT(whole); i++) {
        expect(
            A(1, 0, whole[i][0], whole[i][1], 9, [6] = SBI_RFENCE_SFENCE_VMA, [7] = SBI_EXT_RFENCE),
            0, 0);
        assert_true(fence_count() == 1 && fenced(0)->kind == FENCE_VVMA_ALL);
        expect(A(1, 0, whole[i][0], whole[i][1],
                 9, [6] = SBI_RFENCE_SFENCE_VMA_ASID, [7] = SBI_EXT_RFENCE),
               0, 0);
        assert_true(fence_count() == 1 && fenced(0)->kind == FENCE_VVMA_ASID_ALL);
        assert_true(fenced(0)->id == 9);
    }
}

/* A range that ends at 2^64: [2^64 - 8192, 2^64). */
static void test_the_last_page_can_be_fenced(void **state)
{
    (void)state;
    expect(A(1, 0, UINT64_C(0xffffffffffffe000), 0x2000,
             0, [6] = SBI_RFENCE_SFENCE_VMA, [7] = SBI_EXT_RFENCE),
           0, 0);
    assert_int_equal(fence_count(), 2);
    assert_true(fenced(1)->address == UINT64_C(0xfffffffffffff000));
}

static void test_wrong_fences(void **state)
{
    (void)state;
    expect(A(1, 0, UINT64_MAX - 5, 7, [6] = SBI_RFENCE_SFENCE_VMA, [7] = SBI_EXT_RFENCE),
           SBI_ERR_INVALID_ADDRESS, 0);
    expect(A(8, 0, [6] = SBI_RFENCE_FENCE_I, [7] = SBI_EXT_RFENCE), SBI_ERR_INVALID_PARAM, 0);
    expect(A(1, 0, [6] = SBI_RFENCE_HFENCE_GVMA_VMID, [7] = SBI_EXT_RFENCE), SBI_ERR_NOT_SUPPORTED,
           0);
    assert_int_equal(fence_count(), 0);
    /* An empty range fences no page. A stopped hart needs no request: it fences when it starts. */
    expect(A(7, 0, 0x1000, 0, [6] = SBI_RFENCE_SFENCE_VMA, [7] = SBI_EXT_RFENCE), 0, 0);
    assert_int_equal(fence_count(), 0);
    assert_int_equal(t.vcpu[1].fence_requested, 0);
}

/* Plays the other harts while the test's hart waits for them. */
static void others_fence(enum hart_host_wait why)
{
    assert_int_equal(why, HART_HOST_RELAX);
    for (unsigned i = 1; i < TEST_VCPUS; i++) {
        t.vcpu[i].fence_done = t.vcpu[i].fence_requested;
    }
}

static void others_stop(enum hart_host_wait why)
{
    (void)why;
    t.vcpu[1].hsm_state = t.vcpu[2].hsm_state = SBI_HSM_STOPPED;
}

static void vm_stops(enum hart_host_wait why)
{
    (void)why;
    vm_stop(&t.vm, VM_STOP_FAILURE);
}

static void fence_all_with(hart_host_wait_fn others)
{
    setup(NULL);
    t.vcpu[1].hsm_state = SBI_HSM_STARTED;
    t.vcpu[2].hsm_state = SBI_HSM_SUSPENDED;
    hart_host_on_wait(others);
    test_ecall(&t, A(0, ALL, [6] = SBI_RFENCE_SFENCE_VMA, [7] = SBI_EXT_RFENCE));
    test_run(&t);
    assert_true(t.vcpu[1].fence_requested == 1 && t.vcpu[2].fence_requested == 1);
    assert_true((t.vcpu[1].pending & VCPU_PENDING_HFENCE_VVMA) != 0);
    assert_true((t.vcpu[2].pending & VCPU_PENDING_HFENCE_VVMA) != 0);
    assert_true(t.ipis[1] == 2 && t.ipis[2] == 2 && t.sets_sent == 2);
}

static void test_a_remote_fence_waits(void **state)
{
    (void)state;
    fence_all_with(others_fence);
    assert_int_equal(t.vm.stop_reason, VM_STOP_SHUTDOWN);
    fence_all_with(others_stop); /* They fence when they start. */
    assert_int_equal(t.vm.stop_reason, VM_STOP_SHUTDOWN);
    fence_all_with(vm_stops);
    assert_int_equal(t.vm.stop_reason, VM_STOP_FAILURE);
}

/* ---- HSM ------------------------------------------------------------------------------------- */

static void test_hart_start(void **state)
{
    (void)state;
    expect(A(2, TEST_ROM + 2, 77, [6] = SBI_HSM_START, [7] = SBI_EXT_HSM), 0, 0);
    assert_int_equal(t.vcpu[2].hsm_state, SBI_HSM_START_PENDING);
    assert_true(t.vcpu[2].start_pc == TEST_ROM + 2 && t.vcpu[2].start_opaque == 77);
    assert_true((t.vcpu[2].pending & VCPU_PENDING_START) != 0 && t.ipis[2] == 2);
    expect(A(0, TEST_RAM, 0, [6] = SBI_HSM_START, [7] = SBI_EXT_HSM), SBI_ERR_ALREADY_AVAILABLE, 0);
    expect(A(3, TEST_RAM, 0, [6] = SBI_HSM_START, [7] = SBI_EXT_HSM), SBI_ERR_INVALID_PARAM, 0);
    static const uint64_t bad[] = {TEST_RAM + 1, TEST_RAM - 2, TEST_RAM + TEST_RAM_SIZE, TEST_DATA,
                                   TEST_DEV};
    for (unsigned i = 0; i < ARRAY_COUNT(bad); i++) {
        expect(A(2, bad[i], 0, [6] = SBI_HSM_START, [7] = SBI_EXT_HSM), SBI_ERR_INVALID_ADDRESS, 0);
        expect(A(BIT(31), bad[i], 0, [6] = SBI_HSM_SUSPEND, [7] = SBI_EXT_HSM),
               SBI_ERR_INVALID_ADDRESS, 0);
    }
    expect(A(1, [6] = SBI_HSM_SUSPEND, [7] = SBI_EXT_HSM), SBI_ERR_INVALID_PARAM, 0);
}

static void test_hart_status(void **state)
{
    (void)state;
    expect(A(0, [6] = SBI_HSM_STATUS, [7] = SBI_EXT_HSM), 0, SBI_HSM_STARTED);
    expect(A(2, [6] = SBI_HSM_STATUS, [7] = SBI_EXT_HSM), 0, SBI_HSM_STOPPED);
    expect(A(3, [6] = SBI_HSM_STATUS, [7] = SBI_EXT_HSM), SBI_ERR_INVALID_PARAM, 0);
}

static void test_the_last_stop_is_the_end(void **state)
{
    (void)state;
    t.vm.running = 1;
    test_ecall(&t, A([6] = SBI_HSM_STOP, [7] = SBI_EXT_HSM));
    vcpu_run(&t.vcpu[0]);
    assert_int_equal(t.vm.stop_reason, VM_STOP_IDLE);
    assert_int_equal(t.ends, 1);
}

/* Hart 1 runs and starts hart 0 again. */
static void start_0(enum hart_host_wait why)
{
    assert_int_equal(why, HART_HOST_WAIT);
    enum vcpu_action action = VCPU_NEXT_INSN;
    const uint64_t *a = A(0, TEST_RAM + 0x80, 99);
    assert_true(sbi_hsm(&t.vcpu[1], a, SBI_HSM_START, &action).error == SBI_SUCCESS);
    assert_int_equal(action, VCPU_NEXT_INSN);
}

static void test_a_stopped_hart_starts_afresh(void **state)
{
    (void)state;
    t.vcpu[1].hsm_state = SBI_HSM_STARTED;
    hart_host_on_wait(start_0);
    test_ecall(&t, A([6] = SBI_HSM_STOP, [7] = SBI_EXT_HSM));
    test_run(&t);
    const struct world *w = &t.seen[1].world;
    assert_true(w->sepc == TEST_RAM + 0x80 && w->gpr[10] == 0 && w->gpr[11] == 99);
    assert_true(w->gpr[16] == 0 && w->gpr[17] == 0);
    assert_int_equal(t.vcpu[0].hsm_state, SBI_HSM_STARTED);
    assert_int_equal(fence_host_log()->count,
                     3 + 1 + 2); /* One at boot, one of the IPI, one at the start. */
}

/*
 * While it waits: an interrupt of HS-mode, one that the guest has not enabled, then one that it
 * has.
 */
static unsigned waits;

static void three_wakes(enum hart_host_wait why)
{
    (void)why;
    waits++;
    if (waits == 1) {
        csr_write(CSR_SIP, BIT(IRQ_S_EXT) | BIT(IRQ_S_TIMER));
    } else if (waits == 2) {
        csr_write(CSR_HIP, BIT(IRQ_VS_SOFT));
        csr_write(CSR_SIP, BIT(IRQ_S_SOFT));
    } else {
        csr_write(CSR_HIP, BIT(IRQ_VS_EXT));
    }
}

static void wait_for_external(struct world *w)
{
    (void)w;
    csr_write(CSR_HIE, BIT(IRQ_VS_EXT));
    csr_write(CSR_HVIP, BIT(IRQ_VS_EXT));
}

static void suspend_with(uint64_t type)
{
    setup(NULL);
    waits = 0;
    hart_host_on_wait(three_wakes);
    test_ecall(&t, A(type, TEST_RAM + 0x80, 55, [6] = SBI_HSM_SUSPEND, [7] = SBI_EXT_HSM));
    t.step[0].before = wait_for_external;
    test_run(&t);
    assert_int_equal(waits, 3);
    assert_int_equal(t.externals, 1);
    assert_int_equal(t.timers, 1);
    assert_int_equal(t.events, 1);
    assert_int_equal(t.vcpu[0].hsm_state, SBI_HSM_STARTED);
    /* The interrupt that ended the suspend is still pending. */
    assert_true(t.seen[1].hvip == BIT(IRQ_VS_EXT));
}

static void test_suspend_ends_by_an_enabled_interrupt(void **state)
{
    (void)state;
    suspend_with(0);
    assert_true(t.seen[1].world.sepc == TEST_RAM + 4 && t.seen[1].world.gpr[10] == 0);
    assert_true(t.seen[1].world.gpr[16] == SBI_HSM_SUSPEND);
    suspend_with(BIT(31));
    assert_true(t.seen[1].world.sepc == TEST_RAM + 0x80 && t.seen[1].world.gpr[11] == 55);
    assert_true(t.seen[1].world.gpr[16] == 0);
}

static void test_a_stop_of_the_vm_ends_a_wait(void **state)
{
    (void)state;
    hart_host_on_wait(vm_stops);
    test_ecall(&t, A(0, [6] = SBI_HSM_SUSPEND, [7] = SBI_EXT_HSM));
    t.vm.running = 1;
    vcpu_run(&t.vcpu[0]);
    assert_int_equal(t.script.next, 1);
    assert_int_equal(t.ends, 1);
}

/* ---- SRST, DBCN ------------------------------------------------------------------------------ */

static void reset_by(uint64_t type, uint64_t reason, enum vm_stop_reason expected)
{
    setup(NULL);
    test_ecall(&t, A(type, reason, [7] = SBI_EXT_SRST));
    t.vm.running = 1;
    vcpu_run(&t.vcpu[0]);
    assert_int_equal(t.vm.stop_reason, expected);
}

static void test_system_reset(void **state)
{
    (void)state;
    reset_by(0, 0, VM_STOP_SHUTDOWN);
    reset_by(1, 0, VM_STOP_REBOOT);
    reset_by(2, 0, VM_STOP_REBOOT);
    assert_int_equal(t.vm.stop_known, VM_STOP_KNOWS_NOTHING);
    reset_by(0, 1, VM_STOP_FAILURE);
    assert_int_equal(t.vm.stop_known, VM_STOP_KNOWS_PC);
    assert_true(t.vm.stop_place.hart_index == 0 && t.vm.stop_place.pc == TEST_RAM);
    reset_by(BIT(32), 0, VM_STOP_SHUTDOWN); /* Both are 32-bit parameters. */
    expect(A(3, 0, [7] = SBI_EXT_SRST), SBI_ERR_INVALID_PARAM, 0);
    expect(A(0, 2, [7] = SBI_EXT_SRST), SBI_ERR_INVALID_PARAM, 0);
}

static void test_dbcn_write(void **state)
{
    (void)state;
    for (unsigned i = 0; i < TEST_RAM_SIZE; i++) {
        t.ram[i] = (uint8_t)(i * 7);
    }
    expect_as_is(A(40, TEST_RAM + 3, 0, [6] = SBI_DBCN_WRITE, [7] = SBI_EXT_DBCN), 0, 40);
    assert_int_equal(t.out_count, 40);
    assert_memory_equal(t.out, t.ram + 3, 40);
    setup(NULL); /* The guest calls again for the rest. */
    expect_as_is(A(TEST_PAGE, TEST_RAM, 0, [6] = SBI_DBCN_WRITE, [7] = SBI_EXT_DBCN), 0,
                 SBI_DBCN_WRITE_MAX);
    assert_int_equal(t.out_count, SBI_DBCN_WRITE_MAX);
    setup(NULL); /* A full console takes as many bytes as it has room for. */
    t.out_room = 30;
    expect_as_is(A(40, TEST_RAM, 0, [6] = SBI_DBCN_WRITE, [7] = SBI_EXT_DBCN), 0, 30);
    setup(NULL);
    t.out_room = 1;
    expect_as_is(A(0x141, [6] = SBI_DBCN_WRITE_BYTE, [7] = SBI_EXT_DBCN), 0, 0);
    assert_true(t.out_count == 1 && t.out[0] == 'A');
    setup(NULL);
    t.out_room = 0;
    expect_as_is(A('B', [6] = SBI_DBCN_WRITE_BYTE, [7] = SBI_EXT_DBCN), SBI_ERR_FAILED, 0);
}

static void test_dbcn_read(void **state)
{
    (void)state;
    t.in = "hello";
    expect_as_is(A(4, TEST_DATA, 0, [6] = SBI_DBCN_READ, [7] = SBI_EXT_DBCN), 0, 4);
    assert_memory_equal(t.data, "hell\0", 5);
    setup(NULL);
    t.in = "hello";
    expect_as_is(A(TEST_PAGE, TEST_DATA, 0, [6] = SBI_DBCN_READ, [7] = SBI_EXT_DBCN), 0, 5);
    expect(A(4, TEST_DATA, 0, [6] = SBI_DBCN_READ, [7] = SBI_EXT_DBCN), 0, 0);
    setup(NULL);
    t.in = "0123456789abcdef more";
    expect_as_is(A(TEST_PAGE, TEST_DATA, 0, [6] = SBI_DBCN_READ, [7] = SBI_EXT_DBCN), 0,
                 SBI_DBCN_READ_MAX);
    assert_string_equal(t.in, " more");
}

static void test_console_buffers(void **state)
{
    (void)state;
    for (uint64_t fid = SBI_DBCN_WRITE; fid <= SBI_DBCN_READ; fid++) {
        uint64_t end = TEST_RAM + TEST_RAM_SIZE;
        expect(A(2, end - 1, 0, [6] = fid, [7] = SBI_EXT_DBCN), SBI_ERR_INVALID_PARAM, 0);
        expect(A(UINT64_MAX, TEST_RAM, 0, [6] = fid, [7] = SBI_EXT_DBCN), SBI_ERR_INVALID_PARAM, 0);
        expect(A(1, TEST_RAM, 1, [6] = fid, [7] = SBI_EXT_DBCN), SBI_ERR_INVALID_PARAM, 0);
        expect(A(0, TEST_DEV, 0, [6] = fid, [7] = SBI_EXT_DBCN), 0, 0);
    }
    expect(A(1, TEST_ROM, 0, [6] = SBI_DBCN_READ, [7] = SBI_EXT_DBCN), SBI_ERR_INVALID_PARAM, 0);
    expect(A(1, TEST_ROM, 0, [6] = SBI_DBCN_WRITE, [7] = SBI_EXT_DBCN), 0, 1);
}

/* DATA ends where RAM begins, and ROM begins where RAM ends; the configuration lists RAM first. */
static void touching_ranges(void)
{
    setup(NULL);
    t.mem[1].gpa = t.range[1].gpa = TEST_RAM + TEST_RAM_SIZE;
    t.mem[2].gpa = t.range[2].gpa = TEST_RAM - TEST_PAGE;
    t.in = "hello";
}

static void expect_buffer(uint64_t fid, uint64_t gpa, uint64_t size, int64_t error, uint64_t value)
{
    touching_ranges();
    expect_as_is(A(size, gpa, 0, [6] = fid, [7] = SBI_EXT_DBCN), error, value);
    assert_string_equal(t.in, fid == SBI_DBCN_READ && error == 0 ? "" : "hello");
    assert_int_equal(t.out_count, fid == SBI_DBCN_WRITE ? value : 0);
}

static void test_a_buffer_over_ranges_that_touch(void **state)
{
    (void)state;
    const uint64_t begin = TEST_RAM - TEST_PAGE;
    const uint64_t end = TEST_RAM + TEST_RAM_SIZE + TEST_PAGE;
    expect_buffer(SBI_DBCN_WRITE, TEST_RAM - 3, 8, 0, 8);
    expect_buffer(SBI_DBCN_WRITE, TEST_RAM + TEST_RAM_SIZE - 1, 2, 0, 2);
    expect_buffer(SBI_DBCN_WRITE, begin, end - begin, 0, SBI_DBCN_WRITE_MAX);
    expect_buffer(SBI_DBCN_WRITE, begin, end - begin + 1, SBI_ERR_INVALID_PARAM, 0);
    expect_buffer(SBI_DBCN_WRITE, begin - 1, 2, SBI_ERR_INVALID_PARAM, 0);
    expect_buffer(SBI_DBCN_WRITE, begin, UINT64_MAX, SBI_ERR_INVALID_PARAM, 0);
    expect_buffer(SBI_DBCN_READ, TEST_RAM - 3, 8, 0, 5);
    assert_memory_equal(&t.data[TEST_PAGE - 3], "hel", 3);
    assert_memory_equal(t.ram, "lo", 3);
    /* The second range is read-only: the call is refused before the first is written. */
    expect_buffer(SBI_DBCN_READ, TEST_RAM + TEST_RAM_SIZE - 8, 9, SBI_ERR_INVALID_PARAM, 0);
    assert_memory_equal(&t.ram[TEST_RAM_SIZE - 8], "\0\0\0\0\0\0\0", 8);
    expect_buffer(SBI_DBCN_READ, TEST_RAM + TEST_RAM_SIZE - 8, 8, 0, 5);
    touching_ranges();
    t.mem[2].size = TEST_PAGE - 1; /* One byte is missing. */
    expect_as_is(A(8, TEST_RAM - 4, 0, [6] = SBI_DBCN_WRITE, [7] = SBI_EXT_DBCN),
                 SBI_ERR_INVALID_PARAM, 0);
}

/* The embedder has not mapped memory of its configuration: the call returns an error. */
static void test_memory_that_is_not_there(void **state)
{
    (void)state;
    t.range[0].no_read = t.range[0].no_write = true;
    t.in = "x";
    expect_as_is(A(1, TEST_RAM, 0, [6] = SBI_DBCN_WRITE, [7] = SBI_EXT_DBCN), SBI_ERR_INVALID_PARAM,
                 0);
    setup(NULL);
    t.range[0].no_read = t.range[0].no_write = true;
    t.in = "x";
    expect_as_is(A(1, TEST_RAM, 0, [6] = SBI_DBCN_READ, [7] = SBI_EXT_DBCN), SBI_ERR_INVALID_PARAM,
                 0);
}

/* ---- VMs as objects -------------------------------------------------------------------------- */

static uint64_t harts_sent;
static unsigned requests;

static void keep_harts(struct vm_host_ops *host, uint64_t harts)
{
    (void)host;
    harts_sent |= harts;
    requests++;
}

static void keep_hart(struct vm_host_ops *host, uint32_t hart_index)
{
    keep_harts(host, BIT(hart_index));
}

/* The maximum of vCPUs, on harts in reverse order; this is hart 0. */
static void test_sets_of_64(void **state)
{
    (void)state;
    static const uint64_t sets[] = {0, 1, BIT(63), BIT(63) | 1, BIT(62) | 6, ~BIT(63), UINT64_MAX};
    static struct vcpu vcpu[VM_VCPU_MAX];
    struct vcpu *vcpus[VM_VCPU_MAX];
    struct vm_host_ops host = {.send_ipi = keep_hart, .send_ipis = keep_harts};
    struct vm vm = {.host = &host, .vcpu_count = VM_VCPU_MAX, .vcpus = vcpus};
    for (uint32_t s = 0; s < ARRAY_COUNT(sets); s++) {
        harts_sent = requests = 0;
        csr_write(CSR_SIP, 0);
        for (uint32_t i = 0; i < VM_VCPU_MAX; i++) {
            vcpus[i] = &vcpu[i];
            vcpu[i] = (struct vcpu){.vm = &vm, .id = i, .hart_index = 63 - i};
        }
        vm_notify(&vm, sets[s], VCPU_PENDING_EXT);
        for (uint32_t i = 0; i < VM_VCPU_MAX; i++) {
            bool in = (sets[s] & BIT(i)) != 0;
            assert_true(vcpu[i].pending == (in ? VCPU_PENDING_EXT : 0));
            assert_true((harts_sent >> (63 - i) & 1) == (in && i != 63));
        }
        assert_true((csr_read(CSR_SIP) != 0) == ((sets[s] & BIT(63)) != 0));
        assert_int_equal(requests, (sets[s] & ~BIT(63)) != 0);
    }
}

static void test_the_first_reason_stays(void **state)
{
    (void)state;
    vm_stop(&t.vm, VM_STOP_TRAPS);
    vm_stop(&t.vm, VM_STOP_SHUTDOWN);
    assert_int_equal(t.vm.stop_reason, VM_STOP_TRAPS);
    assert_true(t.ipis[1] == 1 && t.ipis[2] == 1 && t.sets_sent == 1);
    assert_true((csr_read(CSR_SIP) & BIT(IRQ_S_SOFT)) != 0);
    for (unsigned i = 0; i < TEST_VCPUS; i++) {
        assert_true(t.vcpu[i].pending == VCPU_PENDING_STOP);
    }
}

static void test_reasons_have_names(void **state)
{
    (void)state;
    const char *last = "";
    for (unsigned r = VM_RUNNING; r <= VM_STOP_TRAPS; r++) {
        const char *name = vm_stop_reason_name(r);
        assert_string_not_equal(name, "unknown");
        assert_string_not_equal(name, last);
        last = name;
        assert_true(vm_stop_is_fault(r) == (r == VM_STOP_FAILURE || r == VM_STOP_TRAPS));
    }
    assert_string_equal(vm_stop_reason_name((enum vm_stop_reason)99), "unknown");
}

static void test_external_levels(void **state)
{
    (void)state;
    vcpu_set_external(&t.vcpu[0], true);
    assert_true(csr_read(CSR_HVIP) == BIT(IRQ_VS_EXT) && t.vcpu[0].ext_level);
    vcpu_set_external(&t.vcpu[0], false);
    assert_true(csr_read(CSR_HVIP) == 0 && !t.vcpu[0].ext_level);
    vcpu_set_external(&t.vcpu[2], true);
    assert_true(csr_read(CSR_HVIP) == 0 && t.vcpu[2].ext_level);
    assert_true(t.vcpu[2].pending == VCPU_PENDING_EXT && t.ipis[2] == 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_base, setup),
        cmocka_unit_test_setup(test_a_vm_without_console_has_no_dbcn, setup),
        cmocka_unit_test_setup(test_ipis, setup),
        cmocka_unit_test_setup(test_fences_of_the_own_hart, setup),
        cmocka_unit_test_setup(test_everything_is_one_fence, setup),
        cmocka_unit_test_setup(test_the_last_page_can_be_fenced, setup),
        cmocka_unit_test_setup(test_wrong_fences, setup),
        cmocka_unit_test_setup(test_a_remote_fence_waits, setup),
        cmocka_unit_test_setup(test_hart_start, setup),
        cmocka_unit_test_setup(test_hart_status, setup),
        cmocka_unit_test_setup(test_the_last_stop_is_the_end, setup),
        cmocka_unit_test_setup(test_a_stopped_hart_starts_afresh, setup),
        cmocka_unit_test_setup(test_suspend_ends_by_an_enabled_interrupt, setup),
        cmocka_unit_test_setup(test_a_stop_of_the_vm_ends_a_wait, setup),
        cmocka_unit_test_setup(test_system_reset, setup),
        cmocka_unit_test_setup(test_dbcn_write, setup),
        cmocka_unit_test_setup(test_dbcn_read, setup),
        cmocka_unit_test_setup(test_a_buffer_over_ranges_that_touch, setup),
        cmocka_unit_test_setup(test_console_buffers, setup),
        cmocka_unit_test_setup(test_memory_that_is_not_there, setup),
        cmocka_unit_test_setup(test_sets_of_64, setup),
        cmocka_unit_test_setup(test_the_first_reason_stays, setup),
        cmocka_unit_test_setup(test_reasons_have_names, setup),
        cmocka_unit_test_setup(test_external_levels, setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
