/* SPDX-License-Identifier: Apache-2.0 */
/* What a guest sees: its physical address space, and the images in it. */
#include "config_priv.h"

/* Something at a place in a guest's physical addresses. */
struct window {
    struct range range;
    const char *name;
    uint64_t align; /* 0: memory, which has a rule of its own. */
};

/* A hart's number is bits of its address: AIA, "Arrangement of the memory regions …". */
static uint64_t imsics_align(struct range imsics)
{
    uint64_t align = HYP_IMSIC_SIZE;
    while (align < imsics.size) {
        align <<= 1;
    }
    return align;
}

/* Window k of a VM: memory, then devices, the virtual UART, the interrupt controller, its IMSICs.
 */
static bool window_get(const struct config_input *in, const struct vm_config *vm, uint32_t k,
                       struct window *w)
{
    if (k < vm->mem_count) {
        *w = (struct window){config_range(vm->mem[k].gpa, vm->mem[k].size), "memory", 0};
        return true;
    }
    k -= vm->mem_count;
    if (k < vm->device_count) {
        const struct hyp_device *device = config_find_device(in->platform, vm->devices[k].name);
        *w = (struct window){config_range(vm->devices[k].gpa, device != NULL ? device->size : 0),
                             vm->devices[k].name, HYP_PAGE_SIZE};
        return device != NULL;
    }
    if (k == vm->device_count) {
        *w =
            (struct window){config_range(vm->console.gpa, HYP_PAGE_SIZE), "console", HYP_PAGE_SIZE};
        return vm->console.kind == VM_CONSOLE_VUART;
    }
    if (k == vm->device_count + 1) {
        *w = (struct window){config_range(vm->irqc.gpa, config_irqc_size(&vm->irqc)),
                             "interrupt controller", HYP_PAGE_SIZE};
        return !vm->irqc.absent;
    }
    *w = (struct window){config_imsics(vm), "IMSICs", imsics_align(config_imsics(vm))};
    return config_has_imsics(vm);
}

static uint32_t window_count(const struct vm_config *vm)
{
    return vm->mem_count + vm->device_count + 3;
}

static void check_window_pair(struct config_run *run, uint32_t vm, const struct window *a,
                              const struct window *b)
{
    if (range_overlaps(a->range, b->range)) {
        struct config_finding f = {
            .rule = CONFIG_GPA_OVERLAP,
            .blocked = config_vm_bit(vm),
            .a = config_owner_vm(run->config, vm),
            .b = {b->name, NULL},
            .thing = a->name,
            .x = a->range.start > b->range.start ? a->range.start : b->range.start,
        };
        config_tell(run, &f);
    }
}

static void check_window(struct config_run *run, uint32_t vm, const struct window *w)
{
    if (w->align != 0 && !is_aligned(w->range.start, w->align)) {
        struct config_finding f = {.rule = CONFIG_GPA_ALIGN,
                                   .blocked = config_vm_bit(vm),
                                   .a = config_owner_vm(run->config, vm),
                                   .b = {w->name, NULL},
                                   .x = w->range.start,
                                   .y = w->align};
        config_tell(run, &f);
    }
}

static void check_gpas_of(struct config_run *run, uint32_t vm)
{
    const struct vm_config *c = &run->config->vms[vm];
    for (uint32_t i = 0; i < window_count(c); i++) {
        struct window a;
        if (!window_get(run->in, c, i, &a)) {
            continue;
        }
        check_window(run, vm, &a);
        for (uint32_t j = i + 1; j < window_count(c); j++) {
            struct window b;
            if (window_get(run->in, c, j, &b)) {
                check_window_pair(run, vm, &a, &b);
            }
        }
    }
}

void config_check_gpas(struct config_run *run)
{
    for (uint32_t vm = 0; vm < run->config->vm_count; vm++) {
        check_gpas_of(run, vm);
    }
}

/* ---- Images ---- */

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
    if (file == NULL && run->in->blobs != NULL && !blob->load) {
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
    } else if (blob->load && !mem->hpa_fixed) {
        f.rule = CONFIG_BLOB_LOAD;
        f.b = (struct config_owner){"the boot loader", NULL};
        f.x = mem->gpa;
        config_tell(run, &f);
    }
    check_file(run, blob, &f);
}

static void check_blob_pairs(struct config_run *run, uint32_t vm)
{
    const struct vm_config *c = &run->config->vms[vm];
    const struct window all[] = {
        {config_range(c->kernel.gpa, c->kernel.name != NULL ? c->kernel.max_size : 0), "kernel", 0},
        {config_range(c->initrd.gpa, c->initrd.name != NULL ? c->initrd.max_size : 0), "initrd", 0},
        {config_range(c->dtb_gpa, c->dtb_gpa != 0 ? c->dtb_max_size : 0), "device tree", 0},
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

void config_check_images(struct config_run *run)
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
