/* SPDX-License-Identifier: Apache-2.0 */
/* What the parts of the configuration checker share. */
#pragma once

#include <hyp/base/bits.h>
#include <hyp/base/range.h>
#include <hyp/vm/config_fit.h>

/* One run of config_fit() or config_check(). */
struct config_run {
    const struct config_input *in;
    const struct hyp_config *config;
    const struct hyp_platform *platform;
    const char *texts; /* One behind the other, as enum config_rule: of what can be told. */
    struct config_plan *plan;
    config_sink *sink;
    void *arg;
    uint32_t blocked;              /* OR of what the findings so far block. */
    struct config_finding finding; /* config_about()'s: there is one at a time. */
};

/* The rules of config_fit(). False: a limit is broken, and nothing else was looked at. */
bool config_fit_run(struct config_run *run);

/* Each judges one subject and tells its findings. They may only be called after the limits hold. */
void config_fit_mem(struct config_run *run);
void config_fit_devices(struct config_run *run);

/* The extensions that the VM can be granted on its harts. in->machine is not NULL. */
uint64_t config_vm_isa(const struct config_run *run, uint32_t vm);
void config_check_harts(struct config_run *run);
void config_check_mem(struct config_run *run);
void config_check_gpas(struct config_run *run);
void config_check_devices(struct config_run *run);
void config_check_irqs(struct config_run *run);
void config_check_images(struct config_run *run);

/* A finding between VM `vm` and the world, which the caller completes and tells: run->finding. */
struct config_finding *config_about(struct config_run *run, uint32_t vm);

/* Counts the finding and hands it on; fills in its text. */
void config_tell(struct config_run *run, struct config_finding *finding);

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

uint32_t config_hart_count(const struct config_input *in);
uint64_t config_present_harts(const struct config_input *in);

/* At build, what some machine can map. */
static inline uint32_t config_gpa_bits(const struct config_input *in)
{
    return in->machine != NULL ? in->machine->gpa_bits : CONFIG_GPA_BITS_MAX;
}

static inline struct range config_range(uint64_t start, uint64_t size)
{
    return (struct range){start, size};
}

/* What answers at irqc.gpa. */
static inline uint64_t config_irqc_size(const struct vm_irqc *irqc)
{
    return irqc->model == HYP_IRQC_PLIC ? HYP_PLIC_SIZE : HYP_APLIC_SIZE;
}

static inline bool config_has_imsics(const struct vm_config *vm)
{
    return !vm->irqc.absent && vm->irqc.model == HYP_IRQC_IMSIC;
}

/* Where the VM's IMSICs lie. */
static inline struct range config_imsics(const struct vm_config *vm)
{
    return config_range(vm->irqc.imsic_gpa, (uint64_t)vm->vcpu_count * HYP_IMSIC_SIZE);
}

static inline struct range config_range_of(struct hyp_mem mem)
{
    return config_range(mem.hpa, mem.size);
}

const char *config_text_at(const char *texts, enum config_rule rule);

bool config_text_is_equal(const char *a, const char *b);

/*
 * The word after the `length` bytes at *at, which are a word or nothing: words are separated by
 * spaces, a list may be NULL. Moves *at to it and returns its length, 0 at the end.
 */
size_t config_next_word(const char **at, size_t length);

/* Whole pages that neither wrap nor leave what the G-stage and, where fixed, a machine can name. */
bool config_mem_is_sound(const struct config_input *in, const struct vm_mem *mem);

/* RAM, and what of it is nobody's. */
uint32_t config_ram(const struct config_input *in, const struct hyp_mem **ram);
uint32_t config_taken(const struct config_input *in, const struct hyp_mem **taken);

/* Is [r.start, r.start + r.size) RAM? `hole` becomes the first byte that is not. */
bool config_ram_covers(const struct config_input *in, struct range r, uint64_t *hole);

/* Tells the finding, with the common part of `r` and `other`, if there is one. */
void config_tell_overlap(struct config_run *run, struct config_finding *f, struct range r,
                         struct range other);

/* Block k of registers that the platform says no VM may have; false: there are no more. */
bool config_regs_get(const struct hyp_platform *platform, uint32_t k, struct hyp_regs *regs);
