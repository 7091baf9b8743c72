/* SPDX-License-Identifier: Apache-2.0 */
/* Checks a Linux boot image by its header. */
#include <hyp/vm/kernel_image.h>

#include <hyp/base/bits.h>
#include <hyp/base/range.h>

/* Indices of words of the header. */
#define TEXT_OFFSET 1
#define IMAGE_SIZE 2
#define FLAGS 3

#define FLAGS_BIG_ENDIAN 1u

/* Is there memory at `gpa`? *end is the end of its region. */
static bool has_memory(const struct vm_config *vm, uint64_t gpa, uint64_t *end)
{
    for (uint32_t i = 0; i < vm->mem_count; i++) {
        if (range_contains((struct range){vm->mem[i].gpa, vm->mem[i].size}, gpa)) {
            *end = vm->mem[i].gpa + vm->mem[i].size;
            return true;
        }
    }
    return false;
}

/* The kernel's room is all regions that touch, up to an initrd or device tree in them. */
static uint64_t room_of(const struct vm_config *vm, uint64_t initrd_size)
{
    uint64_t start = vm->kernel.gpa;
    uint64_t end = start;
    while (has_memory(vm, end, &end)) {
    }
    if (initrd_size != 0 && vm->initrd.gpa > start && vm->initrd.gpa < end) {
        end = vm->initrd.gpa;
    }
    if (vm->dtb_gpa > start && vm->dtb_gpa < end) {
        end = vm->dtb_gpa;
    }
    return end - start;
}

enum kernel_image_fault kernel_image_check(const struct vm_config *vm, uint64_t initrd_size,
                                           const uint64_t header[KERNEL_IMAGE_HEADER_WORDS],
                                           struct kernel_image *image)
{
    uint64_t end;
    if (vm->entry != vm->kernel.gpa ||
        (uint32_t)header[KERNEL_IMAGE_MAGIC2] != KERNEL_IMAGE_RSC_5) {
        return KERNEL_IMAGE_FITS;
    }
    *image = (struct kernel_image){.text_offset = header[TEXT_OFFSET],
                                   .image_size = header[IMAGE_SIZE],
                                   .flags = header[FLAGS],
                                   .room = room_of(vm, initrd_size)};
    uint64_t base = vm->kernel.gpa - image->text_offset;
    if ((image->flags & FLAGS_BIG_ENDIAN) != 0) {
        return KERNEL_IMAGE_ENDIAN;
    }
    if (base % KERNEL_IMAGE_ALIGN != 0 || !has_memory(vm, base, &end)) {
        return KERNEL_IMAGE_OFFSET;
    }
    return image->image_size > image->room ? KERNEL_IMAGE_SIZE : KERNEL_IMAGE_FITS;
}
