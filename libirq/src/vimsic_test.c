/* SPDX-License-Identifier: Apache-2.0 */
/* The IMSIC model: what the properties do not say in so many words. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <hyp/arch/csr.h>
#include <hyp/irq/vimsic.h>

enum { FILES = 2, ID_MAX = 255 };

static struct vimsic v;
static struct vimsic_file files[FILES];
static bool external[FILES];
static unsigned changes;

static void set_external(void *ctx, uint32_t vcpu, bool level)
{
    assert_ptr_equal(ctx, external);
    assert_int_not_equal(external[vcpu], level);
    external[vcpu] = level;
    changes++;
}

static const struct vimsic_config good = {
    .file_count = FILES, .id_max = ID_MAX, .set_external = set_external, .ctx = external};

static int setup(void **state)
{
    (void)state;
    memset(files, 0xa5, sizeof(files));
    memset(external, 0, sizeof(external));
    changes = 0;
    return vimsic_init(&v, &good, files) == HYP_OK ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    assert_true(vimsic_is_valid(&v));
    return 0;
}

static uint64_t csr(uint32_t vcpu, uint32_t number, enum vimsic_op op, uint64_t value)
{
    uint64_t old = UINT64_MAX;
    struct vimsic_access access = {.csr = number, .op = op, .value = value};
    assert_int_equal(vimsic_csr(&v, vcpu, &access, &old), VIMSIC_OK);
    return old;
}

static void put(uint32_t vcpu, uint32_t select, uint64_t value)
{
    (void)csr(vcpu, CSR_SISELECT, VIMSIC_WRITE, select);
    (void)csr(vcpu, CSR_SIREG, VIMSIC_WRITE, value);
}

static uint64_t get(uint32_t vcpu, uint32_t select)
{
    (void)csr(vcpu, CSR_SISELECT, VIMSIC_WRITE, select);
    return csr(vcpu, CSR_SIREG, VIMSIC_READ, 0);
}

static bool is_illegal(uint32_t select)
{
    uint64_t old = 0x5a5a;
    struct vimsic_access access = {.csr = CSR_SIREG, .op = VIMSIC_WRITE, .value = 1};
    (void)csr(0, CSR_SISELECT, VIMSIC_WRITE, select);
    enum vimsic_result result = vimsic_csr(&v, 0, &access, &old);
    assert_true(result == VIMSIC_OK || old == 0x5a5a);
    return result == VIMSIC_ILLEGAL;
}

static void test_init_refuses(void **state)
{
    (void)state;
    static const uint32_t wrong[] = {0, 1, 62, 64, 128, 2046, 2048, 2111, UINT32_MAX};
    struct vimsic_config c = good;
    struct vimsic other;
    for (uint32_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        c.id_max = wrong[i];
        assert_int_equal(vimsic_init(&other, &c, files), HYP_E_PARAM);
    }
    c = good;
    c.file_count = 0;
    assert_int_equal(vimsic_init(&other, &c, files), HYP_E_PARAM);
    c.file_count = HYP_HART_MAX + 1;
    assert_int_equal(vimsic_init(&other, &c, files), HYP_E_PARAM);
}

/* Linux sets up its file, takes messages by a swap of stopei. */
static void test_linux_takes_messages(void **state)
{
    (void)state;
    for (uint32_t select = 0; select <= 6; select += 2) {
        put(1, IMSIC_SELECT_EIE + select, 0);
        put(1, IMSIC_SELECT_EIP + select, 0);
    }
    put(1, IMSIC_SELECT_EITHRESHOLD, 0);
    put(1, IMSIC_SELECT_EIDELIVERY, 1);
    (void)csr(1, CSR_SISELECT, VIMSIC_WRITE, IMSIC_SELECT_EIE);
    (void)csr(1, CSR_SIREG, VIMSIC_SET, 1 << 1);
    (void)csr(1, CSR_SISELECT, VIMSIC_WRITE, IMSIC_SELECT_EIE + 6);
    (void)csr(1, CSR_SIREG, VIMSIC_SET, (uint64_t)1 << 63);
    assert_int_equal(vimsic_vdev_ops.write(&v, IMSIC_PAGE_SIZE, 4, 255), VDEV_OK);
    assert_int_equal(vimsic_vdev_ops.write(&v, IMSIC_PAGE_SIZE, 4, 1), VDEV_OK);
    assert_true(external[1] && !external[0]);
    assert_int_equal(csr(1, CSR_STOPEI, VIMSIC_READ, 0), 0x10001);
    assert_int_equal(csr(1, CSR_STOPEI, VIMSIC_WRITE, 0), 0x10001);
    assert_int_equal(csr(1, CSR_STOPEI, VIMSIC_WRITE, 0), 0xff00ff);
    assert_int_equal(csr(1, CSR_STOPEI, VIMSIC_WRITE, 0), 0);
    assert_false(external[1]);
    assert_int_equal(changes, 2);
}

