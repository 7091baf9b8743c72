/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An APLIC model with two harts, for its tests. The physical APLIC and the interrupt files are
 * functions that record their calls.
 */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <hyp/irq/aplic_regs.h>
#include <hyp/irq/vaplic.h>

enum { SOURCES = 1024, IDCS = 2 };

static const uint8_t hart_of[IDCS] = {3, 5};

static struct vaplic v;
static void *storage;
static bool external[IDCS];
static unsigned changes;
static uint32_t machine_inputs, machine_pending; /* Sources 32 … 63. */

/* Calls of the physical APLIC and of the interrupt files, in order; see the functions below. */
static char told[256];

static inline void tell(const char *format, uint32_t a, uint32_t b, uint32_t c)
{
    size_t used = strlen(told);
    (void)snprintf(told + used, sizeof(told) - used, format, a, b, c);
}

static inline uint32_t set_mode(void *state, uint32_t source, uint32_t sm)
{
    (void)state;
    tell("m%u=%u ", source, sm, 0);
    return sm == APLIC_SM_EDGE0 ? APLIC_SM_LEVEL1 : sm; /* WARL: it has no such mode. */
}

static inline void set_target(void *state, uint32_t source, uint32_t hart)
{
    (void)state;
    tell("t%u=%u ", source, hart, 0);
}

static inline void set_enable(void *state, uint32_t source, bool enable)
{
    (void)state;
    tell(enable ? "e+%u " : "e-%u ", source, 0, 0);
}

static inline void set_pending(void *state, uint32_t word, uint32_t bits, bool pending)
{
    (void)state;
    for (uint32_t b = 0; b < 32; b++) {
        if ((bits >> b & 1) != 0) {
            tell(pending ? "p+%u " : "p-%u ", word * 32 + b, 0, 0);
        }
    }
}

static inline uint32_t pending(void *state, uint32_t word)
{
    (void)state;
    return word == 1 ? machine_pending : 0;
}

static inline uint32_t inputs(void *state, uint32_t word)
{
    (void)state;
    tell("i%u ", word, 0, 0);
    return word == 1 ? machine_inputs : 0;
}

static const struct aplic_phys_ops ops = {
    .set_mode = set_mode,
    .set_target = set_target,
    .set_enable = set_enable,
    .set_pending = set_pending,
    .pending = pending,
    .rectified = inputs,
};
static const struct aplic_phys phys = {.ops = &ops, .source_count = 1000};

#define ASSERT_TOLD(text)                \
    do {                                 \
        assert_string_equal(told, text); \
        told[0] = 0;                     \
    } while (0)

static inline void set_external(void *ctx, uint32_t vcpu, bool level)
{
    assert_ptr_equal(ctx, external);
    assert_int_not_equal(external[vcpu], level);
    external[vcpu] = level;
    changes++;
}

static inline void send_msi(void *ctx, uint32_t hart_index, uint32_t guest_index, uint32_t eiid)
{
    assert_ptr_equal(ctx, external);
    tell("msi:%u.%u.%u ", hart_index, guest_index, eiid);
}

static inline bool route(void *ctx, uint32_t source, uint32_t hart_index, uint32_t eiid)
{
    assert_ptr_equal(ctx, external);
    tell("r%u:%u.%u ", source, hart_index, eiid);
    return eiid != 0;
}

static inline struct vaplic_config config_of(uint32_t delivery)
{
    return (struct vaplic_config){
        .source_count = SOURCES,
        .idc_count = IDCS,
        .iprio_bits = 3,
        .delivery = delivery,
        .hart = hart_of,
        .phys = &phys,
        .set_external = set_external,
        .send_msi = send_msi,
        .route = route,
        .ctx = external,
    };
}

static inline int start(uint32_t delivery)
{
    struct vaplic_config config = config_of(delivery);
    storage = calloc(1, vaplic_storage_size(SOURCES, IDCS));
    memset(external, 0, sizeof(external));
    told[0] = 0;
    changes = 0;
    machine_inputs = 0;
    machine_pending = 0;
    return vaplic_init(&v, &config, storage) == HYP_OK ? 0 : -1;
}

static inline int setup(void **state)
{
    (void)state;
    return start(VAPLIC_DIRECT);
}

static inline int setup_msi(void **state)
{
    (void)state;
    return start(VAPLIC_MSI);
}

static inline int teardown(void **state)
{
    (void)state;
    assert_true(vaplic_is_valid(&v));
    free(storage);
    return 0;
}

static inline uint32_t get(uint64_t offset)
{
    uint64_t value = 0;
    assert_int_equal(vdev_read(&vaplic_vdev_ops, &v, offset, 4, &value), VDEV_OK);
    return (uint32_t)value;
}

static inline void put(uint64_t offset, uint32_t value)
{
    assert_int_equal(vdev_write(&vaplic_vdev_ops, &v, offset, 4, value), VDEV_OK);
}

static inline uint64_t idc_at(uint32_t idc, uint64_t reg)
{
    return APLIC_IDC + APLIC_IDC_STRIDE * idc + reg;
}

static inline uint32_t claim(uint32_t idc)
{
    return get(idc_at(idc, APLIC_CLAIMI)) >> APLIC_TOPI_ID_SHIFT;
}

static inline void drive(uint32_t source, bool level)
{
    struct irq_line line = vaplic_line(&v, source);
    irq_line_set(&line, level);
}

/* Linux does this. */
static inline void open_domain(void)
{
    put(APLIC_DOMAINCFG, APLIC_DOMAINCFG_IE);
    for (uint32_t i = 0; i < IDCS; i++) {
        put(idc_at(i, APLIC_IDELIVERY), 1);
    }
}

static inline void open_source(uint32_t source, uint32_t mode, uint32_t target)
{
    put(APLIC_SOURCECFG + 4 * source, mode);
    put(APLIC_TARGET + 4 * source, target);
    put(APLIC_SETIENUM, source);
}

/* One call of the model each. vdev_write() would repeat it until no work is left. */
static inline enum vdev_result write_once(uint64_t offset, uint32_t value)
{
    enum vdev_result result = vaplic_vdev_ops.write(&v, offset, 4, value);
    assert_true(vaplic_is_valid(&v));
    return result;
}

static inline enum vdev_result more(void)
{
    enum vdev_result result = vaplic_vdev_ops.more(&v);
    assert_true(vaplic_is_valid(&v));
    return result;
}
