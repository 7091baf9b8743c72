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
 *         the device's registers in its first call, so no other access can undo its progress; a
 *         repeated read only goes on with work that is never undone. Both end.
 */
#pragma once

#include <stdint.h>

enum vdev_result {
    VDEV_OK,
    VDEV_FAULT, /* The guest gets an access fault, as from a real bus. Nothing has changed. */
    /* Writes only: done, but more() must be called before the guest's next instruction. */
    VDEV_MORE,
    /* Reads only: not done yet, *value is untouched. The same read must be repeated. */
    VDEV_AGAIN,
};

struct vdev_ops {
    /* Zero-extended value into *value; untouched on VDEV_FAULT. */
    enum vdev_result (*read)(void *state, uint64_t offset, unsigned size, uint64_t *value);
    /* Only the low `size` bytes of value count. */
    enum vdev_result (*write)(void *state, uint64_t offset, unsigned size, uint64_t value);
    /*
     * The next part of what writes have left to do: VDEV_MORE while some is left, else VDEV_OK.
     * NULL: no write of this device answers VDEV_MORE.
     */
    enum vdev_result (*more)(void *state);
};

struct vdev {
    uint64_t base; /* Guest-physical. */
    uint64_t size;
    const struct vdev_ops *ops;
    void *state;
};
