/* SPDX-License-Identifier: Apache-2.0 */
/* The hypervisor's GiB in the upper half of Sv39. Assembly includes this file, too. */
#pragma once

#define SPACE_BASE 0xffffffc000000000
