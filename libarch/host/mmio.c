/* SPDX-License-Identifier: Apache-2.0 */
/* The device bus of the host, with models in place of hardware. */
#include <hyp/arch/mmio.h>

#include <hyp/base/assert.h>
#include <stddef.h>

#define BUS_MAX 8

static _Thread_local const struct vdev *bus[BUS_MAX];

void mmio_host_attach(const struct vdev *dev)
{
    for (unsigned i = 0; i < BUS_MAX; i++) {
        if (bus[i] == NULL) {
            bus[i] = dev;
            return;
        }
    }
    HYP_PANIC("the host's device bus is full");
}

void mmio_host_reset(void)
{
    for (unsigned i = 0; i < BUS_MAX; i++) {
        bus[i] = NULL;
    }
}

static const struct vdev *find(uintptr_t address, unsigned size)
{
    for (unsigned i = 0; i < BUS_MAX; i++) {
        const struct vdev *d = bus[i];
        if (d != NULL && address >= d->base && address - d->base + size <= d->size) {
            return d;
        }
    }
    HYP_PANIC("no model at this address of the host's device bus");
}

uint64_t mmio_host_read(uintptr_t address, unsigned size)
{
    const struct vdev *d = find(address, size);
    uint64_t value = 0;
    HYP_REQUIRE(vdev_read(d->ops, d->state, address - d->base, size, &value) == VDEV_OK);
    return value;
}

void mmio_host_write(uintptr_t address, unsigned size, uint64_t value)
{
    const struct vdev *d = find(address, size);
    HYP_REQUIRE(vdev_write(d->ops, d->state, address - d->base, size, value) == VDEV_OK);
}
