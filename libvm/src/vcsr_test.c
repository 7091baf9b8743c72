/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CSRs that an embedder emulates, with a scripted guest: which calls are made, and their effects.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <hyp/vm/vcsr.h>

#include "test_vm.h"

#define PC (TEST_RAM + 0x40)
#define VECTOR (TEST_RAM + 0x100)
#define CSR 0x151u
#define OLD UINT64_C(0x123456789abcdef0)
#define A0 10u
#define A1 11u
#define CSRRW(rd, csr, rs1) (0x1073u | (rd) << 7 | (rs1) << 15 | (csr) << 20)
#define CSRRS(rd, csr, rs1) (0x2073u | (rd) << 7 | (rs1) << 15 | (csr) << 20)
#define CSRRCI(rd, csr, imm) (0x7073u | (rd) << 7 | (imm) << 15 | (csr) << 20)

static struct test_vm t;

/* Arguments of the last call of answer(). */
static struct {
    struct insn_csr insn;
    uint64_t value;
    unsigned count;
} asked;

static bool is_user;

static bool answer(struct vcpu *vcpu, const struct insn_csr *insn, uint64_t value, uint64_t *old)
{
    assert_ptr_equal(vcpu, &t.vcpu[0]);
    assert_true(*old == 0);
    assert_false(spinlock_is_held(&t.vm.lock));
    asked.insn = *insn;
    asked.value = value;
    asked.count++;
    if (insn->csr != CSR) {
        return false;
    }
    *old = OLD;
    return true;
}

static enum vcpu_action emulate_csr(struct vcpu *vcpu, uint32_t insn)
{
    return vcsr_handle(vcpu, insn, answer);
}

static const struct virqc_ops emulates = {.emulate_csr = emulate_csr, .stop = test_irq_stop};

static int setup(void **state)
{
    (void)state;
    test_vm_init(&t);
    t.vm.virqc = &emulates;
    t.vcpu[0].start_pc = PC;
    asked.count = 0;
    is_user = false;
    return 0;
}

static void before(struct world *w)
{
    csr_write(CSR_VSTVEC, VECTOR);
    w->gpr[A0] = 0xaaaa;
    w->gpr[A1] = 0xbbbb;
    if (is_user) {
        w->sstatus &= ~SSTATUS_SPP;
        w->hstatus &= ~HSTATUS_SPVP;
    }
}

/* The guest traps at PC with this stval. Returns its state when it resumes. */
static const struct test_entry *go_on(uint64_t stval)
{
    test_trap(&t, (struct world_trap){.scause = CAUSE_VIRTUAL_INSN, .stval = stval})->before =
        before;
    test_run(&t);
    return &t.seen[1];
}

static void expect_illegal(uint64_t stval)
{
    const struct test_entry *e = go_on(stval);
    assert_true(e->world.sepc == VECTOR && e->vsepc == PC);
    assert_true(e->vscause == CAUSE_ILLEGAL_INSN && e->vstval == stval);
    assert_true(e->world.gpr[A0] == 0xaaaa && e->world.gpr[A1] == 0xbbbb);
}

static void test_a_write(void **state)
{
    (void)state;
    const struct test_entry *e = go_on(CSRRW(A0, CSR, A1));
    assert_true(e->world.sepc == PC + 4);
    assert_true(e->world.gpr[A0] == OLD && e->world.gpr[A1] == 0xbbbb);
    assert_int_equal(asked.count, 1);
    assert_int_equal(asked.insn.op, INSN_CSR_WRITE);
    assert_true(asked.value == 0xbbbb);
}

/* rs1 is read before the same register is written as rd. */
static void test_one_register(void **state)
{
    (void)state;
    const struct test_entry *e = go_on(CSRRS(A0, CSR, A0));
    assert_true(e->world.gpr[A0] == OLD && asked.value == 0xaaaa);
    assert_int_equal(asked.insn.op, INSN_CSR_SET);
}

static void test_x0(void **state)
{
    (void)state;
    const struct test_entry *e = go_on(CSRRW(0u, CSR, 0u));
    assert_true(e->world.sepc == PC + 4 && e->world.gpr[0] == 0);
    assert_true(asked.value == 0 && asked.insn.op == INSN_CSR_WRITE);
}

static void test_an_immediate(void **state)
{
    (void)state;
    const struct test_entry *e = go_on(CSRRCI(A1, CSR, 31u));
    assert_true(e->world.gpr[A1] == OLD && asked.value == 31);
    assert_int_equal(asked.insn.op, INSN_CSR_CLEAR);
}

static void test_one_that_is_not_answered(void **state)
{
    (void)state;
    expect_illegal(CSRRS(A0, 0x600u, 0u));
    assert_int_equal(asked.count, 1);
}

static void test_no_csr_instruction(void **state)
{
    (void)state;
    expect_illegal(0x10500073); /* wfi */
    assert_int_equal(asked.count, 0);
}

static void test_user_mode_is_not_asked_for(void **state)
{
    (void)state;
    is_user = true;
    expect_illegal(CSRRW(A0, CSR, A1));
    assert_int_equal(asked.count, 0);
}

static void put(uint32_t insn)
{
    memcpy(t.ram + (PC - TEST_RAM), &insn, sizeof(insn));
}

/* A machine may set stval to 0 in place of the instruction. */
static void test_fetched(void **state)
{
    (void)state;
    put(CSRRW(A0, CSR, A1));
    const struct test_entry *e = go_on(0);
    assert_true(e->world.sepc == PC + 4 && e->world.gpr[A0] == OLD && asked.value == 0xbbbb);
}

static void test_rewritten_before_it_is_fetched(void **state)
{
    (void)state;
    put(0x00000013); /* nop */
    expect_illegal(0);
    assert_int_equal(asked.count, 0);
}

/* The instruction in stval has trapped, even if memory holds another one now. */
static void test_rewritten_and_not_fetched(void **state)
{
    (void)state;
    put(0x00000013);
    assert_true(go_on(CSRRW(A0, CSR, A1))->world.gpr[A0] == OLD);
}

static void test_gone_before_it_is_fetched(void **state)
{
    (void)state;
    t.vcpu[0].start_pc = TEST_DATA; /* The guest may not execute it. */
    const struct test_entry *e = go_on(0);
    assert_true(e->world.sepc == TEST_DATA);
    assert_int_equal(asked.count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_a_write, setup),
        cmocka_unit_test_setup(test_one_register, setup),
        cmocka_unit_test_setup(test_x0, setup),
        cmocka_unit_test_setup(test_an_immediate, setup),
        cmocka_unit_test_setup(test_one_that_is_not_answered, setup),
        cmocka_unit_test_setup(test_no_csr_instruction, setup),
        cmocka_unit_test_setup(test_user_mode_is_not_asked_for, setup),
        cmocka_unit_test_setup(test_fetched, setup),
        cmocka_unit_test_setup(test_rewritten_before_it_is_fetched, setup),
        cmocka_unit_test_setup(test_rewritten_and_not_fetched, setup),
        cmocka_unit_test_setup(test_gone_before_it_is_fetched, setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
