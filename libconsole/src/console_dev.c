/* SPDX-License-Identifier: Apache-2.0 */
/* Polled output, for boot and panic. */
#include <hyp/console/console_dev.h>

static bool put_polled(const struct console_dev *dev, uint8_t byte, uint32_t spins)
{
    for (uint32_t i = 0; i < spins; i++) {
        if (dev->ops->try_put(dev->state, byte)) {
            return true;
        }
    }
    return false;
}

size_t console_dev_write(const struct console_dev *dev, const char *text, size_t size,
                         uint32_t spins)
{
    for (size_t i = 0; i < size; i++) {
        if ((text[i] == '\n' && !put_polled(dev, '\r', spins)) ||
            !put_polled(dev, (uint8_t)text[i], spins)) {
            return i;
        }
    }
    return size;
}
