/* SPDX-License-Identifier: Apache-2.0 */
/* A VM's files as they are: their sizes, and whether they fit where the configuration has them. */
#include "hyp.h"

#include <hyp/arch/guest_mem.h>
#include <hyp/vm/kernel_image.h>
#include <stdlib.h>
#include <string.h>

#define SIZE_DIGITS_MAX 18 /* Characters of a number of 64 bits in hex, 0x included. */
#define SIZE_SHOWN 31      /* Characters that a finding shows of it. */

/* False unless all `length` characters are one number of up to 64 bits. */
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

/* The size that the command line gives a loaded file, if it does, must be one that fits. */
static bool check_size(struct hyp *h, const struct vm_config *c, const struct vm_blob *b)
{
    const char *kind = b == &c->kernel ? "kernel" : "initrd";
    size_t length;
    uint64_t size;
    const char *text = told_size(h, c, b, &length);
    if (b->name == 0 || !b->load || text == 0) {
        return true;
    }
    /* Size 0 means that there is no initrd; a kernel has to have some bytes. */
    if (!parse_size(text, length, &size) || size > b->max_size || (size == 0 && b == &c->kernel)) {
        char shown[SIZE_SHOWN + 1] = "";
        memcpy(shown, text, length < SIZE_SHOWN ? length : SIZE_SHOWN);
        log_line(&h->log, "config E-BLOB-SIZE: %s-size of vm %s is %s, its max_size is %lu", kind,
                 c->name, shown, b->max_size);
        return false;
    }
    return true;
}

static enum hyp_status check_image(struct hyp *h, const struct vm_config *c)
{
    static const char *const faults[] = {
        [KERNEL_IMAGE_ENDIAN] = "ENDIAN",
        [KERNEL_IMAGE_OFFSET] = "OFFSET",
        [KERNEL_IMAGE_SIZE] = "SIZE",
    };
    uint64_t header[KERNEL_IMAGE_HEADER_WORDS];
    struct kernel_image image;
    bool told;
    if (hyp_file_size(h, c, &c->kernel, &told) < sizeof(header)) {
        return HYP_OK;
    }
    HYP_TRY(guest_mem_read(GPA(c->kernel.gpa), header, sizeof(header)));
    enum kernel_image_fault fault =
        kernel_image_check(c, hyp_file_size(h, c, &c->initrd, &told), header, &image);
    if (fault == KERNEL_IMAGE_FITS) {
        return HYP_OK;
    }
    log_line(&h->log,
             "config E-KERNEL-%s: kernel of vm %s at 0x%lx: text_offset 0x%lx, image_size 0x%lx, "
             "flags 0x%lx, room 0x%lx",
             faults[fault], c->name, c->kernel.gpa, image.text_offset, image.image_size,
             image.flags, image.room);
    return HYP_E_FORMAT;
}

enum hyp_status hyp_check_files(struct hyp *h, struct host_vm *hv)
{
    const struct vm_config *c = hv->vm.config;
    bool good = check_size(h, c, &c->kernel);
    good &= check_size(h, c, &c->initrd);
    return good ? check_image(h, c) : HYP_E_FORMAT;
}
