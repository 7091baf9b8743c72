/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What can be left out of an image: drivers of interrupt controllers with their models, ways to
 * send IPIs. A file of data in images/ names them for each set; hyp_image() links one.
 *
 * Owner   Const, but for the states that rows name, which are that file's.
 * Locks   None.
 */
#pragma once

#include <hyp/vm/config_choice.h>

#include "libhv/irqc/irqc.h"

struct hv_modules {
    const struct irqc_module *irqcs;
    uint32_t irqc_count;
    const struct ipi_module *ipis;
    uint32_t ipi_count;
    /* Room for the configuration with other controllers than each VM's first; NULL: none is
     * needed, as no other can be found. */
    struct config_selection *selection;
};
