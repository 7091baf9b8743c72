/* SPDX-License-Identifier: Apache-2.0 */
/* A Linux boot image, judged by its header. */
#include <hyp/vm/kernel_image.h>

#include <hyp/base/bits.h>
#include <hyp/base/range.h>
#include <string.h>

#define TEXT_OFFSET 8
#define IMAGE_SIZE 16
#define FLAGS 24
#define FLAGS_BIG_ENDIAN 1u
#define MAGIC2 56

static uint64_t field(const uint8_t *header, size_t at)
{
    uint64_t value = 0;
    for (size_t i = 8; i-- > 0;) {
        value = value << 8 | header[at + i];
    }
    return value;
}

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

/* Regions that touch are one. What else lies in them lies behind the kernel's own room. */
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
                                           const uint8_t header[KERNEL_IMAGE_HEADER_SIZE],
                                           struct kernel_image *image)
{
    uint64_t end;
    if (c->entry != c->kernel.gpa || memcmp(header + MAGIC2, "RSC\x05", 4) != 0) {
        return KERNEL_IMAGE_FITS;
    }
    *image = (struct kernel_image){.text_offset = field(header, TEXT_OFFSET),
                                   .image_size = field(header, IMAGE_SIZE),
                                   .room = room_of(c, initrd_size)};
    uint64_t base = c->kernel.gpa - image->text_offset;
    if ((field(header, FLAGS) & FLAGS_BIG_ENDIAN) != 0) {
        return KERNEL_IMAGE_ENDIAN;
    }
    if (base % KERNEL_IMAGE_ALIGN != 0 || !has_memory(c, base, &end)) {
        return KERNEL_IMAGE_OFFSET;
    }
    return image->image_size > image->room ? KERNEL_IMAGE_SIZE : KERNEL_IMAGE_FITS;
}
