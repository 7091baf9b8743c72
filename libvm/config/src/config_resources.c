/* SPDX-License-Identifier: Apache-2.0 */
/* Harts, RAM and address widths: the platform's at build, the machine's at boot. */
#include "config_resources.h"

uint32_t config_hart_count(const struct config_input *in)
{
    uint32_t n = in->machine != NULL ? in->machine->hart_count : in->platform->hart_count;
    return n < HYP_HART_MAX ? n : HYP_HART_MAX;
}

uint64_t config_present_harts(const struct config_input *in)
{
    uint32_t n = config_hart_count(in);
    return n == HYP_HART_MAX ? UINT64_MAX : BIT(n) - 1;
}

uint32_t config_ram(const struct config_input *in, const struct hyp_mem **ram)
{
    *ram = in->machine != NULL ? in->machine->mem : in->platform->mem;
    return in->machine != NULL ? in->machine->mem_count : in->platform->mem_count;
}

uint32_t config_reserved(const struct config_input *in, const struct hyp_mem **reserved)
{
    *reserved = in->machine != NULL ? in->machine->reserved : &in->platform->firmware;
    return in->machine != NULL ? in->machine->reserved_count : 1;
}

/* The end of the RAM range that contains `at`; `at` itself if none does. */
static uint64_t ram_end(const struct config_input *in, uint64_t at)
{
    const struct hyp_mem *ram;
    uint32_t count = config_ram(in, &ram);
    for (uint32_t k = 0; k < count; k++) {
        if (range_is_valid(config_range_of(ram[k])) &&
            range_contains(config_range_of(ram[k]), at)) {
            return ram[k].hpa + ram[k].size;
        }
    }
    return at;
}

/* Ranges that touch count as one, in whatever order they are. */
bool config_ram_covers(const struct config_input *in, struct range r, uint64_t *hole)
{
    uint64_t end = r.start + r.size;
    uint64_t next = ram_end(in, r.start);
    *hole = r.start;
    while (next > *hole && next < end) {
        *hole = next;
        next = ram_end(in, next);
    }
    return next >= end;
}

struct hyp_mem config_hypervisor_mem(const struct config_input *in)
{
    if (in->machine != NULL) {
        return in->machine->hypervisor;
    }
    uint64_t size = in->image_bound != 0 ? in->image_bound : CONFIG_IMAGE_BOUND;
    for (uint32_t i = 0; in->blobs != NULL && i < in->blob_count; i++) {
        size += align_up(in->blobs[i].size, HYP_PAGE_SIZE);
    }
    for (uint32_t i = 0; in->blobs == NULL && i < in->config->vm_count; i++) {
        const struct vm_blob *both[] = {&in->config->vms[i].kernel, &in->config->vms[i].initrd};
        for (uint32_t k = 0; k < 2; k++) {
            if (both[k]->name != NULL && !both[k]->preloaded) {
                size += align_up(both[k]->max_size, HYP_PAGE_SIZE);
            }
        }
    }
    return (struct hyp_mem){in->platform->load_hpa, size + in->config->pool_size};
}

bool config_mem_is_sound(const struct config_input *in, const struct vm_mem *mem)
{
    uint32_t bits = config_gpa_bits(in);
    if (mem->size == 0 || !is_aligned(mem->gpa | mem->size, HYP_PAGE_SIZE) || bits == 0 ||
        !range_covers(config_range(0, BIT(bits)), mem->gpa, mem->size)) {
        return false;
    }
    return !mem->hpa_fixed || (is_aligned(mem->hpa, HYP_PAGE_SIZE) &&
                               range_covers(config_range(0, BIT(56)), mem->hpa, mem->size));
}
