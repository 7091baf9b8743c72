/* SPDX-License-Identifier: Apache-2.0 */
/* Emulated devices: loads and stores of a guest, decoded from htinst or from the instruction. */
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

/* The guest executes one access at gpa. htinst 0: the machine does not describe it. */
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
            setup(NULL);
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
            setup(NULL);
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
    setup(NULL);
    put_insn(&t, 0xe194); /* c.sd a3, 0(a1) */
    expect_only_changed(access_at(true, TEST_DEV, 0), 0, 0, 2);
    assert_true(t.dev_value == UINT64_C(0x0d0d0d0d0d0d0d0d));
    setup(NULL); /* The transformed expansion of a 16-bit instruction has bit 1 clear. */
    expect_only_changed(access_at(false, TEST_DEV, load_insn(2, RD) & ~2u), RD, loaded[2], 2);
}

static void test_x0_reads_and_stays_zero(void **state)
{
    (void)state;
    expect_only_changed(access_at(false, TEST_DEV, load_insn(3, 0)), 0, 0, 4);
    assert_int_equal(t.dev_reads, 1);
    setup(NULL);
    expect_only_changed(access_at(true, TEST_DEV, store_insn(3, 0)), 0, 0, 4);
    assert_true(t.dev_value == 0);
}

static void test_the_low_bits_of_the_address_are_in_stval(void **state)
{
    (void)state;
    expect_only_changed(access_at(false, TEST_DEV + 0x13, load_insn(0, RD)), RD, loaded[0], 4);
    assert_int_equal(t.dev_offset, 0x13);
    setup(NULL);
    expect_only_changed(access_at(false, TEST_DEV + 0xff, load_insn(4, RD)), RD, loaded[4], 4);
}

static void test_beyond_a_device_is_a_fault(void **state)
{
    (void)state;
    expect_fault(access_at(false, TEST_DEV + TEST_DEV_SIZE, load_insn(0, RD)), CAUSE_LOAD_ACCESS);
    setup(NULL);
    expect_fault(access_at(true, TEST_DEV - 1, store_insn(0, RD)), CAUSE_STORE_ACCESS);
    setup(NULL); /* Its last byte is after the device. */
    expect_fault(access_at(false, TEST_DEV + TEST_DEV_SIZE - 7, load_insn(3, RD)),
                 CAUSE_LOAD_ACCESS);
    setup(NULL);
    expect_fault(access_at(true, TEST_DEV + TEST_DEV_SIZE - 1, store_insn(1, RD)),
                 CAUSE_STORE_ACCESS);
}

static void test_what_the_device_refuses_is_a_fault(void **state)
{
    (void)state;
    t.dev_refuse = true;
    expect_fault(access_at(false, TEST_DEV, load_insn(2, RD)), CAUSE_LOAD_ACCESS);
    setup(NULL);
    t.dev_refuse = true;
    expect_fault(access_at(true, TEST_DEV, store_insn(2, RD)), CAUSE_STORE_ACCESS);
}

/* ---- Floating point -------------------------------------------------------------------------- */

#define FS(n) ((uint64_t)(n) << SSTATUS_FS_SHIFT)
#define FP_REG UINT64_C(0x4142434445464748)

static uint64_t guest_fs; /* State at the access. */

static void with_fp(struct world *w)
{
    all_registers(w);
    w->sstatus = (w->sstatus & ~SSTATUS_FS) | FS(1); /* A load sets FS to Dirty. */
    csr_write(CSR_VSSTATUS, SSTATUS_UXL_64 | guest_fs);
    for (unsigned i = 0; i < 32; i++) {
        world_host_fp()[i] = FP_REG + i;
    }
}

/* The same as access_at() by a guest whose sstatus.FS is this. */
static const struct test_entry *fp_access_at(bool store, uint64_t htinst, uint64_t fs)
{
    struct world_trap trap = {
        .scause = store ? CAUSE_STORE_GUEST_PAGE : CAUSE_LOAD_GUEST_PAGE,
        .htval = TEST_DEV >> 2,
        .htinst = htinst,
    };
    guest_fs = fs;
    test_trap(&t, trap)->before = with_fp;
    test_run(&t);
    return &t.seen[1];
}

