/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The header of a kernel that is a Linux boot image: does it fit where the VM has it?
 *
 * A file without the header's magic number, and one that is not entered at its first byte, is a
 * flat binary, of which nothing is known. The fields are untrusted.
 *
 * Units   Bytes; addresses are guest-physical.
 * Locks   None; pure.
 * Spec    Linux, Documentation/arch/riscv: "Boot image header in RISC-V Linux", and "RISC-V Kernel
 *         Boot Requirements and Constraints", "Kernel location".
 */
#pragma once

#include <hyp/vm/config.h>

#define KERNEL_IMAGE_HEADER_WORDS 8
#define KERNEL_IMAGE_MAGIC2 7            /* The word whose low half is: */
#define KERNEL_IMAGE_RSC_5 0x05435352u   /* "RSC", 5. */
#define KERNEL_IMAGE_ALIGN (2 * HYP_MIB) /* Alignment of the kernel's address - text_offset. */

enum kernel_image_fault {
    KERNEL_IMAGE_FITS,   /* Or it is a flat binary. */
    KERNEL_IMAGE_ENDIAN, /* It is big-endian. */
    KERNEL_IMAGE_OFFSET, /* Not at text_offset behind a 2 MiB boundary of the VM's memory. */
    KERNEL_IMAGE_SIZE,   /* It is longer, its .bss included, than the memory free for it. */
};

struct kernel_image {
    uint64_t text_offset;
    uint64_t image_size; /* Its .bss included; 0: not known, old kernels have none. */
    uint64_t flags;
    uint64_t room; /* Bytes from kernel.gpa to the end of memory, the initrd or the device tree. */
};

/*
 * Judges the first words of c->kernel, as a little-endian machine loads them, and fills *image
 * unless it is a flat binary. `initrd_size` 0: the VM has no initrd.
 */
enum kernel_image_fault kernel_image_check(const struct vm_config *c, uint64_t initrd_size,
                                           const uint64_t header[KERNEL_IMAGE_HEADER_WORDS],
                                           struct kernel_image *image);
