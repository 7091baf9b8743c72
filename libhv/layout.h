/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The hypervisor's virtual addresses: one GiB, Sv39 (docs/decisions/0001-one-space.md).
 *
 *   SPACE_BASE    the image: text R-X, rodata R--, data RW-
 *   HV_POOL_VA    the pool RW-
 *   HV_BOOT_VA    boot only: the machine's device tree; later an embedded file while it is copied
 *   HV_STACK_VA   stacks, each between guard pages
 *   HV_DEVICE_VA  devices
 *
 * No guest memory is mapped.
 */
#pragma once

#include <hyp/arch/space.h>
#include <hyp/base/types.h>

#define HV_POOL_VA (SPACE_BASE + 64 * HYP_MIB)
#define HV_BOOT_VA (SPACE_BASE + 128 * HYP_MIB)
#define HV_STACK_VA (SPACE_BASE + 256 * HYP_MIB)
#define HV_DEVICE_VA (SPACE_BASE + 512 * HYP_MIB)
#define HV_WINDOW_SIZE (256 * HYP_MIB)
#define HV_LEAF (2 * HYP_MIB)

/* Pages of a hart's stack, and of its stack for faults in HS-mode. */
#define HV_STACK_PAGES 2
#define HV_FAULT_STACK_PAGES 1

/* Host-physical address of `link`, an address in the image, which is loaded at load_hpa. */
static inline uint64_t hv_image_hpa(const void *link, uint64_t load_hpa)
{
    return (uint64_t)(uintptr_t)link - SPACE_BASE + load_hpa;
}
