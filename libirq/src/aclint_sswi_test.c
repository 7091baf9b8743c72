/* SPDX-License-Identifier: Apache-2.0 */
/* The SSWI driver against a device that does what the specification says, and its use as a path. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <hyp/arch/csr.h>
#include <hyp/arch/fence.h>
#include <hyp/irq/aclint_sswi.h>

enum { HARTS = 3, BASE = 0x2f00000, OTHER_BITS = 1 << IRQ_S_EXT };

/* The driver's harts 0, 1, 2 are the device's 4094, 0, 7. */
static const uint32_t index_of[HARTS] = {4094, 0, 7};
static const mmio_t regs = {.base = BASE};
static uint64_t csr[HARTS][CSR_HOST_COUNT];
static struct aclint_sswi sswi;

static enum vdev_result dev_read(void *state, uint64_t offset, unsigned size, uint64_t *value)
{
    (void)state;
    (void)offset;
    *value = 0;
    return size == 4 ? VDEV_OK : VDEV_FAULT;
}

static enum vdev_result dev_write(void *state, uint64_t offset, unsigned size, uint64_t value)
{
    (void)state;
    for (uint32_t h = 0; h < HARTS; h++) {
        if (offset == 4u * index_of[h] && value == 1) {
            csr[h][CSR_SIP] |= BIT(IRQ_S_SOFT);
        }
    }
    return size == 4 ? VDEV_OK : VDEV_FAULT;
}

static const struct vdev_ops dev_ops = {.read = dev_read, .write = dev_write};
static const struct vdev dev = {.base = BASE, .size = ACLINT_SSWI_SIZE, .ops = &dev_ops};

static int setup(void **state)
{
    (void)state;
    memset(csr, 0, sizeof(csr));
    mmio_host_attach(&dev);
    assert_int_equal(aclint_sswi_init(&sswi, regs, index_of, HARTS), HYP_OK);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    mmio_host_reset();
    csr_host_use(NULL);
    return 0;
}

static bool pends(uint32_t hart)
{
    return (csr[hart][CSR_SIP] & BIT(IRQ_S_SOFT)) != 0;
}

static void test_init_refuses(void **state)
{
    (void)state;
    static const uint32_t far[2] = {ACLINT_SSWI_NO_INDEX, 4095};
    static const uint32_t none[2] = {3, ACLINT_SSWI_NO_INDEX};
    struct aclint_sswi s = {.hart_count = 77};
    assert_int_equal(aclint_sswi_init(&s, regs, index_of, HYP_HART_MAX + 1), HYP_E_PARAM);
    assert_int_equal(aclint_sswi_init(&s, regs, far, 2), HYP_E_PARAM);
    assert_int_equal(aclint_sswi_init(&s, regs, none, 2), HYP_E_ABSENT);
    assert_int_equal(s.hart_count, 77);
}

static void test_send_is_to_one_hart(void **state)
{
    (void)state;
    struct ipi_path path = aclint_sswi_ipi_path(&sswi);
    assert_int_equal(path.irq, IRQ_S_SOFT);
    for (uint32_t target = 0; target < HARTS; target++) {
        path.ops->send(path.state, target);
        for (uint32_t h = 0; h < HARTS; h++) {
            assert_true(pends(h) == (h <= target));
        }
    }
}

static void test_ack_is_of_this_hart_and_fences(void **state)
{
    (void)state;
    struct ipi_path path = aclint_sswi_ipi_path(&sswi);
    path.ops->send(path.state, 1);
    path.ops->send(path.state, 2);
    csr[2][CSR_SIP] |= OTHER_BITS;
    csr_host_use(csr[2]);
    fence_host_reset();
    path.ops->ack(path.state);
    assert_true(csr[2][CSR_SIP] == OTHER_BITS);
    assert_int_equal(fence_host_log()->count, 1);
    assert_int_equal(fence_host_log()->record[0].kind, FENCE_IO);
    assert_true(pends(1));
    path.ops->send(path.state, 2); /* The next one comes again. */
    assert_true(pends(2));
    path.ops->init_hart(path.state, 2);
    assert_false(pends(2));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_init_refuses),
        cmocka_unit_test_setup_teardown(test_send_is_to_one_hart, setup, teardown),
        cmocka_unit_test_setup_teardown(test_ack_is_of_this_hart_and_fences, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
