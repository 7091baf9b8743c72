/* SPDX-License-Identifier: Apache-2.0 */
/* What a VM finds in its memory: entry, files, device tree. */
#include "config_check_rules.h"

#include "config_text.h"

/* The region that holds all of [gpa, gpa + size), or NULL. */
static const struct vm_mem *region_of(const struct vm_config *vm, uint64_t gpa, uint64_t size)
{
    for (uint32_t i = 0; i < vm->mem_count; i++) {
        if (range_covers(config_range(vm->mem[i].gpa, vm->mem[i].size), gpa, size)) {
            return &vm->mem[i];
        }
    }
    return NULL;
}

static const struct hyp_blob *file_of(const struct config_input *in, const char *name)
{
    for (uint32_t i = 0; in->blobs != NULL && i < in->blob_count; i++) {
        if (config_text_is_equal(in->blobs[i].name, name)) {
            return &in->blobs[i];
        }
    }
    return NULL;
}

static void check_file(struct config_run *run, const struct vm_blob *blob, struct config_finding *f)
{
    const struct hyp_blob *file = file_of(run->in, blob->name);
    if (file == NULL && run->in->blobs != NULL && !blob->preloaded) {
        f->rule = CONFIG_BLOB_ABSENT;
        f->b = (struct config_owner){"the image", NULL};
        config_tell(run, f);
    }
    if (file != NULL && file->size > blob->max_size) {
        f->rule = CONFIG_BLOB_SIZE;
        f->x = file->size;
        f->y = blob->max_size;
        config_tell(run, f);
    }
}

static void check_blob(struct config_run *run, uint32_t vm, const struct vm_blob *blob)
{
    const struct vm_config *c = &run->config->vms[vm];
    if (blob->name == NULL) {
        return;
    }
    struct config_finding f = {.blocked = config_vm_bit(vm),
                               .a = config_owner_vm(run->config, vm),
                               .thing = blob->name,
                               .x = blob->gpa,
                               .y = blob->max_size};
    const struct vm_mem *mem = region_of(c, blob->gpa, blob->max_size);
    if (mem == NULL) {
        f.rule = CONFIG_BLOB_OUTSIDE;
        config_tell(run, &f);
    } else if (blob->preloaded && !mem->hpa_fixed) {
        f.rule = CONFIG_BLOB_LOAD;
        f.b = (struct config_owner){"the boot loader", NULL};
        f.x = mem->gpa;
        config_tell(run, &f);
    }
    check_file(run, blob, &f);
}

struct part {
    struct range range;
    const char *name;
};

static void check_blob_pairs(struct config_run *run, uint32_t vm)
{
    const struct vm_config *c = &run->config->vms[vm];
    const struct part all[] = {
        {config_range(c->kernel.gpa, c->kernel.name != NULL ? c->kernel.max_size : 0), "kernel"},
        {config_range(c->initrd.gpa, c->initrd.name != NULL ? c->initrd.max_size : 0), "initrd"},
        {config_range(c->dtb_gpa, c->dtb_gpa != 0 ? c->dtb_max_size : 0), "device tree"},
    };
    for (uint32_t i = 0; i < ARRAY_COUNT(all); i++) {
        for (uint32_t j = i + 1; j < ARRAY_COUNT(all); j++) {
            if (range_overlaps(all[i].range, all[j].range)) {
                struct config_finding f = {.rule = CONFIG_BLOB_OVERLAP,
                                           .blocked = config_vm_bit(vm),
                                           .a = config_owner_vm(run->config, vm),
                                           .b = {all[j].name, NULL},
                                           .thing = all[i].name,
                                           .x = all[i].range.start,
                                           .y = all[i].range.size};
                config_tell(run, &f);
            }
        }
    }
}

static void check_entry(struct config_run *run, uint32_t vm)
{
    const struct vm_config *c = &run->config->vms[vm];
    const struct vm_mem *mem = region_of(c, c->entry, 2);
    struct config_finding f = {
        .blocked = config_vm_bit(vm), .a = config_owner_vm(run->config, vm), .x = c->entry};
    if (mem == NULL || (mem->access != 0 && (mem->access & HYP_ACCESS_X) == 0)) {
        f.rule = CONFIG_ENTRY;
        config_tell(run, &f);
    }
    if (!is_aligned(c->entry, 2)) {
        f.rule = CONFIG_ENTRY_ALIGN;
        config_tell(run, &f);
    }
}

static size_t text_length(const char *text)
{
    size_t n = 0;
    while (text[n] != '\0') {
        n++;
    }
    return n;
}

static void check_dtb(struct config_run *run, uint32_t vm)
{
    const struct vm_config *c = &run->config->vms[vm];
    struct config_finding f = {.blocked = config_vm_bit(vm),
                               .a = config_owner_vm(run->config, vm),
                               .x = c->dtb_gpa,
                               .y = c->dtb_max_size};
    size_t length = c->bootargs != NULL ? text_length(c->bootargs) : 0;
    if (c->dtb_gpa != 0 && region_of(c, c->dtb_gpa, c->dtb_max_size) == NULL) {
        f.rule = CONFIG_BLOB_OUTSIDE;
        f.thing = "device tree";
        config_tell(run, &f);
    }
    if (!is_aligned(c->dtb_gpa, 8)) {
        f.rule = CONFIG_DTB_ALIGN;
        config_tell(run, &f);
    }
    if (run->in->dtbs != NULL && c->dtb_gpa != 0 && run->in->dtbs[vm].size > c->dtb_max_size) {
        f.rule = CONFIG_DTB_SIZE;
        f.x = run->in->dtbs[vm].size;
        config_tell(run, &f);
    }
    if (length >= CONFIG_BOOTARGS_SIZE) {
        f.rule = CONFIG_BOOTARGS;
        f.x = length;
        f.y = CONFIG_BOOTARGS_SIZE - 1;
        config_tell(run, &f);
    }
}

void config_check_files(struct config_run *run)
{
    for (uint32_t vm = 0; vm < run->config->vm_count; vm++) {
        const struct vm_config *c = &run->config->vms[vm];
        check_entry(run, vm);
        check_blob(run, vm, &c->kernel);
        check_blob(run, vm, &c->initrd);
        check_dtb(run, vm);
        check_blob_pairs(run, vm);
    }
}
