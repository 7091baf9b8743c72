/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where the hypervisor's GiB lies on the host: below 2 GiB, where neither a program nor the shadow
 * of a sanitizer is. What of it a test maps, by mmap(), the code under test can access.
 */
#pragma once

#define SPACE_BASE UINT64_C(0x40000000)
