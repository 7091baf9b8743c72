/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Guest memory on the host: ranges of guest-physical addresses with bytes of a test.
 *
 * An address in no range, or in one without that access, faults. Copies go byte by byte, so the
 * bytes before the fault have been copied. vsatp is not walked: a guest-virtual address is a
 * guest-physical one.
 */
#pragma once

#include <hyp/arch/guest_mem.h>

struct guest_mem_range {
    uint64_t gpa;
    uint64_t size;
    uint8_t *bytes;
    bool no_read;
    bool no_write;
    bool no_fetch;
};

/*
 * A function that finds the bytes at an address of the hypervisor's space, for guest_mem_write():
 * a pointer to `size` of them, or NULL: it is a pointer of this process. NULL: all are.
 */
typedef const void *(*guest_mem_host_find)(const void *from, uint64_t size);
void guest_mem_host_on_write(guest_mem_host_find find);

/* Up to 4 ranges; `range` is borrowed until guest_mem_host_reset(). Per thread. */
void guest_mem_host_attach(const struct guest_mem_range *range);
void guest_mem_host_reset(void);
