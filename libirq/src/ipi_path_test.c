/* SPDX-License-Identifier: Apache-2.0 */
/* One exchange of IPIs over each path that a machine may have: what the hypervisor does is the
 * same.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include <hyp/arch/fence.h>
#include <hyp/arch/sbi_call.h>
#include <hyp/arch_backend/sbi_call_host.h>
#include <hyp/irq/aclint_sswi.h>
#include <hyp/irq/imsic.h>
#include <hyp/irq/ipi_path.h>

#include "test_imsic.h"

enum { SSWI_BASE = 0x2f00000 };

static const uint32_t sswi_index[TEST_HARTS] = {0, 1, 2};
static const uint64_t hart_id[TEST_HARTS] = {5, 0, 9};
static mmio_t own_page[TEST_HARTS];
static uint64_t mailbox[TEST_HARTS]; /* The requests to a hart, by bit. */

static struct aclint_sswi sswi;
static struct imsic_ipi imsic = {.page = own_page, .hart_count = TEST_HARTS, .identity = 1};

/* ---- The machine: the device and the firmware set SSIP, the IMSICs are test_imsic.h's -------- */

static void set_ssip(uint32_t hart)
{
    test_hart[hart].csr[CSR_SIP] |= BIT(IRQ_S_SOFT);
}

static enum vdev_result sswi_write(void *state, uint64_t offset, unsigned size, uint64_t value)
{
    (void)state;
    assert_true(size == 4 && value == 1 && offset / 4 < TEST_HARTS);
    set_ssip((uint32_t)offset / 4);
    return VDEV_OK;
}

static const struct vdev_ops sswi_ops = {.write = sswi_write};
static const struct vdev sswi_dev = {.base = SSWI_BASE, .size = ACLINT_SSWI_SIZE, .ops = &sswi_ops};

/* sbi_send_ipi: hart_mask, hart_mask_base. */
static uint64_t calls[8][2];
static unsigned call_count;

static struct sbi_ret firmware(uint64_t ext, uint64_t fid, uint64_t a0, uint64_t a1, uint64_t a2)
{
    (void)a2;
    assert_true(ext == SBI_EXT_IPI && fid == 0);
    calls[call_count % 8][0] = a0;
    calls[call_count++ % 8][1] = a1;
    for (uint32_t h = 0; h < TEST_HARTS; h++) {
        if (hart_id[h] >= a1 && hart_id[h] - a1 < 64 && (a0 & BIT(hart_id[h] - a1)) != 0) {
            set_ssip(h);
        }
    }
    return (struct sbi_ret){.error = SBI_SUCCESS};
}

static int setup(void **state)
{
    (void)state;
    test_machine();
    mmio_host_attach(&sswi_dev);
    sbi_host_set(firmware);
    for (uint32_t h = 0; h < TEST_HARTS; h++) {
        own_page[h].base = (uintptr_t)test_hart[h].pages.base;
        mailbox[h] = 0;
    }
    mmio_t regs = {.base = SSWI_BASE};
    return aclint_sswi_init(&sswi, regs, sswi_index, TEST_HARTS) == HYP_OK ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    test_machine_end();
    sbi_host_set(NULL);
    return 0;
}

/* ---- The exchange ---------------------------------------------------------------------------- */

static bool interrupted(const struct ipi_path *path, uint32_t hart)
{
    const struct test_hart *h = &test_hart[hart];
    return path->irq == IRQ_S_EXT ? h->pends[0] : (h->csr[CSR_SIP] & BIT(path->irq)) != 0;
}

static void post(const struct ipi_path *path, uint32_t to, uint64_t bits)
{
    bool was_empty = mailbox[to] == 0;
    mailbox[to] |= bits;
    if (was_empty) {
        path->ops->send(path->state, to);
    }
}

static uint64_t take(const struct ipi_path *path, uint32_t hart)
{
    test_be(hart);
    unsigned fences = fence_host_log()->count;
    path->ops->ack(path->state);
    assert_true(fence_host_log()->count > fences);
    uint64_t bits = mailbox[hart];
    mailbox[hart] = 0;
    return bits;
}

