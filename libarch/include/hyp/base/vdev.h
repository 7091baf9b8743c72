/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A virtual device: a guest-physical range and what a read or a write of it does.
 *
 * libvm's bus dispatches to it; the models in libirq and libconsole are such
 * devices; the fake hardware behind a driver's host test is one, too.
 *
 * Units   `offset` is bytes from the device's base; `size` is 1, 2, 4 or 8 bytes.
 *         The bus guarantees offset + size <= the device's size, and nothing
 *         about alignment: each model answers misaligned accesses as the chip would.
 * Owner   `state` belongs to whoever put the device on the bus.
 * Locks   The caller of read and write holds the lock of the VM that owns the device.
 * Context HS-mode, on any hart of that VM, interrupts off. Never waits.
 * Cost    One call does a bounded amount of work. VDEV_MORE and VDEV_AGAIN split what is longer:
 *         interrupts are taken and the lock is free between two calls. A write has its effect on
 *         the device's registers in its first call and is never repeated, so what another hart
 *         writes meanwhile cannot keep it from its end. A repeated read does a part each time.
 */
#pragma once

#include <stdint.h>

enum vdev_result {
    VDEV_OK,
    VDEV_FAULT, /* The guest gets an access fault, as from a real bus. Nothing has changed. */
    /*
     * Done, but more() must be called before the guest's next instruction. A read that answers
     * this may be repeated as well: it has changed nothing that another one would see.
     */
    VDEV_MORE,
    VDEV_AGAIN, /* Reads only: a part is done, *value means nothing. The read must be repeated. */
};

struct vdev_ops {
    /* Zero-extended value into *value; untouched on VDEV_FAULT. */
    enum vdev_result (*read)(void *state, uint64_t offset, unsigned size, uint64_t *value);
    /* Only the low `size` bytes of value count. */
    enum vdev_result (*write)(void *state, uint64_t offset, unsigned size, uint64_t value);
    /*
     * The next part of what accesses have left to do: VDEV_MORE while some is left, else VDEV_OK.
     * NULL: this device never answers VDEV_MORE.
     */
    enum vdev_result (*more)(void *state);
};

/* A whole access, for an embedder that has no need to split it. VDEV_OK or VDEV_FAULT. */
static inline enum vdev_result vdev_read(const struct vdev_ops *ops, void *state, uint64_t offset,
                                         unsigned size, uint64_t *value)
{
    enum vdev_result result = VDEV_AGAIN;
    while (result == VDEV_AGAIN) {
        result = ops->read(state, offset, size, value);
    }
    while (result == VDEV_MORE) {
        result = ops->more(state);
    }
    return result;
}

static inline enum vdev_result vdev_write(const struct vdev_ops *ops, void *state, uint64_t offset,
                                          unsigned size, uint64_t value)
{
    enum vdev_result result = ops->write(state, offset, size, value);
    while (result == VDEV_MORE) {
        result = ops->more(state);
    }
    return result;
}

struct vdev {
    uint64_t base; /* Guest-physical. */
    uint64_t size;
    const struct vdev_ops *ops;
    void *state;
};
