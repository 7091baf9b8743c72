/* SPDX-License-Identifier: Apache-2.0 */
/* Embedded files: they follow the image, and are mapped only while they are copied. */
#include "libhv/vm/vm.h"

#include <hyp/arch/fence.h>
#include <hyp/arch/guest_mem.h>
#include <hyp/base/assert.h>
#include <string.h>

#include "libhv/layout.h"

/* Congruent to the file's hpa modulo 2 MiB, for large leaves. */
static uint64_t va_of(uint64_t hpa)
{
    return HV_BOOT_VA + (hpa & (HV_LEAF - 1));
}

static enum hyp_status copy(struct hv_vms *vms, const struct hyp_blob *blob, gpa_t gpa)
{
    uint64_t hpa = hv_image_hpa(blob->start, vms->load_hpa);
    struct hspace_mapping mapping = {
        .va = va_of(hpa),
        .hpa = HPA(hpa),
        .size = align_up(blob->size, HYP_PAGE_SIZE),
        .perm = HSPACE_R,
        .level_max = PTABLE_2M,
    };
    if (hspace_map(vms->space, &mapping) != HYP_OK) {
        return HYP_E_NOMEM;
    }
    fence_sfence_vma_all();
    enum hyp_status status = guest_mem_write(gpa, (const void *)mapping.va, blob->size);
    enum hyp_status unmapped = hspace_unmap(vms->space, mapping.va, mapping.size);
    HYP_REQUIRE(unmapped == HYP_OK);
    return status;
}

enum hyp_status hv_vm_copy_blob(struct hv_vms *vms, const struct vm_blob *file)
{
    if (file->name == NULL || file->preloaded) {
        return HYP_OK;
    }
    for (uint32_t i = 0; i < vms->build->blob_count; i++) {
        const struct hyp_blob *blob = &vms->build->blobs[i];
        if (strcmp(blob->name, file->name) == 0) {
            return copy(vms, blob, GPA(file->gpa));
        }
    }
    return HYP_E_ABSENT;
}
