/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The firmware's console as a console_dev: by SBI DBCN if there is one, else by the legacy calls.
 *
 * There are no interrupts: its user polls for input. A write takes as long as the firmware's.
 *
 * Implements "Debug Console Extension" and "Legacy Extensions" of the SBI specification.
 */
#pragma once

#include <hyp/base/status.h>
#include <hyp/base/types.h>
#include <hyp/console/console_dev.h>

#define SBI_CONSOLE_TX_SIZE 128

struct sbi_console {
    hpa_t pa;                     /* Host-physical address of this struct. */
    uint8_t rx_byte;              /* DBCN reads into it. */
    bool dbcn;                    /* False: the legacy calls. */
    char tx[SBI_CONSOLE_TX_SIZE]; /* DBCN writes from it. */
};

/*
 * Probes the firmware's extensions. `pa` is the host-physical address of *console, which is
 * physically contiguous.
 * HYP_OK, or HYP_E_UNSUPPORTED: neither DBCN nor the legacy putchar.
 */
HYP_MUST_USE enum hyp_status sbi_console_init(struct sbi_console *console, hpa_t pa);

struct console_dev sbi_console_dev(struct sbi_console *console);
