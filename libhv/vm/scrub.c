/* SPDX-License-Identifier: Apache-2.0 */
/* Lists what a VM's harts clear: its memory but for files and kept regions. */
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

/* A file stays as it is; its room behind it does not. */
static void cut_file(struct hv_vms *vms, struct hv_vm *hv, const struct vm_blob *b,
                     const struct hv_file *has)
{
    const struct vm_config *c = hv->vm.config;
    struct range file = {.start = b->gpa, .size = has->size};
    if (!has->is_told) {
        log_line(vms->log, "vm=%s file=%s size=untold kept=0x%lx", c->name, b->name, file.size);
    }
    for (uint32_t i = 0; b->preloaded && i < c->mem_count; i++) {
        if (file_covers_tree(vms, hv->vm.index, &c->mem[i], file)) {
            log_line(vms->log, "vm=%s file=%s under=device-tree", c->name, b->name);
        }
    }
    scrub_exclude(&hv->vm.scrub, file);
}

static void plan(struct hv_vms *vms, struct hv_vm *hv)
{
    const struct vm_config *c = hv->vm.config;
    for (uint32_t i = 0; i < c->mem_count; i++) {
        if (c->mem[i].keep) {
            log_line(vms->log, "vm=%s memory=%s kept=0x%lx", c->name, c->mem[i].name,
                     c->mem[i].size);
        } else {
            scrub_add(&hv->vm.scrub, (struct range){c->mem[i].gpa, c->mem[i].size});
        }
    }
    cut_file(vms, hv, &c->kernel, &hv->kernel);
    cut_file(vms, hv, &c->initrd, &hv->initrd);
    if (c->dtb_gpa != 0) {
        scrub_exclude(&hv->vm.scrub,
                      (struct range){c->dtb_gpa, vms->build->dtbs[hv->vm.index].size});
    }
}

/* At the end of the region that the guest starts in: it can be executed. */
static uint64_t place_of(const struct vm_config *c, uint64_t size)
{
    uint64_t place = 0;
    for (uint32_t i = 0; i < c->mem_count; i++) {
        struct range region = {c->mem[i].gpa, c->mem[i].size};
        if (range_contains(region, c->entry)) {
            place = region.start + region.size - size;
        }
    }
    return place;
}

enum hyp_status hv_vm_init_scrub(struct hv_vms *vms, struct hv_vm *hv)
{
    struct scrub *s = &hv->vm.scrub;
    uint64_t size = scrub_code_size;
    plan(vms, hv);
    if (s->count == 0) {
        return HYP_OK; /* All of it is kept. */
    }
    HYP_REQUIRE(size <= SCRUB_CODE_MAX);
    struct range place = {.start = place_of(hv->vm.config, size), .size = size};
    HYP_TRY(guest_mem_read(GPA(place.start), s->saved, size));
    HYP_TRY(guest_mem_write(GPA(place.start), scrub_code, size));
    scrub_place_code(s, place);
    s->harts_left = hv->vm.vcpu_count;
    return HYP_OK;
}
