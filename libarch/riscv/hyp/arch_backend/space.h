/* SPDX-License-Identifier: Apache-2.0 */
/* Where the hypervisor's GiB lies: boot.S and sections.ld say the same. */
#pragma once

#define SPACE_BASE UINT64_C(0xffffffc000000000)
