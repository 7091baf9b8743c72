/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The hypervisor's GiB lies below 2 GiB on the host, where neither a program nor the shadow
 * of a sanitizer is. What of it a test maps, by mmap(), the code under test can access.
 */
#pragma once

#define SPACE_BASE UINT64_C(0x40000000)
