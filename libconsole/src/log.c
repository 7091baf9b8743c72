/* SPDX-License-Identifier: Apache-2.0 */
/* The hypervisor's own lines. */
#include <hyp/console/log.h>

#include <hyp/console/format.h>

#include <string.h>

/* A byte takes 87 us at 115200 baud; a device that is gone must not delay boot for long. */
#define LOG_SPINS 100000u

void log_init(struct log *log, const struct console_dev *dev)
{
    *log = (struct log){0};
    if (dev != NULL) {
        log->dev = *dev;
    }
}

void log_attach(struct log *log, struct vconsole *vc)
{
    log->vc = vc;
}

static bool write_text(struct log *log, const char *line, size_t length)
{
    if (log->vc != NULL) {
        bool must_wake;
        const uint8_t *bytes = (const uint8_t *)line;
        bool fits = vconsole_write(log->vc, bytes, (uint32_t)length, &must_wake);
        if (must_wake) {
            vconsole_wake_mux(log->vc);
        }
        return fits;
    }
    return log->dev.ops != NULL && console_dev_write(&log->dev, line, length, LOG_SPINS) == length;
}

/* `line` is a buffer of LOG_LINE_MAX bytes, so there is always room for the line end. */
static void write_line(struct log *log, char *line, size_t length)
{
    line[length] = '\n';
    if (log->dropped != 0) {
        char note[32];
        size_t count = format_buf(note, sizeof(note), "hyp: log_dropped=%u\n", log->dropped);
        if (write_text(log, note, count)) {
            log->dropped = 0;
        }
    }
    if (log->dropped != 0 || !write_text(log, line, length + 1)) {
        log->dropped++;
    }
}

void log_line(struct log *log, const char *fmt, ...)
{
    static const char head[5] = "hyp: ";
    char line[LOG_LINE_MAX];
    va_list args;
    memcpy(line, head, sizeof(head));
    va_start(args, fmt);
    size_t length =
        sizeof(head) + format_vbuf(line + sizeof(head), sizeof(line) - sizeof(head), fmt, args);
    va_end(args);
    write_line(log, line, length);
}

void log_plain(struct log *log, const char *fmt, ...)
{
    char line[LOG_LINE_MAX];
    va_list args;
    va_start(args, fmt);
    size_t length = format_vbuf(line, sizeof(line), fmt, args);
    va_end(args);
    write_line(log, line, length);
}
