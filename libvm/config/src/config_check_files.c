/* SPDX-License-Identifier: Apache-2.0 */
/* The entry, the files and the device tree of a VM lie in its memory, and fit. */
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

static const struct hyp_blob *find_file(const struct config_input *in, const char *name)
{
    for (uint32_t i = 0; in->blobs != NULL && i < in->blob_count; i++) {
        if (config_text_is_equal(in->blobs[i].name, name)) {
            return &in->blobs[i];
        }
    }
    return NULL;
}

static void check_file(struct config_run *run, uint32_t vm, const struct vm_blob *blob)
{
    const char *vm_name = run->config->vms[vm].name;
    const struct hyp_blob *file = find_file(run->in, blob->name);
    if (file == NULL && run->in->blobs != NULL && !blob->preloaded) {
        config_violation(run, CONFIG_BLOB_ABSENT, config_vm_bit(vm),
                         "%s of vm %s is in none of the files of the image", blob->name, vm_name);
    }
    if (file != NULL && file->size > blob->max_size) {
        config_violation(run, CONFIG_BLOB_SIZE, config_vm_bit(vm),
                         "%s of vm %s has %lu bytes, its max_size is %lu", blob->name, vm_name,
                         file->size, blob->max_size);
    }
}

static void report_outside(struct config_run *run, uint32_t vm, const char *what, uint64_t gpa,
                           uint64_t size)
{
    config_violation(run, CONFIG_BLOB_OUTSIDE, config_vm_bit(vm),
                     "%s of vm %s at gpa 0x%lx, 0x%lx bytes, is not in one of its regions", what,
                     run->config->vms[vm].name, gpa, size);
}

static void check_blob(struct config_run *run, uint32_t vm, const struct vm_blob *blob)
{
    const struct vm_config *vm_config = &run->config->vms[vm];
    if (blob->name == NULL) {
        return;
    }
    const struct vm_mem *mem = region_of(vm_config, blob->gpa, blob->max_size);
    if (mem == NULL) {
        report_outside(run, vm, blob->name, blob->gpa, blob->max_size);
    } else if (blob->preloaded && !mem->hpa_fixed) {
        config_violation(run, CONFIG_BLOB_LOAD, config_vm_bit(vm),
                         "%s of vm %s is loaded by the boot loader, so its memory at 0x%lx needs "
                         "hpa_fixed",
                         blob->name, vm_config->name, mem->gpa);
    }
    check_file(run, vm, blob);
}

/* A range of a VM's memory that a file or the device tree fills. */
struct filled {
    struct range range;
    const char *name;
};

static void check_blob_pairs(struct config_run *run, uint32_t vm)
{
    const struct vm_config *vm_config = &run->config->vms[vm];
    const struct vm_blob *kernel = &vm_config->kernel;
    const struct vm_blob *initrd = &vm_config->initrd;
    const struct filled all[] = {
        {config_range(kernel->gpa, kernel->name != NULL ? kernel->max_size : 0), "kernel"},
        {config_range(initrd->gpa, initrd->name != NULL ? initrd->max_size : 0), "initrd"},
        {config_range(vm_config->dtb_gpa, vm_config->dtb_gpa != 0 ? vm_config->dtb_max_size : 0),
         "device tree"},
    };
    for (uint32_t i = 0; i < ARRAY_COUNT(all); i++) {
        for (uint32_t j = i + 1; j < ARRAY_COUNT(all); j++) {
            if (range_overlaps(all[i].range, all[j].range)) {
                config_violation(run, CONFIG_BLOB_OVERLAP, config_vm_bit(vm),
                                 "%s of vm %s at gpa 0x%lx, 0x%lx bytes, overlaps its %s",
                                 all[i].name, vm_config->name, all[i].range.start,
                                 all[i].range.size, all[j].name);
            }
        }
    }
}

static void check_entry(struct config_run *run, uint32_t vm)
{
    const struct vm_config *vm_config = &run->config->vms[vm];
    const struct vm_mem *mem = region_of(vm_config, vm_config->entry, 2);
    if (mem == NULL || (mem->access != 0 && (mem->access & HYP_ACCESS_X) == 0)) {
        config_violation(run, CONFIG_ENTRY, config_vm_bit(vm),
                         "entry 0x%lx of vm %s is not in its executable memory", vm_config->entry,
                         vm_config->name);
    }
    if (!is_aligned(vm_config->entry, 2)) {
        config_violation(run, CONFIG_ENTRY_ALIGN, config_vm_bit(vm), "entry 0x%lx of vm %s is odd",
                         vm_config->entry, vm_config->name);
    }
}

static void check_dtb(struct config_run *run, uint32_t vm)
{
    const struct vm_config *vm_config = &run->config->vms[vm];
    uint64_t gpa = vm_config->dtb_gpa;
    if (gpa == 0) {
        return;
    }
    if (region_of(vm_config, gpa, vm_config->dtb_max_size) == NULL) {
        report_outside(run, vm, "device tree", gpa, vm_config->dtb_max_size);
    }
    if (!is_aligned(gpa, 8)) {
        config_violation(run, CONFIG_DTB_ALIGN, config_vm_bit(vm),
                         "the device tree of vm %s at gpa 0x%lx is not a multiple of 8",
                         vm_config->name, gpa);
    }
    if (run->in->dtbs != NULL && run->in->dtbs[vm].size > vm_config->dtb_max_size) {
        config_violation(run, CONFIG_DTB_SIZE, config_vm_bit(vm),
                         "the device tree of vm %s has %u bytes, its dtb_max_size is %lu",
                         vm_config->name, run->in->dtbs[vm].size, vm_config->dtb_max_size);
    }
}

static void check_bootargs(struct config_run *run, uint32_t vm)
{
    const struct vm_config *vm_config = &run->config->vms[vm];
    size_t length = 0;
    while (vm_config->bootargs != NULL && vm_config->bootargs[length] != '\0') {
        length++;
    }
    if (length >= CONFIG_BOOTARGS_SIZE) {
        config_violation(run, CONFIG_BOOTARGS, config_vm_bit(vm),
                         "bootargs of vm %s have %zu characters, room is for %u", vm_config->name,
                         length, CONFIG_BOOTARGS_SIZE - 1);
    }
}

void config_check_files(struct config_run *run)
{
    for (uint32_t vm = 0; vm < run->config->vm_count; vm++) {
        check_entry(run, vm);
        check_blob(run, vm, &run->config->vms[vm].kernel);
        check_blob(run, vm, &run->config->vms[vm].initrd);
        check_dtb(run, vm);
        check_bootargs(run, vm);
        check_blob_pairs(run, vm);
    }
}
