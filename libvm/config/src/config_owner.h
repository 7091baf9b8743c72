/* SPDX-License-Identifier: Apache-2.0 */
/* The owners of devices, and registers that no VM may have. */
#pragma once

#include "config_run.h"

/* A device and its owner. */
struct config_held_device {
    const struct hyp_device *device;
    struct config_owner owner;
    uint32_t vm_bit; /* 0: the owner is the hypervisor's console or log. */
};

/* Does a VM, the console or the log own this device? */
bool config_device_is_held(const struct config_run *run, const struct hyp_device *device);

typedef void config_device_check(struct config_run *run, const struct config_held_device *a,
                                 const struct config_held_device *b);

/*
 * Calls `check` with device k of VM `vm` and each device after it: the later ones of this VM, those
 * of later VMs, and last the UART of the console or log. So each pair is checked once.
 */
void config_for_later_devices(struct config_run *run, uint32_t vm, uint32_t k,
                              config_device_check *check);

/* Gets block k of the registers that the platform keeps from VMs. False: there are only k. */
bool config_regs_get(const struct hyp_platform *platform, uint32_t k, struct hyp_regs *regs);
