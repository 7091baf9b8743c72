/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Checks the header of a Linux boot image: whether the kernel fits at its address in the VM.
 *
 * A file without the header's magic number, and one that is not entered at its first byte, is a
 * flat binary: it has no header that could be checked. The fields are not trusted.
 *
 * Units   Bytes; addresses are guest-physical.
 * Locks   None; pure.
 * Spec    Linux, Documentation/arch/riscv: "Boot image header in RISC-V Linux", and "RISC-V Kernel
 *         Boot Requirements and Constraints", "Kernel location".
 */
#pragma once

#include <hyp/vm/config.h>

#define KERNEL_IMAGE_HEADER_WORDS 8
#define KERNEL_IMAGE_MAGIC2 7          /* Index of the word whose low half is KERNEL_IMAGE_RSC_5. */
#define KERNEL_IMAGE_RSC_5 0x05435352u /* "RSC\x05" */
#define KERNEL_IMAGE_ALIGN (2 * HYP_MIB) /* Alignment of (address - text_offset). */

enum kernel_image_fault {
    KERNEL_IMAGE_FITS,   /* It fits, or it is a flat binary. */
    KERNEL_IMAGE_ENDIAN, /* It is big-endian. */
    KERNEL_IMAGE_OFFSET, /* It is not text_offset behind a 2 MiB boundary of the VM's memory. */
    KERNEL_IMAGE_SIZE,   /* It is longer, with its .bss, than `room`. */
};

struct kernel_image {
    uint64_t text_offset;
    uint64_t image_size; /* With .bss; 0: not known, as in old kernels. */
    uint64_t flags;
    uint64_t room; /* Bytes from kernel.gpa to the end of memory, the initrd or the device tree. */
};

/*
 * Checks the first words of the VM's kernel, as a little-endian machine loads them. Fills *image,
 * unless the kernel is a flat binary. `initrd_size` 0: the VM has no initrd.
 */
enum kernel_image_fault kernel_image_check(const struct vm_config *vm, uint64_t initrd_size,
                                           const uint64_t header[KERNEL_IMAGE_HEADER_WORDS],
                                           struct kernel_image *image);
