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
        const struct vdev *dev = bus[i];
        if (dev != NULL && address >= dev->base && address - dev->base + size <= dev->size) {
            return dev;
        }
    }
    HYP_PANIC("no model at this address of the host's device bus");
}

uint64_t mmio_host_read(uintptr_t address, unsigned size)
{
    const struct vdev *dev = find(address, size);
    uint64_t value = 0;
    HYP_REQUIRE(vdev_read(dev->ops, dev->state, address - dev->base, size, &value) == VDEV_OK);
    return value;
}

void mmio_host_write(uintptr_t address, unsigned size, uint64_t value)
{
    const struct vdev *dev = find(address, size);
    HYP_REQUIRE(vdev_write(dev->ops, dev->state, address - dev->base, size, value) == VDEV_OK);
}
