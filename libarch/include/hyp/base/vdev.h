/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A virtual device: a guest-physical range, and the effect of reads and writes of it.
 *
 * The bus of libvm calls it. The models in libirq and libconsole are such devices; a driver's host
 * test uses one in place of the hardware.
 *
 * Units   `offset` is bytes from the device's base; `size` is 1, 2, 4 or 8 bytes. The bus
 * guarantees offset + size <= the device's size, but no alignment: each model handles misaligned
 *         accesses as the hardware does.
 * Owner   `state` belongs to the code that adds the device to the bus.
 * Locks   The caller of read and write holds the lock of the VM that owns the device.
 * Context HS-mode, on any hart of that VM, interrupts off. Never waits.
 * Cost    Each call does a bounded amount of work. VDEV_MORE and VDEV_AGAIN split longer work:
 *         between two calls interrupts are taken and the lock is free. A write changes the device's
 *         registers in its first call and is never repeated, so that writes of another hart cannot
 *         delay it for ever. A read that is repeated does a part of the work each time.
 */
#pragma once

#include <stdint.h>

enum vdev_result {
    VDEV_OK,
    VDEV_FAULT, /* The guest takes an access fault. Nothing has changed. */
    /*
     * Done, but more() must be called before the guest's next instruction. A read with this result
     * may also be repeated: it has no effect that a second read would see.
     */
    VDEV_MORE,
    VDEV_AGAIN, /* Reads only: a part is done, *value is undefined. The read must be repeated. */
};

struct vdev_ops {
    /* Reads a zero-extended value; *value is not changed on VDEV_FAULT. */
    enum vdev_result (*read)(void *state, uint64_t offset, unsigned size, uint64_t *value);
    /* Writes the low `size` bytes of value. */
    enum vdev_result (*write)(void *state, uint64_t offset, unsigned size, uint64_t value);
    /*
     * Does the next part of the work that accesses have left. Returns VDEV_MORE while some is left,
     * else VDEV_OK. NULL: this device never returns VDEV_MORE.
     */
    enum vdev_result (*more)(void *state);
};

/* A whole access, for a caller that does not split it. Returns VDEV_OK or VDEV_FAULT. */
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
