/* SPDX-License-Identifier: Apache-2.0 */
/* A Linux boot image, judged by its header. */
#include <hyp/vm/kernel_image.h>

#include <hyp/base/bits.h>
#include <hyp/base/range.h>

/* Words of the header. */
#define TEXT_OFFSET 1
#define IMAGE_SIZE 2
#define FLAGS 3

#define FLAGS_BIG_ENDIAN 1u

static bool has_memory(const struct vm_config *c, uint64_t gpa, uint64_t *end)
{
    for (uint32_t i = 0; i < c->mem_count; i++) {
        if (range_contains((struct range){c->mem[i].gpa, c->mem[i].size}, gpa)) {
            *end = c->mem[i].gpa + c->mem[i].size;
            return true;
        }
    }
    return false;
}

/* Regions that touch are one. The kernel's room ends where initrd or device tree begin in them. */
static uint64_t room_of(const struct vm_config *c, uint64_t initrd_size)
{
    uint64_t start = c->kernel.gpa;
    uint64_t end = start;
    while (has_memory(c, end, &end)) {
    }
    if (initrd_size != 0 && c->initrd.gpa > start && c->initrd.gpa < end) {
        end = c->initrd.gpa;
    }
    if (c->dtb_gpa > start && c->dtb_gpa < end) {
        end = c->dtb_gpa;
    }
    return end - start;
}

enum kernel_image_fault kernel_image_check(const struct vm_config *c, uint64_t initrd_size,
                                           const uint64_t header[KERNEL_IMAGE_HEADER_WORDS],
                                           struct kernel_image *image)
{
    uint64_t end;
    if (c->entry != c->kernel.gpa || (uint32_t)header[KERNEL_IMAGE_MAGIC2] != KERNEL_IMAGE_RSC_5) {
        return KERNEL_IMAGE_FITS;
    }
    *image = (struct kernel_image){.text_offset = header[TEXT_OFFSET],
                                   .image_size = header[IMAGE_SIZE],
                                   .flags = header[FLAGS],
                                   .room = room_of(c, initrd_size)};
    uint64_t base = c->kernel.gpa - image->text_offset;
    if ((image->flags & FLAGS_BIG_ENDIAN) != 0) {
        return KERNEL_IMAGE_ENDIAN;
    }
    if (base % KERNEL_IMAGE_ALIGN != 0 || !has_memory(c, base, &end)) {
        return KERNEL_IMAGE_OFFSET;
    }
    return image->image_size > image->room ? KERNEL_IMAGE_SIZE : KERNEL_IMAGE_FITS;
}
