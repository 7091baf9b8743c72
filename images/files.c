/* SPDX-License-Identifier: Apache-2.0 */
/* A VM's files as they are: their sizes, and whether they fit where the configuration has them. */
#include "hyp.h"

#include <hyp/arch/guest_mem.h>
#include <hyp/vm/kernel_image.h>
#include <stdlib.h>
#include <string.h>

#define SIZE_DIGITS_MAX 18 /* Of 64 bits, in hex. */

/* The number that is all of `length` characters; false: it is none, or longer than one can be. */
static bool parse_size(const char *text, size_t length, uint64_t *size)
{
    char *end;
    if (length - 1 >= SIZE_DIGITS_MAX || *text < '0' || *text > '9') {
        return false;
    }
    *size = strtoul(text, &end, 0);
    return end == text + length;
}

static const char *told_size(const struct hyp *h, const struct vm_config *c,
                             const struct vm_blob *b, size_t *length)
{
    return hyp_option(h, c->name, b == &c->kernel ? "kernel-size" : "initrd-size", length);
}

uint64_t hyp_file_size(const struct hyp *h, const struct vm_config *c, const struct vm_blob *b,
                       bool *told)
{
    *told = true;
    if (b->name == 0) {
        return 0;
    }
    for (uint32_t i = 0; !b->load && i < hyp_blob_count; i++) {
        if (strcmp(hyp_blobs[i].name, b->name) == 0) {
            return hyp_blobs[i].size;
        }
    }
    size_t length = 0;
    uint64_t size;
    const char *text = told_size(h, c, b, &length);
    *told = text != 0 && parse_size(text, length, &size);
    return *told ? size : b->max_size;
}

/* What the command line tells of a loaded file, if it tells something, must be a size of one. */
static bool check_size(struct hyp *h, const struct vm_config *c, const struct vm_blob *b)
{
    const char *kind = b == &c->kernel ? "kernel" : "initrd";
    size_t length;
    uint64_t size;
    const char *text = told_size(h, c, b, &length);
    if (b->name == 0 || !b->load || text == 0) {
        return true;
    }
    if (!parse_size(text, length, &size)) {
        log_line(&h->log, "config E-BLOB-SIZE: %s-size of vm %s is not a number", kind, c->name);
        return false;
    }
    /* No initrd has no bytes; a kernel has some. */
    if (size > b->max_size || (size == 0 && b == &c->kernel)) {
        log_line(&h->log, "config E-BLOB-SIZE: %s of vm %s has %lu bytes, its max_size is %lu",
                 kind, c->name, size, b->max_size);
        return false;
    }
    return true;
}

static enum hyp_status check_image(struct hyp *h, const struct vm_config *c)
{
    uint8_t header[KERNEL_IMAGE_HEADER_SIZE];
    struct kernel_image image;
    bool told;
    uint64_t gpa = c->kernel.gpa;
    if (hyp_file_size(h, c, &c->kernel, &told) < sizeof(header)) {
        return HYP_OK;
    }
    HYP_TRY(guest_mem_read(GPA(gpa), header, sizeof(header)));
    switch (kernel_image_check(c, hyp_file_size(h, c, &c->initrd, &told), header, &image)) {
    case KERNEL_IMAGE_FITS: return HYP_OK;
    case KERNEL_IMAGE_ENDIAN:
        log_line(&h->log, "config E-KERNEL-ENDIAN: kernel of vm %s is big-endian", c->name);
        break;
    case KERNEL_IMAGE_OFFSET:
        log_line(&h->log,
                 "config E-KERNEL-OFFSET: kernel of vm %s at gpa 0x%lx is not 0x%lx behind a 2 MiB "
                 "boundary of its memory",
                 c->name, gpa, image.text_offset);
        break;
    case KERNEL_IMAGE_SIZE:
        log_line(&h->log,
                 "config E-KERNEL-SIZE: kernel of vm %s at gpa 0x%lx needs 0x%lx bytes, "
                 "room is for 0x%lx",
                 c->name, gpa, image.image_size, image.room);
        break;
    }
    return HYP_E_FORMAT;
}

enum hyp_status hyp_check_files(struct hyp *h, struct host_vm *hv)
{
    const struct vm_config *c = hv->vm.config;
    bool good = check_size(h, c, &c->kernel);
    good &= check_size(h, c, &c->initrd);
    return good ? check_image(h, c) : HYP_E_FORMAT;
}
