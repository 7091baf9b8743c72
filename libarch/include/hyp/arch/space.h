/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The seam to the virtual addresses that the hypervisor is linked for: one GiB from SPACE_BASE on,
 * aligned to its size, for which boot.S builds the first table.
 *
 * riscv: the upper half of Sv39. host: addresses that a test can map memory at.
 */
#pragma once

#include <stdint.h>

#include <hyp/arch_backend/space.h>
