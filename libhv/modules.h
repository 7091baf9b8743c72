/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Modules, which an image may leave out: drivers of interrupt controllers, and IPIs without the
 * firmware. Each images/modules_*.c is a set of them; hyp_image() links one.
 *
 * Owner   Const. The drivers' states belong to the file that names them.
 * Locks   None.
 */
#pragma once

#include <hyp/vm/irqc_select.h>

#include "libhv/irqc/irqc.h"

struct hv_modules {
    const struct irqc_module *irqcs;
    uint32_t irqc_count;
    const struct ipi_module *ipis;
    uint32_t ipi_count;
    /* Memory for a configuration with other controllers than each VM's first. NULL: there is one
     * driver only, so no other controller can be found. */
    struct irqc_selection *selection;
};
