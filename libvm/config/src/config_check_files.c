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

static uint32_t region_index(const struct vm_config *vm, const struct vm_mem *mem)
{
    return (uint32_t)(mem - vm->mem);
}

/* A file of a VM, and what it is: "kernel" or "initrd". */
struct file {
    const struct vm_blob *blob;
    const char *what;
    uint32_t vm;
};

/* Its subject in a message: kernel "Image" of vm linux. */
#define FILE_TEXT "%s \"%s\" of vm %s"
#define FILE_ARGS(run, file) (file)->what, (file)->blob->name, (run)->config->vms[(file)->vm].name

/* Index of the embedded file, or blob_count. */
static uint32_t find_blob(const struct config_input *in, const char *name)
{
    uint32_t i = in->blobs != NULL ? 0 : in->blob_count;
    while (i < in->blob_count && !config_text_is_equal(in->blobs[i].name, name)) {
        i++;
    }
    return i;
}

static bool is_loaded(const struct config_input *in, const char *name)
{
    for (uint32_t i = 0; in->loads != NULL && i < in->load_count; i++) {
        if (config_text_is_equal(in->loads[i], name)) {
            return true;
        }
    }
    return false;
}

/* Checks that the image has the file, embedded or loaded as the configuration says. */
static bool check_presence(struct config_run *run, const struct file *file)
{
    const struct config_input *in = run->in;
    bool preloaded = file->blob->preloaded;
    bool loaded = is_loaded(in, file->blob->name);
    bool embedded = find_blob(in, file->blob->name) != in->blob_count;
    if (in->blobs == NULL || (preloaded ? loaded || in->loads == NULL : embedded)) {
        return true;
    }
    const char *why = preloaded ? "is not in loads of the image" : "is not in embed of the image";
    if (loaded) {
        why = "is in loads of the image, so it needs .preloaded = true";
    } else if (embedded) {
        why = "is in embed of the image, so it cannot have .preloaded = true";
    }
    config_violation(run, CONFIG_BLOB_ABSENT, config_vm_bit(file->vm), FILE_TEXT " %s",
                     FILE_ARGS(run, file), why);
    return false;
}

/* Checks the size and the format of the file, as far as they are known. */
static void check_content(struct config_run *run, const struct file *file)
{
    const struct config_input *in = run->in;
    uint32_t i = find_blob(in, file->blob->name);
    if (i == in->blob_count) {
        return;
    }
    if (in->blobs[i].size > file->blob->max_size) {
        config_violation(run, CONFIG_BLOB_SIZE, config_vm_bit(file->vm),
                         FILE_TEXT " has %lu bytes, its max_size is %lu", FILE_ARGS(run, file),
                         in->blobs[i].size, file->blob->max_size);
    }
    if (in->blob_formats != NULL && in->blob_formats[i] != NULL &&
        file->blob == &run->config->vms[file->vm].kernel) {
        config_violation(run, CONFIG_BLOB_FORMAT, config_vm_bit(file->vm), FILE_TEXT " is %s",
                         FILE_ARGS(run, file), in->blob_formats[i]);
    }
}

static void report_outside(struct config_run *run, uint32_t vm, const char *what, uint64_t gpa,
                           uint64_t size)
{
    const struct vm_config *vm_config = &run->config->vms[vm];
    config_violation(
        run, CONFIG_BLOB_OUTSIDE, config_vm_bit(vm),
        "%s of vm %s at gpa 0x%lx, 0x%lx bytes, is in none of its memory regions (mem_count is %u)",
        what, vm_config->name, gpa, size, vm_config->mem_count);
}

static void check_place(struct config_run *run, const struct file *file)
{
    const struct vm_config *vm_config = &run->config->vms[file->vm];
    const struct vm_blob *blob = file->blob;
    const struct vm_mem *mem = region_of(vm_config, blob->gpa, blob->max_size);
    if (mem == NULL) {
        report_outside(run, file->vm, file->what, blob->gpa, blob->max_size);
    } else if (blob->preloaded && !mem->hpa_fixed) {
        config_violation(run, CONFIG_BLOB_LOAD, config_vm_bit(file->vm),
                         FILE_TEXT " is loaded by the boot loader, so mem[%u] at gpa 0x%lx needs "
                                   "hpa_fixed",
                         FILE_ARGS(run, file), region_index(vm_config, mem), mem->gpa);
    }
}

static void check_file(struct config_run *run, uint32_t vm, const char *what,
                       const struct vm_blob *blob)
{
    const struct file file = {blob, what, vm};
    if (blob->name == NULL || !check_presence(run, &file)) {
        return;
    }
    if (blob->max_size == 0) {
        config_violation(run, CONFIG_BLOB_SIZE, config_vm_bit(vm), FILE_TEXT " needs a max_size",
                         FILE_ARGS(run, &file));
        return;
    }
    check_place(run, &file);
    check_content(run, &file);
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
                                 "%s of vm %s at gpa 0x%lx, 0x%lx bytes, overlaps its %s at gpa "
                                 "0x%lx",
                                 all[i].name, vm_config->name, all[i].range.start,
                                 all[i].range.size, all[j].name, all[j].range.start);
            }
        }
    }
}

/* Does a file of the VM fill this address? */
static bool is_filled(const struct vm_config *vm, uint64_t gpa)
{
    const struct vm_blob *const files[] = {&vm->kernel, &vm->initrd};
    for (uint32_t i = 0; i < ARRAY_COUNT(files); i++) {
        if (files[i]->name != NULL &&
            range_contains(config_range(files[i]->gpa, files[i]->max_size), gpa)) {
            return true;
        }
    }
    return false;
}

/* `files_good`: the VM has files that break no rule, or none. */
static void check_entry(struct config_run *run, uint32_t vm, bool files_good)
{
    const struct vm_config *vm_config = &run->config->vms[vm];
    const struct vm_mem *mem = region_of(vm_config, vm_config->entry, 2);
    if (mem == NULL) {
        config_violation(run, CONFIG_ENTRY, config_vm_bit(vm),
                         "entry 0x%lx of vm %s is in none of its memory regions (mem_count is %u)",
                         vm_config->entry, vm_config->name, vm_config->mem_count);
    } else if (mem->access != 0 && (mem->access & HYP_ACCESS_X) == 0) {
        config_violation(run, CONFIG_ENTRY, config_vm_bit(vm),
                         "entry 0x%lx of vm %s is in mem[%u], which it may not execute",
                         vm_config->entry, vm_config->name, region_index(vm_config, mem));
    } else if (files_good && run->in->blobs != NULL && !mem->keep &&
               !is_filled(vm_config, vm_config->entry)) {
        config_violation(run, CONFIG_ENTRY_EMPTY, config_vm_bit(vm),
                         "entry 0x%lx of vm %s is in mem[%u], but neither in its kernel nor in "
                         "its initrd: there is no instruction",
                         vm_config->entry, vm_config->name, region_index(vm_config, mem));
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
        uint32_t before = run->plan->violation_count;
        check_file(run, vm, "kernel", &run->config->vms[vm].kernel);
        check_file(run, vm, "initrd", &run->config->vms[vm].initrd);
        check_entry(run, vm, run->plan->violation_count == before);
        check_dtb(run, vm);
        check_bootargs(run, vm);
        check_blob_pairs(run, vm);
    }
}
