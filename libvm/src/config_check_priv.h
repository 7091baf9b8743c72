/* SPDX-License-Identifier: Apache-2.0 */
/* What the parts of the configuration checker share. */
#pragma once

#include <hyp/base/bits.h>
#include <hyp/base/range.h>
#include <hyp/vm/config_check.h>

/* One run of config_check(). */
struct config_run {
    const struct config_input *in;
    const struct hyp_config *config;
    const struct hyp_platform *platform;
    struct config_plan *plan;
    config_sink *sink;
    void *arg;
    uint32_t blocked; /* OR of what the findings so far block. */
};

/* Each judges one subject and tells its findings. They may only be called after the limits hold. */
void config_check_harts(struct config_run *run);
void config_check_mem(struct config_run *run);
void config_check_gpas(struct config_run *run);
void config_check_devices(struct config_run *run);
void config_check_irqs(struct config_run *run);
void config_check_images(struct config_run *run);

void config_check_tell(struct config_run *run, const struct config_finding *finding);

static inline uint32_t config_vm_bit(uint32_t vm)
{
    return (uint32_t)1 << vm;
}

static inline uint32_t config_vm_all(const struct hyp_config *config)
{
    return (uint32_t)(BIT(config->vm_count) - 1);
}

static inline struct config_owner config_owner_vm(const struct hyp_config *config, uint32_t vm)
{
    return (struct config_owner){"vm", config->vms[vm].name};
}

/* Who promises what there is: the platform at build, the machine at boot. */
static inline struct config_owner config_owner_world(const struct config_input *in)
{
    if (in->machine != NULL) {
        return (struct config_owner){"this machine", NULL};
    }
    return (struct config_owner){"platform", in->platform->name};
}

static inline uint32_t config_hart_count(const struct config_input *in)
{
    uint32_t n = in->machine != NULL ? in->machine->hart_count : in->platform->hart_count;
    return n < HYP_HART_MAX ? n : HYP_HART_MAX;
}

/* At build, Sv39x4 is what every machine with a G-stage is taken to have. */
static inline uint32_t config_gpa_bits(const struct config_input *in)
{
    return in->machine != NULL ? in->machine->gpa_bits : CONFIG_GPA_BITS_MAX;
}

static inline struct range config_range(uint64_t start, uint64_t size)
{
    return (struct range){start, size};
}

static inline struct range config_range_of(struct hyp_mem mem)
{
    return config_range(mem.hpa, mem.size);
}

bool config_check_text_is_equal(const char *a, const char *b);
size_t config_check_text_length(const char *text);

/* Whole pages that neither wrap nor leave what the G-stage (and, where fixed, the machine) names.
 */
bool config_check_mem_is_sound(const struct config_input *in, const struct vm_mem *mem);

/* Is a shared console driven on the platform's UART? */
bool config_check_console_is_used(const struct config_input *in);
