/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The seam to the hypervisor's virtual addresses: one GiB from SPACE_BASE, aligned to its size. The
 * image is linked there, and boot.S builds the first table for it.
 *
 * riscv: in the upper half of Sv39. host: addresses at which a test can map memory.
 */
#pragma once

#include <stdint.h>

#include <hyp/arch_backend/space.h>
