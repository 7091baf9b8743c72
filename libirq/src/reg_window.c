/* SPDX-License-Identifier: Apache-2.0 */
/* Accesses of a window of 32-bit registers. */
#include "reg_window.h"

#include <stddef.h>

/* Registers that the access names; 0: it faults. */
static unsigned register_count(const struct reg_window *window, uint64_t offset, unsigned size)
{
    if (size == 4 && offset % 4 == 0 && offset < window->size) {
        return 1;
    }
    return size == 8 && offset % 8 == 4 && offset <= window->size - 8 ? 2 : 0;
}

enum vdev_result reg_window_read(const struct reg_window *window, void *state, uint64_t offset,
                                 unsigned size, uint64_t *value)
{
    unsigned count = register_count(window, offset, size);
    if (count < 2) {
        return count == 0 ? VDEV_FAULT : window->read(state, offset, value);
    }
    uint64_t high;
    uint64_t low;
    enum vdev_result first = window->read(state, offset, &low);
    if (first == VDEV_AGAIN) {
        return first;
    }
    /* VDEV_AGAIN repeats the lower one, too. An APLIC's topi can be the higher one, its claimi not,
     * so no claim is repeated. */
    enum vdev_result second = window->read(state, offset + 4, &high);
    *value = low | high << 32;
    return second == VDEV_OK ? first : second;
}

enum vdev_result reg_window_write(const struct reg_window *window, void *state, uint64_t offset,
                                  unsigned size, uint64_t value)
{
    unsigned count = register_count(window, offset, size);
    if (count == 0) {
        return VDEV_FAULT;
    }
    for (; count != 0; count--) {
        window->write(state, offset, (uint32_t)value);
        offset += 4;
        value >>= 32;
    }
    return window->more != NULL ? window->more(state) : VDEV_OK;
}
