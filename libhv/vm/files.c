/* SPDX-License-Identifier: Apache-2.0 */
/* Checks a VM's files: their sizes, and whether they fit where the configuration places them. */
#include "libhv/vm/vm.h"

#include <hyp/arch/guest_mem.h>
#include <hyp/vm/config_option.h>
#include <hyp/vm/kernel_image.h>
#include <string.h>

#define SIZE_SHOWN 31 /* Characters of a size that a line shows. */

/* True if the file is embedded; then sets *size. */
static bool is_embedded(const struct hv_build *build, const struct vm_blob *blob, uint64_t *size)
{
    for (uint32_t i = 0; !blob->preloaded && i < build->blob_count; i++) {
        if (strcmp(build->blobs[i].name, blob->name) == 0) {
            *size = build->blobs[i].size;
            return true;
        }
    }
    return false;
}

/* Sets *file. False: the command line gives a preloaded file a size that does not fit. */
static bool find_size(struct hv_vms *vms, const struct vm_config *config,
                      const struct vm_blob *blob, struct hv_file *file)
{
    bool is_kernel = blob == &config->kernel;
    size_t length;
    *file = (struct hv_file){.size_known = true};
    if (blob->name == NULL || is_embedded(vms->build, blob, &file->size)) {
        return true;
    }
    const char *text = config_option_get(vms->machine->bootargs, config->name,
                                         is_kernel ? "kernel-size" : "initrd-size", &length);
    if (text == NULL) {
        *file = (struct hv_file){.size = blob->max_size};
        return true;
    }
    /* Size 0 means that there is no initrd; a kernel cannot be empty. */
    if (!config_option_size(text, length, &file->size) || file->size > blob->max_size ||
        (file->size == 0 && is_kernel)) {
        char shown[SIZE_SHOWN + 1] = "";
        memcpy(shown, text, length < SIZE_SHOWN ? length : SIZE_SHOWN);
        log_line(vms->log, "config E-BLOB-SIZE: %s-size of vm %s is %s, its max_size is %lu",
                 is_kernel ? "kernel" : "initrd", config->name, shown, blob->max_size);
        return false;
    }
    return true;
}

static enum hyp_status check_image(struct hv_vms *vms, const struct hv_vm *hv_vm)
{
    static const char *const faults[] = {
        [KERNEL_IMAGE_ENDIAN] = "ENDIAN",
        [KERNEL_IMAGE_OFFSET] = "OFFSET",
        [KERNEL_IMAGE_SIZE] = "SIZE",
    };
    uint64_t header[KERNEL_IMAGE_HEADER_WORDS];
    struct kernel_image image;
    const struct vm_config *config = hv_vm->vm.config;
    if (hv_vm->kernel.size < sizeof(header)) {
        return HYP_OK;
    }
    uint64_t *magic2 = &header[KERNEL_IMAGE_MAGIC2];
    HYP_TRY(guest_mem_read(GPA(config->kernel.gpa + sizeof(*magic2) * KERNEL_IMAGE_MAGIC2), magic2,
                           sizeof(*magic2)));
    if ((uint32_t)*magic2 != KERNEL_IMAGE_RSC_5) {
        return HYP_OK; /* A flat binary has no header. */
    }
    HYP_TRY(guest_mem_read(GPA(config->kernel.gpa), header, sizeof(header)));
    enum kernel_image_fault fault = kernel_image_check(config, hv_vm->initrd.size, header, &image);
    if (fault == KERNEL_IMAGE_FITS) {
        return HYP_OK;
    }
    log_line(vms->log,
             "config E-KERNEL-%s: kernel of vm %s at 0x%lx: text_offset 0x%lx, image_size 0x%lx, "
             "flags 0x%lx, room 0x%lx",
             faults[fault], config->name, config->kernel.gpa, image.text_offset, image.image_size,
             image.flags, image.room);
    return HYP_E_FORMAT;
}

enum hyp_status hv_vm_check_files(struct hv_vms *vms, struct hv_vm *hv_vm)
{
    const struct vm_config *config = hv_vm->vm.config;
    bool good = find_size(vms, config, &config->kernel, &hv_vm->kernel);
    good &= find_size(vms, config, &config->initrd, &hv_vm->initrd);
    return good ? check_image(vms, hv_vm) : HYP_E_FORMAT;
}
