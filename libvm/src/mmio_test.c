/* SPDX-License-Identifier: Apache-2.0 */
/* Emulated devices: loads and stores as the guest makes them, told by htinst or fetched. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "test_vm.h"

#define RAW UINT64_C(0x8182838485868788)
#define RD 13u

static struct test_vm t;

static int setup(void **state)
{
    (void)state;
    test_vm_init(&t);
    t.dev_value = RAW;
    return 0;
}

static uint32_t load_insn(unsigned funct3, unsigned rd)
{
    return 0x03 | rd << 7 | funct3 << 12;
}

static uint32_t store_insn(unsigned funct3, unsigned rs2)
{
    return 0x23 | funct3 << 12 | rs2 << 20;
}

static void put_insn(struct test_vm *vm, uint32_t insn)
{
    for (unsigned i = 0; i < 4; i++) {
        vm->ram[i] = (uint8_t)(insn >> (8 * i));
    }
}

static void all_registers(struct world *w)
{
    for (unsigned i = 1; i < 32; i++) {
        w->gpr[i] = i * UINT64_C(0x0101010101010101);
    }
}

/* The guest executes one access at gpa; `htinst` 0: the machine does not say which. */
static const struct test_entry *access_at(bool store, uint64_t gpa, uint64_t htinst)
{
    struct world_trap trap = {
        .scause = store ? CAUSE_STORE_GUEST_PAGE : CAUSE_LOAD_GUEST_PAGE,
        .stval = 0xffffffd000000000 | (gpa & 0xfff),
        .htval = gpa >> 2,
        .htinst = htinst,
    };
    test_trap(&t, trap)->before = all_registers;
    test_run(&t);
    return &t.seen[1];
}

static void expect_only_changed(const struct test_entry *e, unsigned reg, uint64_t value,
                                unsigned length)
{
    for (unsigned i = 0; i < 32; i++) {
        assert_true(e->world.gpr[i] == (i == reg ? value : i * UINT64_C(0x0101010101010101)));
    }
    assert_true(e->world.sepc == TEST_RAM + length);
    assert_true(e->vscause == 0);
}

static void expect_fault(const struct test_entry *e, uint64_t cause)
{
    assert_true(e->vscause == cause && e->vsepc == TEST_RAM);
    assert_int_equal(t.dev_reads + t.dev_writes, 0);
    assert_true(t.dev_value == RAW);
    for (unsigned i = 0; i < 32; i++) {
        assert_true(e->world.gpr[i] == i * UINT64_C(0x0101010101010101));
    }
    assert_false(spinlock_is_held(&t.vm.lock));
}

/* lb lh lw ld lbu lhu lwu by funct3. */
static const uint64_t loaded[7] = {UINT64_C(0xffffffffffffff88),
                                   UINT64_C(0xffffffffffff8788),
                                   UINT64_C(0xffffffff85868788),
                                   RAW,
                                   0x88,
                                   0x8788,
                                   0x85868788};

static void test_loads_extend_as_the_instruction_says(void **state)
{
    (void)state;
    for (unsigned way = 0; way < 3; way++) { /* htinst; slow way; fetched */
        for (unsigned funct3 = 0; funct3 < 7; funct3++) {
            setup(0);
            t.config.no_fast_exits = way == 1;
            put_insn(&t, load_insn(funct3, RD));
            const struct test_entry *e =
                access_at(false, TEST_DEV + 0x18, way == 2 ? 0 : load_insn(funct3, RD));
            expect_only_changed(e, RD, loaded[funct3], 4);
            assert_int_equal(t.dev_reads, 1);
            assert_int_equal(t.dev_size, 1u << (funct3 & 3));
            assert_int_equal(t.dev_offset, 0x18);
        }
    }
}

static void test_stores_write_their_low_bytes(void **state)
{
    (void)state;
    for (unsigned way = 0; way < 3; way++) {
        for (unsigned funct3 = 0; funct3 < 4; funct3++) {
            setup(0);
            t.config.no_fast_exits = way == 1;
            put_insn(&t, store_insn(funct3, RD));
            const struct test_entry *e =
                access_at(true, TEST_DEV + 0x20, way == 2 ? 0 : store_insn(funct3, RD));
            expect_only_changed(e, 0, 0, 4);
            assert_int_equal(t.dev_writes, 1);
            assert_int_equal(t.dev_size, 1u << funct3);
            assert_true(t.dev_value == (UINT64_C(0x0d0d0d0d0d0d0d0d) >> (64 - (8u << funct3))));
        }
    }
}

static void test_compressed_instructions_are_two_bytes(void **state)
{
    (void)state;
    put_insn(&t, 0x4194); /* c.lw a3, 0(a1) */
    expect_only_changed(access_at(false, TEST_DEV, 0), RD, loaded[2], 2);
    setup(0);
    put_insn(&t, 0xe194); /* c.sd a3, 0(a1) */
    expect_only_changed(access_at(true, TEST_DEV, 0), 0, 0, 2);
    assert_true(t.dev_value == UINT64_C(0x0d0d0d0d0d0d0d0d));
    setup(0); /* A transformed one has bit 1 clear. */
    expect_only_changed(access_at(false, TEST_DEV, load_insn(2, RD) & ~2u), RD, loaded[2], 2);
}

