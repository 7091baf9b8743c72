/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The hypervisor's own lines on the console.
 *
 * Before the mux runs a log writes to a device, polled; then through an untagged vconsole in one
 * more port of the mux. A line is written whole or not at all: one that finds no room is dropped
 * and counted, and `hyp: log_dropped=N` precedes the next line that is written.
 *
 * Owner   The caller's storage; one log per producer: a hart, or a VM under its lock.
 * Locks   The producer's. No function takes one or waits (except on the device, before the mux).
 */
#pragma once

#include <stdarg.h>

#include <hyp/console/console_dev.h>
#include <hyp/console/vconsole.h>

#define LOG_LINE_MAX 160u

struct log {
    struct console_dev dev; /* ops NULL: no device. */
    struct vconsole *vc;    /* NULL: direct. */
    uint32_t dropped;       /* Lines dropped since the last one that was written. */
};

/* A log that writes to `dev` directly; NULL: one that drops lines until log_attach(). */
void log_init(struct log *log, const struct console_dev *dev);

/* Lines go through `vc` from now on, for the mux: the device is the console hart's alone. */
void log_attach(struct log *log, struct vconsole *vc);

/* Writes `hyp: ` and the text as one line of at most LOG_LINE_MAX bytes; the rest is cut off. */
void log_line(struct log *log, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* The same without `hyp: `, for `vm NAME stopped: REASON`. */
void log_plain(struct log *log, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