static void test_selectors(void **state)
{
    (void)state;
    for (uint32_t select = 0; select < 0x200; select++) {
        bool odd = select % 2 != 0;
        bool iprio = select >= 0x30 && select < 0x40 && !odd;
        bool one = select >= 0x70 && select < 0x80;
        bool array =
            (select >= 0x80 && select < 0x88 && !odd) || (select >= 0xc0 && select < 0xc8 && !odd);
        assert_int_equal(is_illegal(select), !(iprio || one || array));
    }
    assert_int_equal(get(0, 0x30), 0);
    assert_int_equal(get(0, 0x71), 0);
    assert_int_equal(get(0, 0x7f), 0);
    (void)csr(0, CSR_SISELECT, VIMSIC_WRITE, 0xfffffffffffffe80);
    assert_int_equal(csr(0, CSR_SISELECT, VIMSIC_READ, 0), 0x80);
    struct vimsic_access vsireg = {.csr = CSR_VSIREG};
    uint64_t old;
    assert_int_equal(vimsic_csr(&v, 0, &vsireg, &old), VIMSIC_ILLEGAL);
}

static void test_fields(void **state)
{
    (void)state;
    put(0, IMSIC_SELECT_EIDELIVERY, 0x40000000);
    assert_int_equal(get(0, IMSIC_SELECT_EIDELIVERY), 0);
    put(0, IMSIC_SELECT_EIDELIVERY, UINT64_MAX);
    assert_int_equal(get(0, IMSIC_SELECT_EIDELIVERY), 1);
    put(0, IMSIC_SELECT_EITHRESHOLD, UINT64_MAX);
    assert_int_equal(get(0, IMSIC_SELECT_EITHRESHOLD), 2047);
    put(0, IMSIC_SELECT_EIP, UINT64_MAX);
    assert_true(get(0, IMSIC_SELECT_EIP) == UINT64_MAX - 1);
    put(0, IMSIC_SELECT_EIE, UINT64_MAX);
    assert_true(get(0, IMSIC_SELECT_EIE) == UINT64_MAX - 1);
    assert_true(get(1, IMSIC_SELECT_EIP) == 0);
    assert_int_equal(csr(0, CSR_STOPEI, VIMSIC_READ, 0), 0x10001);
}

static void test_threshold_hides(void **state)
{
    (void)state;
    put(0, IMSIC_SELECT_EIDELIVERY, 1);
    put(0, IMSIC_SELECT_EIE, 0xfe);
    vimsic_send(&v, 0, 5);
    put(0, IMSIC_SELECT_EITHRESHOLD, 5);
    assert_false(external[0]);
    assert_int_equal(csr(0, CSR_STOPEI, VIMSIC_WRITE, 0), 0); /* Claims nothing. */
    put(0, IMSIC_SELECT_EITHRESHOLD, 6);
    assert_true(external[0]);
    put(0, IMSIC_SELECT_EIDELIVERY, 0); /* Hides from the hart, not from stopei. */
    assert_false(external[0]);
    assert_int_equal(csr(0, CSR_STOPEI, VIMSIC_READ, 0), 0x50005);
}

static void test_messages_that_lead_nowhere(void **state)
{
    (void)state;
    put(0, IMSIC_SELECT_EIDELIVERY, 1);
    for (uint32_t select = 0; select <= 6; select += 2) {
        put(0, IMSIC_SELECT_EIE + select, UINT64_MAX);
    }
    vimsic_send(&v, 0, 0);
    vimsic_send(&v, 0, ID_MAX + 1);
    vimsic_send(&v, 0, UINT32_MAX);
    vimsic_send(&v, FILES, 5);
    vimsic_send(&v, UINT32_MAX, 5);
    assert_int_equal(vimsic_vdev_ops.write(&v, IMSIC_SETEIPNUM_BE, 4, 0x05000000), VDEV_OK);
    assert_int_equal(changes, 0);
    assert_int_equal(csr(0, CSR_STOPEI, VIMSIC_READ, 0), 0);
}

/* vimsic_is_valid() sees each of its clauses broken. */
static void test_is_valid_sees(void **state)
{
    (void)state;
    put(1, IMSIC_SELECT_EIDELIVERY, 1);
    put(1, IMSIC_SELECT_EIE + 2, 1);
    vimsic_send(&v, 1, 64);
#define SEEN(lvalue, wrong)                 \
    do {                                    \
        __typeof__(lvalue) old_ = (lvalue); \
        (lvalue) = (wrong);                 \
        assert_false(vimsic_is_valid(&v));  \
        (lvalue) = old_;                    \
        assert_true(vimsic_is_valid(&v));   \
    } while (0)
    SEEN(files[1].pending_enabled, 0);
    SEEN(files[1].pending_enabled, 6);
    SEEN(files[1].eip[1], 0);
    SEEN(files[1].external, false);
    SEEN(files[0].external, true);
    SEEN(files[0].eip[0], 1);
    SEEN(files[0].eie[0], 1);
    SEEN(files[0].eip[4], 1);
    SEEN(files[0].eie[31], 1);
    SEEN(files[0].eidelivery, 2);
    SEEN(files[0].eithreshold, 2048);
    SEEN(files[0].siselect, 0x200);
#undef SEEN
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_init_refuses),
        cmocka_unit_test_setup_teardown(test_linux_takes_messages, setup, teardown),
        cmocka_unit_test_setup_teardown(test_selectors, setup, teardown),
        cmocka_unit_test_setup_teardown(test_fields, setup, teardown),
        cmocka_unit_test_setup_teardown(test_threshold_hides, setup, teardown),
        cmocka_unit_test_setup_teardown(test_messages_that_lead_nowhere, setup, teardown),
        cmocka_unit_test_setup_teardown(test_is_valid_sees, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
