/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Accesses of any size and alignment to a model's register window and to its reference, which has
 * registers of 32 bits: both must agree on the value, and on which accesses fault.
 */
#pragma once

#include <hyp/base/vdev.h>
#include <prop.h>

struct ref;

struct test_window {
    const struct vdev_ops *ops;
    void *state;
    uint64_t size;
    struct ref *ref;
    uint32_t (*ref_read)(struct ref *ref, uint64_t offset);
    void (*ref_write)(struct ref *ref, uint64_t offset, uint32_t value);
};

#define TEST_WINDOW_BEYOND 16 /* test_window_every() also tries as many bytes after the end. */

/* Registers that an access names: as on QEMU's bus, one, or two at 4 mod 8. 0: a fault. */
static inline unsigned test_window_count(const struct test_window *w, uint64_t offset,
                                         unsigned size)
{
    if (offset + size > w->size) {
        return 0;
    }
    return size == 4 && offset % 4 == 0 ? 1 : size == 8 && offset % 8 == 4 ? 2 : 0;
}

static inline void test_window_load(const struct test_window *w, uint64_t offset, unsigned size)
{
    const uint64_t before = 0x5a5a5a5a5a5a5a5a;
    uint64_t value = before;
    unsigned count = test_window_count(w, offset, size);
    PROP_ASSERT((vdev_read(w->ops, w->state, offset, size, &value) == VDEV_OK) == (count != 0));
    uint64_t want = count == 0 ? before : 0;
    for (unsigned i = 0; i < count; i++) {
        want |= (uint64_t)w->ref_read(w->ref, offset + 4 * i) << 32 * i;
    }
    PROP_ASSERT(value == want);
}

static inline void test_window_store(const struct test_window *w, uint64_t offset, unsigned size,
                                     uint64_t value)
{
    unsigned count = test_window_count(w, offset, size);
    PROP_ASSERT((vdev_write(w->ops, w->state, offset, size, value) == VDEV_OK) == (count != 0));
    for (unsigned i = 0; i < count; i++) {
        w->ref_write(w->ref, offset + 4 * i, (uint32_t)(value >> 32 * i));
    }
}

static inline unsigned test_window_draw_size(void)
{
    static const unsigned sizes[] = {4, 4, 4, 4, 4, 8, 1, 2};
    return sizes[prop_u64(8)];
}

/* Stores and loads in all sizes at every byte, then loads of all registers. */
static inline void test_window_every(const struct test_window *w)
{
    for (uint64_t offset = 0; offset < w->size + TEST_WINDOW_BEYOND; offset++) {
        for (unsigned size = 1; size <= 8; size *= 2) {
            /* The values differ. The loads that follow must not see one that faulted. */
            test_window_store(w, offset, size, offset * UINT64_C(0x9e3779b97f4a7c15) >> 8);
            test_window_load(w, offset, size);
        }
    }
    for (uint64_t offset = 0; offset < w->size; offset += 4) {
        test_window_load(w, offset, 4);
    }
}
