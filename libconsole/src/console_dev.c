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

/* Writes at least one byte, unless the device has no room. Returns how many. */
static size_t write_some(const struct console_dev *dev, const char *text, size_t size,
                         uint32_t spins)
{
    size_t done = dev->ops->try_write != NULL ? dev->ops->try_write(dev->state, text, size) : 0;
    if (done != 0) {
        return done;
    }
    return put_polled(dev, (uint8_t)text[0], spins) ? 1 : 0;
}

static size_t write_all(const struct console_dev *dev, const char *text, size_t size,
                        uint32_t spins)
{
    size_t done = 0;
    while (done < size) {
        size_t now = write_some(dev, text + done, size - done, spins);
        if (now == 0) {
            break;
        }
        done += now;
    }
    return done;
}

size_t console_dev_write(const struct console_dev *dev, const char *text, size_t size,
                         uint32_t spins)
{
    size_t done = 0;
    while (done < size) {
        if (text[done] == '\n') {
            if (write_all(dev, "\r\n", 2, spins) != 2) {
                break;
            }
            done++;
            continue;
        }
        size_t end = done;
        while (end < size && text[end] != '\n') {
            end++;
        }
        done += write_all(dev, text + done, end - done, spins);
        if (done != end) {
            break;
        }
    }
    return done;
}