static void test_x0_reads_and_stays_zero(void **state)
{
    (void)state;
    expect_only_changed(access_at(false, TEST_DEV, load_insn(3, 0)), 0, 0, 4);
    assert_int_equal(t.dev_reads, 1);
    setup(0);
    expect_only_changed(access_at(true, TEST_DEV, store_insn(3, 0)), 0, 0, 4);
    assert_true(t.dev_value == 0);
}

static void test_the_low_bits_of_the_address_are_in_stval(void **state)
{
    (void)state;
    expect_only_changed(access_at(false, TEST_DEV + 0x13, load_insn(0, RD)), RD, loaded[0], 4);
    assert_int_equal(t.dev_offset, 0x13);
    setup(0);
    expect_only_changed(access_at(false, TEST_DEV + 0xff, load_insn(4, RD)), RD, loaded[4], 4);
}

static void test_beyond_a_device_is_a_fault(void **state)
{
    (void)state;
    expect_fault(access_at(false, TEST_DEV + TEST_DEV_SIZE, load_insn(0, RD)), CAUSE_LOAD_ACCESS);
    setup(0);
    expect_fault(access_at(true, TEST_DEV - 1, store_insn(0, RD)), CAUSE_STORE_ACCESS);
    setup(0); /* The last byte of it is the device's no more. */
    expect_fault(access_at(false, TEST_DEV + TEST_DEV_SIZE - 7, load_insn(3, RD)),
                 CAUSE_LOAD_ACCESS);
    setup(0);
    expect_fault(access_at(true, TEST_DEV + TEST_DEV_SIZE - 1, store_insn(1, RD)),
                 CAUSE_STORE_ACCESS);
}

static void test_what_the_device_refuses_is_a_fault(void **state)
{
    (void)state;
    t.dev_refuse = true;
    expect_fault(access_at(false, TEST_DEV, load_insn(2, RD)), CAUSE_LOAD_ACCESS);
    setup(0);
    t.dev_refuse = true;
    expect_fault(access_at(true, TEST_DEV, store_insn(2, RD)), CAUSE_STORE_ACCESS);
}

static void test_only_integer_accesses_are_emulated(void **state)
{
    (void)state;
    static const uint32_t refused[] = {
        0x100526af, /* lr.w a3, (a0) */
        0x00053687, /* fld fa3, 0(a0) */
        0x02057687, /* vle64.v v13, (a0) */
        0x0045200f, /* cbo.zero (a0) */
        0x6c0546f3, /* hlv.d a3, (a0) */
    };
    for (unsigned i = 0; i < ARRAY_COUNT(refused); i++) {
        setup(0);
        put_insn(&t, refused[i]);
        expect_fault(access_at(false, TEST_DEV, 0), CAUSE_LOAD_ACCESS);
    }
}

/* It began in the page below, which is no device's. */
static void test_an_access_over_two_pages_is_a_fault(void **state)
{
    (void)state;
    expect_fault(access_at(false, TEST_DEV, load_insn(3, RD) | 4u << 15), CAUSE_LOAD_ACCESS);
}

static void expect_again(bool store)
{
    const struct test_entry *e = access_at(store, TEST_DEV, 0);
    expect_only_changed(e, 0, 0, 0);
    assert_int_equal(t.dev_reads + t.dev_writes, 0);
}

/* Another hart may rewrite the instruction, or unmap it, before it is looked at. */
static void test_what_is_there_no_more_is_executed_again(void **state)
{
    (void)state;
    put_insn(&t, store_insn(3, RD));
    expect_again(false);
    setup(0);
    put_insn(&t, load_insn(3, RD));
    expect_again(true);
    setup(0);
    t.range[0].no_fetch = true;
    expect_again(false);
}

static struct world_trap load_trap(void)
{
    return (struct world_trap){.scause = CAUSE_LOAD_GUEST_PAGE,
                               .stval = 0xffffffd000000000,
                               .htval = TEST_DEV >> 2,
                               .htinst = load_insn(3, RD) | 1};
}

/* The guest executes it again with nothing changed, on the fast way and on the slow one. */
static void expect_repeated(bool slow)
{
    (void)setup(0);
    t.config.no_fast_exits = slow;
    t.dev_again = slow ? 1 : 3; /* A fast exit looks twice. */
    test_trap(&t, load_trap())->before = all_registers;
    test_trap(&t, load_trap());
    test_run(&t);
    const struct test_entry *first = &t.seen[1];
    assert_true(first->world.sepc == TEST_RAM && first->vscause == 0);
    assert_true(first->world.gpr[RD] == RD * UINT64_C(0x0101010101010101));
    expect_only_changed(&t.seen[2], RD, RAW, 4);
    assert_int_equal(t.dev_reads, 1);
    assert_int_equal(t.dev_again, 0);
}

static void test_a_read_is_repeated_until_it_is_done(void **state)
{
    (void)state;
    expect_repeated(false);
    expect_repeated(true);
}