static void expect_fp(unsigned reg, uint64_t value)
{
    for (unsigned i = 0; i < 32; i++) {
        assert_true(world_host_fp()[i] == (i == reg ? value : FP_REG + i));
    }
}

/* flh flw fld by funct3: the value is NaN-boxed; FS is Dirty at both levels. */
static void test_fp_loads(void **state)
{
    (void)state;
    static const uint64_t boxed[4] = {0, UINT64_C(0xffffffffffff8788), UINT64_C(0xffffffff85868788),
                                      RAW};
    for (unsigned way = 0; way < 2; way++) { /* htinst; fetched */
        for (unsigned funct3 = 1; funct3 < 4; funct3++) {
            for (unsigned reg = 0; reg < 32; reg++) {
                setup(NULL);
                uint32_t insn = load_insn(funct3, reg) | 4;
                put_insn(&t, insn);
                const struct test_entry *e = fp_access_at(false, way == 0 ? insn : 0, FS(1));
                expect_only_changed(e, 0, 0, 4);
                expect_fp(reg, boxed[funct3]);
                assert_true((e->vsstatus & SSTATUS_FS) == FS(3));
                assert_true((e->world.sstatus & SSTATUS_FS) == FS(3));
                assert_true(t.dev_reads == 1 && t.dev_size == 1u << funct3);
            }
        }
    }
}

static void test_fp_stores(void **state)
{
    (void)state;
    for (unsigned way = 0; way < 2; way++) {
        for (unsigned funct3 = 1; funct3 < 4; funct3++) {
            for (unsigned reg = 0; reg < 32; reg++) {
                setup(NULL);
                uint32_t insn = store_insn(funct3, reg) | 4;
                put_insn(&t, insn);
                const struct test_entry *e = fp_access_at(true, way == 0 ? insn : 0, FS(2));
                expect_only_changed(e, 0, 0, 4);
                expect_fp(0, FP_REG);
                assert_true((e->vsstatus & SSTATUS_FS) == FS(2));
                assert_true((e->world.sstatus & SSTATUS_FS) == FS(1));
                assert_true(t.dev_writes == 1 && t.dev_size == 1u << funct3);
                assert_true(t.dev_value == ((FP_REG + reg) & UINT64_MAX >> (64 - (8u << funct3))));
            }
        }
    }
}

static void test_compressed_fp(void **state)
{
    (void)state;
    put_insn(&t, 0x2194); /* c.fld fa3, 0(a1) */
    expect_only_changed(fp_access_at(false, 0, FS(1)), 0, 0, 2);
    expect_fp(RD, RAW);
    setup(NULL);
    put_insn(&t, 0xa194); /* c.fsd fa3, 0(a1) */
    expect_only_changed(fp_access_at(true, 0, FS(1)), 0, 0, 2);
    assert_true(t.dev_value == FP_REG + RD);
    setup(NULL);
    put_insn(&t, 0x2002); /* c.fldsp ft0, 0(sp): no register is reserved. */
    expect_only_changed(fp_access_at(false, 0, FS(1)), 0, 0, 2);
    expect_fp(0, RAW);
    setup(NULL);
    put_insn(&t, 0xa07e); /* c.fsdsp ft11, 0(sp) */
    expect_only_changed(fp_access_at(true, 0, FS(1)), 0, 0, 2);
    assert_true(t.dev_value == FP_REG + 31);
}

static void test_a_refused_fp_load_changes_nothing(void **state)
{
    (void)state;
    t.dev_refuse = true;
    const struct test_entry *e = fp_access_at(false, load_insn(3, RD) | 4, FS(1));
    expect_fault(e, CAUSE_LOAD_ACCESS);
    expect_fp(0, FP_REG);
    assert_true((e->vsstatus & SSTATUS_FS) == FS(1) && (e->world.sstatus & SSTATUS_FS) == FS(1));
}

/* Another hart has stored it there: executed again, it is an illegal instruction. */
static void test_fp_that_is_off_is_executed_again(void **state)
{
    (void)state;
    for (unsigned store = 0; store < 2; store++) {
        setup(NULL);
        put_insn(&t, (store != 0 ? store_insn(3, RD) : load_insn(3, RD)) | 4);
        expect_only_changed(fp_access_at(store != 0, 0, FS(0)), 0, 0, 0);
        expect_fp(0, FP_REG);
        assert_int_equal(t.dev_reads + t.dev_writes, 0);
    }
}

