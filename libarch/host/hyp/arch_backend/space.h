/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The hypervisor's GiB on the host is below 2 GiB, where neither the program nor the shadow of a
 * sanitizer is. A test maps parts of it by mmap(), and the code under test can access these.
 */
#pragma once

#define SPACE_BASE UINT64_C(0x40000000)
