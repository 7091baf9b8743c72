/* SPDX-License-Identifier: Apache-2.0 */
/* The address of the hypervisor's GiB: boot.S and sections.ld have the same. */
#pragma once

#define SPACE_BASE UINT64_C(0xffffffc000000000)
