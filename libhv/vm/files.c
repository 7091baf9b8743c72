/* SPDX-License-Identifier: Apache-2.0 */
/* A VM's files as they are: their sizes, and whether they fit where the configuration has them. */
#include "libhv/vm/vm.h"

#include <hyp/arch/guest_mem.h>
#include <hyp/vm/config_option.h>
#include <hyp/vm/kernel_image.h>
#include <string.h>

#define SIZE_SHOWN 31 /* Characters that a finding shows of it. */

/* True: it is embedded, and this is its size. */
static bool is_embedded(const struct hv_build *build, const struct vm_blob *b, uint64_t *size)
{
    for (uint32_t i = 0; !b->preloaded && i < build->blob_count; i++) {
        if (strcmp(build->blobs[i].name, b->name) == 0) {
            *size = build->blobs[i].size;
            return true;
        }
    }
    return false;
}

/* The size that the command line gives a loaded file, if it does, must be one that fits. */
static bool find_size(struct hv_vms *vms, const struct vm_config *c, const struct vm_blob *b,
                      struct hv_file *file)
{
    bool is_kernel = b == &c->kernel;
    size_t length;
    *file = (struct hv_file){.is_told = true};
    if (b->name == 0 || is_embedded(vms->build, b, &file->size)) {
        return true;
    }
    const char *text = config_option_get(vms->machine->bootargs, c->name,
                                         is_kernel ? "kernel-size" : "initrd-size", &length);
    if (text == 0) {
        *file = (struct hv_file){.size = b->max_size};
        return true;
    }
    /* Size 0 means that there is no initrd; a kernel has to have some bytes. */
    if (!config_option_size(text, length, &file->size) || file->size > b->max_size ||
        (file->size == 0 && is_kernel)) {
        char shown[SIZE_SHOWN + 1] = "";
        memcpy(shown, text, length < SIZE_SHOWN ? length : SIZE_SHOWN);
        log_line(vms->log, "config E-BLOB-SIZE: %s-size of vm %s is %s, its max_size is %lu",
                 is_kernel ? "kernel" : "initrd", c->name, shown, b->max_size);
        return false;
    }
    return true;
}

static enum hyp_status check_image(struct hv_vms *vms, const struct hv_vm *hv)
{
    static const char *const faults[] = {
        [KERNEL_IMAGE_ENDIAN] = "ENDIAN",
        [KERNEL_IMAGE_OFFSET] = "OFFSET",
        [KERNEL_IMAGE_SIZE] = "SIZE",
    };
    uint64_t header[KERNEL_IMAGE_HEADER_WORDS];
    struct kernel_image image;
    const struct vm_config *c = hv->vm.config;
    if (hv->kernel.size < sizeof(header)) {
        return HYP_OK;
    }
    uint64_t *magic2 = &header[KERNEL_IMAGE_MAGIC2];
    HYP_TRY(guest_mem_read(GPA(c->kernel.gpa + sizeof(*magic2) * KERNEL_IMAGE_MAGIC2), magic2,
                           sizeof(*magic2)));
    if ((uint32_t)*magic2 != KERNEL_IMAGE_RSC_5) {
        return HYP_OK; /* A flat binary: the rest of its first words means nothing. */
    }
    HYP_TRY(guest_mem_read(GPA(c->kernel.gpa), header, sizeof(header)));
    enum kernel_image_fault fault = kernel_image_check(c, hv->initrd.size, header, &image);
    if (fault == KERNEL_IMAGE_FITS) {
        return HYP_OK;
    }
    log_line(vms->log,
             "config E-KERNEL-%s: kernel of vm %s at 0x%lx: text_offset 0x%lx, image_size 0x%lx, "
             "flags 0x%lx, room 0x%lx",
             faults[fault], c->name, c->kernel.gpa, image.text_offset, image.image_size,
             image.flags, image.room);
    return HYP_E_FORMAT;
}

enum hyp_status hv_vm_check_files(struct hv_vms *vms, struct hv_vm *hv)
{
    const struct vm_config *c = hv->vm.config;
    bool good = find_size(vms, c, &c->kernel, &hv->kernel);
    good &= find_size(vms, c, &c->initrd, &hv->initrd);
    return good ? check_image(vms, hv) : HYP_E_FORMAT;
}
