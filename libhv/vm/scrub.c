/* SPDX-License-Identifier: Apache-2.0 */
/* Lists the memory that a VM's harts clear: all but files and kept regions. */
#include "libhv/vm/vm.h"

#include <hyp/arch/guest_mem.h>
#include <hyp/base/assert.h>

_Static_assert(SCRUB_REGION_MAX == CONFIG_MEM_MAX, "scrub.h");

static bool file_covers_tree(const struct hv_vms *vms, uint32_t vm, const struct vm_mem *mem,
                             struct range file)
{
    uint64_t hpa = vms->plan->mem_hpa[vm][mem - vms->build->config->vms[vm].mem];
    struct range at = {.start = hpa + (file.start - mem->gpa), .size = file.size};
    return range_covers((struct range){mem->gpa, mem->size}, file.start, file.size) &&
           range_overlaps(at, vms->fdt_pa);
}

/* A file is not cleared; memory after it, up to its max_size, is. */
static void cut_file(struct hv_vms *vms, struct hv_vm *hv_vm, const struct vm_blob *blob,
                     const struct hv_file *info)
{
    const struct vm_config *config = hv_vm->vm.config;
    struct range file = {.start = blob->gpa, .size = info->size};
    if (!info->size_known) {
        log_line(vms->log, "vm=%s file=%s size=unknown kept=0x%lx", config->name, blob->name,
                 file.size);
    }
    for (uint32_t i = 0; blob->preloaded && i < config->mem_count; i++) {
        if (file_covers_tree(vms, hv_vm->vm.index, &config->mem[i], file)) {
            log_line(vms->log, "vm=%s file=%s under=device-tree", config->name, blob->name);
        }
    }
    scrub_exclude(&hv_vm->vm.scrub, file);
}

static void plan(struct hv_vms *vms, struct hv_vm *hv_vm)
{
    const struct vm_config *config = hv_vm->vm.config;
    for (uint32_t i = 0; i < config->mem_count; i++) {
        if (config->mem[i].keep) {
            log_line(vms->log, "vm=%s memory=%s kept=0x%lx", config->name, config->mem[i].name,
                     config->mem[i].size);
        } else {
            scrub_add(&hv_vm->vm.scrub, (struct range){config->mem[i].gpa, config->mem[i].size});
        }
    }
    cut_file(vms, hv_vm, &config->kernel, &hv_vm->kernel);
    cut_file(vms, hv_vm, &config->initrd, &hv_vm->initrd);
    if (config->dtb_gpa != 0) {
        scrub_exclude(&hv_vm->vm.scrub,
                      (struct range){config->dtb_gpa, vms->build->dtbs[hv_vm->vm.index].size});
    }
}

/* Place for the code: the end of the region of the guest's entry, which is executable. */
static uint64_t place_of(const struct vm_config *config, uint64_t size)
{
    uint64_t place = 0;
    for (uint32_t i = 0; i < config->mem_count; i++) {
        struct range region = {config->mem[i].gpa, config->mem[i].size};
        if (range_contains(region, config->entry)) {
            place = region.start + region.size - size;
        }
    }
    return place;
}

enum hyp_status hv_vm_init_scrub(struct hv_vms *vms, struct hv_vm *hv_vm)
{
    struct scrub *scrub = &hv_vm->vm.scrub;
    uint64_t size = scrub_code_size;
    plan(vms, hv_vm);
    if (scrub->count == 0) {
        return HYP_OK; /* All memory is kept. */
    }
    HYP_REQUIRE(size <= SCRUB_CODE_MAX);
    struct range place = {.start = place_of(hv_vm->vm.config, size), .size = size};
    HYP_TRY(guest_mem_read(GPA(place.start), scrub->saved, size));
    HYP_TRY(guest_mem_write(GPA(place.start), scrub_code, size));
    scrub_place_code(scrub, place);
    scrub->harts_left = hv_vm->vm.vcpu_count;
    return HYP_OK;
}