static void exchange(struct ipi_path path)
{
    for (uint32_t h = 0; h < TEST_HARTS; h++) {
        test_be(h);
        imsic_init_hart(TEST_ID_MAX);
        path.ops->init_hart(path.state, h);
        assert_false(interrupted(&path, h));
    }
    test_be(0);
    post(&path, 1, 0x1);
    post(&path, 1, 0x4); /* The word was not empty: nothing is sent. */
    post(&path, 0, 0x2); /* To itself. */
    assert_true(interrupted(&path, 0) && interrupted(&path, 1) && !interrupted(&path, 2));
    assert_true(take(&path, 1) == 0x5);
    assert_true(interrupted(&path, 0) && !interrupted(&path, 1));
    assert_true(take(&path, 0) == 0x2);
    assert_true(take(&path, 0) == 0); /* Spurious: harmless. */
    post(&path, 1, 0x8);              /* From another one, and the next one comes as well. */
    assert_true(interrupted(&path, 1));
    assert_true(take(&path, 1) == 0x8);
    for (uint32_t h = 0; h < TEST_HARTS; h++) {
        assert_false(interrupted(&path, h));
    }
    ipi_path_send_all(&path, 0x5);
    assert_true(interrupted(&path, 0) && !interrupted(&path, 1) && interrupted(&path, 2));
    ipi_path_send_all(&path, 0x6); /* One of them pends already. */
    ipi_path_send_all(&path, 0);
    for (uint32_t h = 0; h < TEST_HARTS; h++) {
        assert_true(interrupted(&path, h));
        assert_true(take(&path, h) == 0 && !interrupted(&path, h));
    }
}

static void test_sswi(void **state)
{
    (void)state;
    exchange(aclint_sswi_ipi_path(&sswi));
}

static void test_imsic(void **state)
{
    (void)state;
    exchange(imsic_ipi_path(&imsic));
}

static void init_hart_sbi(void *state, uint32_t hart)
{
    (void)hart;
    ipi_path_clear_ssip(state);
}

static void send_sbi(void *state, uint32_t hart)
{
    (void)state;
    ipi_sbi_send(hart_id, BIT(hart));
}

static void test_sbi(void **state)
{
    (void)state;
    static const struct ipi_path_ops ops = {
        .init_hart = init_hart_sbi, .send = send_sbi, .ack = ipi_path_clear_ssip};
    exchange((struct ipi_path){.ops = &ops, .irq = IRQ_S_SOFT});
}

/* One call for each 64 consecutive ids; ipi_window_prop draws them. */
static void test_sbi_windows(void **state)
{
    (void)state;
    static const uint64_t ids[] = {0, 1, 5, 63, 64, 127, 128, 4096};
    static const struct {
        uint64_t harts;
        uint64_t calls[4][2]; /* Expected mask and base; mask 0 ends the list. */
    } cases[] = {
        {0, {{0}}},
        {0x01, {{1, 0}}},
        {0x07, {{0x23, 0}}},
        {0x0e, {{BIT(62) | 0x11, 1}}},
        {0x1e, {{BIT(63) | BIT(62) | 0x11, 1}}},
        {0x60, {{3, 127}}},
        {0x30, {{BIT(63) | 1, 64}}},
        {0xff, {{BIT(63) | 0x23, 0}, {BIT(63) | 1, 64}, {1, 128}, {1, 4096}}},
    };
    for (unsigned i = 0; i < ARRAY_COUNT(cases); i++) {
        unsigned want = 0;
        call_count = 0;
        ipi_sbi_send(ids, cases[i].harts);
        for (; want < 4 && cases[i].calls[want][0] != 0; want++) {
            assert_true(calls[want][0] == cases[i].calls[want][0]);
            assert_true(calls[want][1] == cases[i].calls[want][1]);
        }
        assert_int_equal(call_count, want);
    }
}

/* A hart that takes external interrupts by claim: the IPI is the identity, and leaves others alone.
 */
static void test_imsic_claimed(void **state)
{
    (void)state;
    struct ipi_path path = imsic_ipi_path(&imsic);
    test_be(1);
    imsic_init_hart(TEST_ID_MAX);
    path.ops->init_hart(path.state, 1);
    imsic_enable(40, true);
    imsic_send(own_page[1], 40);
    post(&path, 1, 0x1);
    assert_int_equal(imsic_claim(), imsic.identity);
    assert_true(take(&path, 1) == 0x1);
    assert_int_equal(imsic_claim(), 40);
    assert_int_equal(imsic_claim(), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_sswi, setup, teardown),
        cmocka_unit_test_setup_teardown(test_imsic, setup, teardown),
        cmocka_unit_test_setup_teardown(test_sbi, setup, teardown),
        cmocka_unit_test_setup_teardown(test_sbi_windows, setup, teardown),
        cmocka_unit_test_setup_teardown(test_imsic_claimed, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
