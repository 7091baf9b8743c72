/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A machine for the tests of drivers: harts whose IMSICs are the model, file 0 a hart's own and the
 * others its guest interrupt files. CSRs and pages are those of the Advanced Interrupt
 * Architecture.
 */
#pragma once

#include <string.h>

#include <hyp/arch/csr.h>
#include <hyp/arch/mmio.h>
#include <hyp/base/assert.h>
#include <hyp/irq/vimsic.h>

enum {
    TEST_HARTS = 3,
    TEST_GEILEN = 2,
    TEST_FILES = 1 + TEST_GEILEN,
    TEST_ID_MAX = 255,
    TEST_BASE = 0x28000000,
    TEST_GUEST_BITS = 2,
};

struct test_hart {
    struct vimsic imsic;
    struct vimsic_file files[TEST_FILES];
    struct vdev pages;
    bool pends[TEST_FILES];
    uint64_t csr[CSR_HOST_COUNT];
};

static struct test_hart test_hart[TEST_HARTS];
static struct test_hart *test_self;

static inline void test_set_external(void *ctx, uint32_t file, bool level)
{
    struct test_hart *h = ctx;
    h->pends[file] = level;
}

static inline uint64_t test_file_csr(struct test_hart *h, uint32_t file, uint32_t csr,
                                     enum csr_host_op op, uint64_t value)
{
    static const enum vimsic_op op_of[] = {
        [CSR_HOST_READ] = VIMSIC_READ,
        [CSR_HOST_WRITE] = VIMSIC_WRITE,
        [CSR_HOST_SET] = VIMSIC_SET,
        [CSR_HOST_CLEAR] = VIMSIC_CLEAR,
    };
    struct vimsic_access access = {.csr = csr, .op = op_of[op], .value = value};
    uint64_t old = 0;
    /* Or the machine traps. */
    HYP_REQUIRE(vimsic_csr(&h->imsic, file, &access, &old) == VIMSIC_OK);
    return old;
}

/* The file that hstatus.VGEIN names; without one the machine traps. */
static inline uint32_t test_vgein(const struct test_hart *h)
{
    uint64_t file = (h->csr[CSR_HSTATUS] & HSTATUS_VGEIN) >> HSTATUS_VGEIN_SHIFT;
    HYP_REQUIRE(file >= 1 && file <= TEST_GEILEN);
    return (uint32_t)file;
}

static inline uint64_t test_hgeip(const struct test_hart *h)
{
    uint64_t bits = 0;
    for (uint32_t f = 1; f < TEST_FILES; f++) {
        bits |= h->pends[f] ? BIT(f) : 0;
    }
    return bits;
}

static inline bool test_csr(void *state, unsigned number, enum csr_host_op op, uint64_t value,
                            uint64_t *old)
{
    (void)state;
    struct test_hart *h = test_self;
    uint32_t file;
    switch (number) {
    case CSR_SISELECT:
    case CSR_SIREG:
    case CSR_STOPEI: *old = test_file_csr(h, 0, number, op, value); return true;
    case CSR_VSIREG:
        file = test_vgein(h);
        (void)test_file_csr(h, file, CSR_SISELECT, CSR_HOST_WRITE, h->csr[CSR_VSISELECT]);
        *old = test_file_csr(h, file, CSR_SIREG, op, value);
        return true;
    case CSR_VSTOPEI: *old = test_file_csr(h, test_vgein(h), CSR_STOPEI, op, value); return true;
    case CSR_HGEIE:
        *old = h->csr[number];
        value = op == CSR_HOST_SET     ? *old | value
                : op == CSR_HOST_CLEAR ? *old & ~value
                : op == CSR_HOST_READ  ? *old
                                       : value;
        h->csr[number] = value & (BIT(TEST_FILES) - 2);
        return true;
    case CSR_HGEIP: *old = test_hgeip(h); return true;
    default: return false;
    }
}

/* From now on this thread is that hart. */
static inline void test_be(uint32_t hart)
{
    test_self = &test_hart[hart];
    csr_host_use(test_self->csr);
}

static inline void test_machine(void)
{
    memset(test_hart, 0, sizeof(test_hart));
    for (uint32_t i = 0; i < TEST_HARTS; i++) {
        struct test_hart *h = &test_hart[i];
        struct vimsic_config config = {
            .file_count = TEST_FILES,
            .id_max = TEST_ID_MAX,
            .set_external = test_set_external,
            .ctx = h,
        };
        HYP_REQUIRE(vimsic_init(&h->imsic, &config, h->files) == HYP_OK);
        h->pages = (struct vdev){
            .base = TEST_BASE + ((uint64_t)i << (IMSIC_PAGE_SHIFT + TEST_GUEST_BITS)),
            .size = TEST_FILES * IMSIC_PAGE_SIZE,
            .ops = &vimsic_vdev_ops,
            .state = &h->imsic,
        };
        mmio_host_attach(&h->pages);
    }
    csr_host_attach(test_csr, NULL);
    test_be(0);
}

static inline void test_machine_end(void)
{
    for (uint32_t i = 0; i < TEST_HARTS; i++) {
        HYP_REQUIRE(vimsic_is_valid(&test_hart[i].imsic));
    }
    csr_host_attach(NULL, NULL);
    csr_host_use(NULL);
    mmio_host_reset();
}