/* ---- Cache blocks ---------------------------------------------------------------------------- */

#define BLOCK 64u

static void test_cache_block_management_has_no_effect(void **state)
{
    (void)state;
    for (uint32_t operation = 0; operation < 3; operation++) { /* inval, clean, flush */
        for (unsigned way = 0; way < 2; way++) {
            uint32_t insn = 0x0005200f | operation << 20;
            uint64_t htinst = way == 0 ? insn & ~UINT64_C(0xf8000) : 0;
            setup(NULL);
            put_insn(&t, insn);
            expect_only_changed(access_at(true, TEST_DEV + 0xff, htinst), 0, 0, 4);
            assert_int_equal(t.dev_reads + t.dev_writes, 0);
            setup(NULL);
            put_insn(&t, insn);
            expect_fault(access_at(true, TEST_DEV + TEST_DEV_SIZE, htinst), CAUSE_STORE_ACCESS);
        }
    }
}

static unsigned zeros;
static unsigned zeros_most;

static enum vdev_result count_zeros(void *state, uint64_t offset, unsigned size, uint64_t value)
{
    (void)state;
    assert_true(offset == BLOCK + zeros && size == 1 && value == 0);
    return zeros < zeros_most ? (zeros++, VDEV_OK) : VDEV_FAULT;
}

/* cbo.zero clears the block that holds the address, byte by byte, up to the first refused byte. */
static void test_cache_block_zero_stores_zeros(void **state)
{
    (void)state;
    const struct vdev_ops ops = {.read = test_dev_read, .write = count_zeros};
    for (unsigned most = 0; most <= BLOCK; most += 8) {
        setup(NULL);
        t.vm.grant.cboz_block = BLOCK;
        t.vm.vdev[0].ops = &ops;
        zeros = 0;
        zeros_most = most;
        const struct test_entry *e = access_at(true, TEST_DEV + BLOCK + 24, 0x0040200f);
        assert_int_equal(zeros, most);
        if (most == BLOCK) {
            expect_only_changed(e, 0, 0, 4);
        } else {
            expect_fault(e, CAUSE_STORE_ACCESS);
        }
    }
    setup(NULL); /* The size of a block is not known. */
    expect_fault(access_at(true, TEST_DEV, 0x0040200f), CAUSE_STORE_ACCESS);
    setup(NULL); /* The block ends after the device, whose last bytes are 0 now. */
    t.vm.grant.cboz_block = 2 * TEST_DEV_SIZE;
    const struct test_entry *e = access_at(true, TEST_DEV, 0x0040200f);
    assert_true(e->vscause == CAUSE_STORE_ACCESS && t.dev_writes == TEST_DEV_SIZE);
}

/* ---- Refused accesses ------------------------------------------------------------------------ */

/* Atomics, vector accesses and HLV or HSV: no device supports them. */
static void test_other_accesses_are_refused(void **state)
{
    (void)state;
    static const struct {
        bool store;
        uint32_t insn;
    } refused[] = {
        {false, 0x100526af}, /* lr.w a3, (a0) */
        {true, 0x18b526af},  /* sc.w a3, a1, (a0) */
        {true, 0x00b536af},  /* amoadd.d a3, a1, (a0) */
        {true, 0x00b506af},  /* amoadd.b a3, a1, (a0): Zabha */
        {true, 0x28b526af},  /* amocas.w a3, a1, (a0): Zacas */
        {true, 0x28c5472f},  /* amocas.q a4, a2, (a0) */
        {true, 0x48b536af},  /* ssamoswap.d a3, a1, (a0): Zicfiss */
        {true, 0xce104073},  /* sspush x1 */
        {false, 0xcdc0c073}, /* sspopchk x1 */
        {false, 0x340526af}, /* lb.aq a3, (a0): Zalasr */
        {false, 0x00054687}, /* flq fa3, 0(a0) */
        {true, 0x00d54027},  /* fsq fa3, 0(a0) */
        {false, 0x02057687}, /* vle64.v v13, (a0) */
        {true, 0x020576a7},  /* vse64.v v13, (a0) */
        {false, 0x6c0546f3}, /* hlv.d a3, (a0) */
        {true, 0x6eb54073},  /* hsv.d a1, (a0) */
    };
    for (unsigned i = 0; i < ARRAY_COUNT(refused); i++) {
        setup(NULL);
        put_insn(&t, refused[i].insn);
        expect_fault(access_at(refused[i].store, TEST_DEV, 0),
                     refused[i].store ? CAUSE_STORE_ACCESS : CAUSE_LOAD_ACCESS);
    }
}

