/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What can be left out of an image: drivers of interrupt controllers with their models, ways to
 * send IPIs. A file of data in images/ names them for each set; hyp_image() links one.
 *
 * Owner   Const, but for the states that rows name, which are that file's.
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
    /* Holds the configuration with the selected controller of each VM; NULL: the modules can give
     * no VM another one than its irqc. */
    struct irqc_selection *selection;
};