/* The store is done; what it leaves is done by this hart before the guest's next instruction. */
static void expect_more(bool slow)
{
    (void)setup(0);
    struct world_trap store = load_trap();
    struct world_trap ipi = {.scause = CAUSE_INTERRUPT | IRQ_S_SOFT};
    struct vdev plain = {.base = TEST_DEV + TEST_DEV_SIZE, .size = 8, .state = &t};
    static const struct vdev_ops no_more = {.read = test_dev_read, .write = test_dev_write};
    plain.ops = &no_more;
    assert_int_equal(vm_add_vdev(&t.vm, &plain), HYP_OK);
    t.config.no_fast_exits = slow;
    t.dev_left = 2;
    store.scause = CAUSE_STORE_GUEST_PAGE;
    store.htinst = store_insn(3, RD) | 1;
    test_trap(&t, store)->before = all_registers;
    test_trap(&t, ipi);
    test_trap(&t, ipi);
    test_run(&t);
    assert_true(t.seen[1].world.sepc == TEST_RAM + 4);
    assert_true(t.seen[3].world.sepc == TEST_RAM + 4);
    assert_int_equal(t.dev_writes, 1);
    assert_int_equal(t.dev_mores, 2);
    assert_true((t.vcpu[0].pending & VCPU_PENDING_MORE) == 0);
    assert_false(spinlock_is_held(&t.vm.lock));
}

static uint64_t sip_after;

static void keep_sip(struct world *w)
{
    (void)w;
    sip_after = csr_read(CSR_SIP);
}

static void test_what_a_store_leaves_is_done_next(void **state)
{
    (void)state;
    expect_more(false);
    expect_more(true);
    (void)setup(0);
    struct world_trap store = load_trap();
    store.scause = CAUSE_STORE_GUEST_PAGE;
    store.htinst = store_insn(3, RD) | 1;
    t.dev_left = 1;
    test_trap(&t, store);
    test_trap(&t, load_trap())->before = keep_sip;
    test_run(&t);
    assert_true((sip_after & BIT(IRQ_S_SOFT)) != 0); /* It would have come first. */
}

static void test_devices_do_not_overlap(void **state)
{
    (void)state;
    struct vdev dev = {.size = 0x1000, .ops = &test_dev_ops, .state = &t};
    dev.base = TEST_DEV + TEST_DEV_SIZE - 1;
    assert_int_equal(vm_add_vdev(&t.vm, &dev), HYP_E_EXIST);
    dev.base = TEST_DEV + 1 - dev.size;
    assert_int_equal(vm_add_vdev(&t.vm, &dev), HYP_E_EXIST);
    assert_int_equal(t.vm.vdev_count, 1);
    dev.base = TEST_DEV + TEST_DEV_SIZE;
    assert_int_equal(vm_add_vdev(&t.vm, &dev), HYP_OK);
    dev.base = TEST_DEV - dev.size;
    assert_int_equal(vm_add_vdev(&t.vm, &dev), HYP_OK);
    expect_only_changed(access_at(false, TEST_DEV - 8, load_insn(3, RD)), RD, RAW, 4);
    assert_int_equal(t.dev_offset, 0xff8);
}

static void test_a_bus_has_an_end(void **state)
{
    (void)state;
    struct vdev dev = {.size = 0x1000, .ops = &test_dev_ops, .state = &t};
    for (unsigned i = 1; i < VM_VDEV_MAX; i++) {
        dev.base = TEST_DEV + i * dev.size;
        assert_int_equal(vm_add_vdev(&t.vm, &dev), HYP_OK);
    }
    dev.base = 0;
    assert_int_equal(vm_add_vdev(&t.vm, &dev), HYP_E_NOMEM);
    assert_int_equal(t.vm.vdev_count, VM_VDEV_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_loads_extend_as_the_instruction_says, setup),
        cmocka_unit_test_setup(test_stores_write_their_low_bytes, setup),
        cmocka_unit_test_setup(test_compressed_instructions_are_two_bytes, setup),
        cmocka_unit_test_setup(test_x0_reads_and_stays_zero, setup),
        cmocka_unit_test_setup(test_the_low_bits_of_the_address_are_in_stval, setup),
        cmocka_unit_test_setup(test_beyond_a_device_is_a_fault, setup),
        cmocka_unit_test_setup(test_what_the_device_refuses_is_a_fault, setup),
        cmocka_unit_test_setup(test_only_integer_accesses_are_emulated, setup),
        cmocka_unit_test_setup(test_an_access_over_two_pages_is_a_fault, setup),
        cmocka_unit_test_setup(test_what_is_there_no_more_is_executed_again, setup),
        cmocka_unit_test_setup(test_a_read_is_repeated_until_it_is_done, setup),
        cmocka_unit_test_setup(test_what_a_store_leaves_is_done_next, setup),
        cmocka_unit_test_setup(test_devices_do_not_overlap, setup),
        cmocka_unit_test_setup(test_a_bus_has_an_end, setup),
    };
    return cmocka_run_group_tests(tests, 0, 0);
}
