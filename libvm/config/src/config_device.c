/* SPDX-License-Identifier: Apache-2.0 */
/* Finds the devices of the platform that VMs name. */
#include <hyp/vm/config_input.h>

#include "config_text.h"

const struct hyp_device *config_find_device(const struct hyp_platform *platform, const char *name)
{
    for (uint32_t i = 0; i < platform->device_count; i++) {
        if (config_text_is_equal(platform->devices[i].name, name)) {
            return &platform->devices[i];
        }
    }
    return NULL;
}

const struct hyp_device *config_device(const struct config_input *in, uint32_t vm, uint32_t i)
{
    return in->device_index != NULL
               ? &in->platform->devices[in->device_index[vm][i]]
               : config_find_device(in->platform, in->config->vms[vm].devices[i].name);
}

static bool is_uncontained(const struct hyp_device *device)
{
    return device != NULL && device->dma && !device->iommu;
}

bool config_vm_is_contained(const struct config_input *in, uint32_t vm)
{
    for (uint32_t i = 0; i < in->config->vms[vm].device_count; i++) {
        if (is_uncontained(config_device(in, vm, i))) {
            return false;
        }
    }
    return true;
}