/* The access began in the page below, where no device is. */
static void test_an_access_over_two_pages_is_a_fault(void **state)
{
    (void)state;
    expect_fault(access_at(false, TEST_DEV, load_insn(3, RD) | 4u << 15), CAUSE_LOAD_ACCESS);
}

static void expect_again(bool store, uint32_t insn)
{
    setup(0);
    put_insn(&t, insn);
    expect_only_changed(access_at(store, TEST_DEV, 0), 0, 0, 0);
    assert_int_equal(t.dev_reads + t.dev_writes, 0);
}

/* Another hart may rewrite or unmap the instruction before it is decoded. */
static void test_what_is_there_no_more_is_executed_again(void **state)
{
    (void)state;
    expect_again(false, store_insn(3, RD));
    expect_again(true, load_insn(3, RD));
    expect_again(false, store_insn(3, RD) | 4); /* fsd */
    expect_again(true, load_insn(3, RD) | 4);   /* fld */
    expect_again(false, 0x0005200f);            /* cbo.inval */
    expect_again(false, 0x0045200f);            /* cbo.zero */
    setup(NULL);
    t.range[0].no_fetch = true;
    expect_only_changed(access_at(false, TEST_DEV, 0), 0, 0, 0);
    assert_int_equal(t.dev_reads + t.dev_writes, 0);
}

static struct world_trap load_trap(void)
{
    return (struct world_trap){.scause = CAUSE_LOAD_GUEST_PAGE,
                               .stval = 0xffffffd000000000,
                               .htval = TEST_DEV >> 2,
                               .htinst = load_insn(3, RD) | 1};
}

/* The guest executes the load again with nothing changed, on the fast way and on the slow one. */
static void expect_repeated(bool slow)
{
    (void)setup(0);
    t.config.no_fast_exits = slow;
    t.dev_again = slow ? 1 : 3; /* The fast way reads once, and the slow way again. */
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

/* The store is done; this hart does the work that it leaves before the guest's next instruction. */
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
    (void)setup(NULL);
    struct world_trap store = load_trap();
    store.scause = CAUSE_STORE_GUEST_PAGE;
    store.htinst = store_insn(3, RD) | 1;
    t.dev_left = 1;
    test_trap(&t, store);
    test_trap(&t, load_trap())->before = keep_sip;
    test_run(&t);
    assert_true((sip_after & BIT(IRQ_S_SOFT)) != 0); /* It would have been handled first. */
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
        cmocka_unit_test_setup(test_fp_loads, setup),
        cmocka_unit_test_setup(test_fp_stores, setup),
        cmocka_unit_test_setup(test_compressed_fp, setup),
        cmocka_unit_test_setup(test_a_refused_fp_load_changes_nothing, setup),
        cmocka_unit_test_setup(test_fp_that_is_off_is_executed_again, setup),
        cmocka_unit_test_setup(test_cache_block_management_has_no_effect, setup),
        cmocka_unit_test_setup(test_cache_block_zero_stores_zeros, setup),
        cmocka_unit_test_setup(test_other_accesses_are_refused, setup),
        cmocka_unit_test_setup(test_an_access_over_two_pages_is_a_fault, setup),
        cmocka_unit_test_setup(test_what_is_there_no_more_is_executed_again, setup),
        cmocka_unit_test_setup(test_a_read_is_repeated_until_it_is_done, setup),
        cmocka_unit_test_setup(test_what_a_store_leaves_is_done_next, setup),
        cmocka_unit_test_setup(test_devices_do_not_overlap, setup),
        cmocka_unit_test_setup(test_a_bus_has_an_end, setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
