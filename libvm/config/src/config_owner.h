/* SPDX-License-Identifier: Apache-2.0 */
/* Who has which device; registers that no VM may have. */
#pragma once

#include "config_run.h"

/* A device and who has it. */
struct config_holding {
    const struct hyp_device *device;
    struct config_owner owner;
    uint32_t vm_bit; /* 0: the hypervisor's console or log. */
};

/* Has a VM, the console or the log this device? */
bool config_device_is_held(const struct config_run *run, const struct hyp_device *device);

typedef void config_holding_check(struct config_run *run, const struct config_holding *a,
                                  const struct config_holding *b);

/*
 * `check` for each pair of devices that somebody has, whose first is device k of VM `vm`. The
 * console's or log's UART comes behind the devices of all VMs.
 */
void config_for_later_holdings(struct config_run *run, uint32_t vm, uint32_t k,
                               config_holding_check *check);

/* Block k of registers that the platform says no VM may have; false: there are no more. */
bool config_regs_get(const struct hyp_platform *platform, uint32_t k, struct hyp_regs *regs);
