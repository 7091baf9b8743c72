/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A virtual PLIC: the guest's stock driver sees the chip, with any number of contexts.
 *
 *   offset                      register             Only aligned accesses of 4 bytes are
 *   4 * source                  priority, WARL       answered; all others, and offsets from
 *   0x1000 + 4 * word           pending, read-only   0x600000 on, are VDEV_FAULT. What is no
 *   0x2000 + 0x80 * c + 4 * w   enable               register reads 0 and ignores writes.
 *   0x200000 + 0x1000 * c       threshold, WARL
 *   0x200004 + 0x1000 * c       claim, complete
 *
 * A source is one of
 *   hardware   vplic_own(): physical. Claimed at the interrupt by the hypervisor, completed
 *              when the guest completes, in the context that claimed. What the guest enables is
 *              enabled at the machine's controller for the hart of that context, and stays so while
 *              a claim is outstanding, because a PLIC drops the completion of a disabled source.
 *   line       vplic_line(): a level that a virtual device drives; pends again at completion
 *              while the level is high
 *   none       nobody raises it.
 *
 * A claim gives the source of highest priority above the threshold, the lowest number among
 * equals, as QEMU's model does.
 *
 * Cost    Raise, claim and complete look at pending sources only, never at all of them.
 * Owner   The caller's storage: vplic_storage_size() bytes beside the struct.
 * Locks   The VM's lock, for every function.
 * Implements the RISC-V PLIC specification, whole.
 */
#pragma once

#include <hyp/base/irq.h>
#include <hyp/base/status.h>
#include <hyp/base/vdev.h>

#define VPLIC_SIZE 0x600000u
#define VPLIC_NO_VCPU UINT8_MAX
#define VPLIC_CONTEXT_MAX 128u

struct vplic_config {
    uint32_t source_count;  /* Sources are 1 … source_count - 1; 2 … 1024. */
    uint32_t context_count; /* 1 … VPLIC_CONTEXT_MAX. */
    uint32_t priority_max;  /* A power of two less one. */
    const uint8_t *vcpu;    /* By context: whom it interrupts, or VPLIC_NO_VCPU. Copied. */
    const uint8_t *hart;    /* By vCPU: its dense hart index. Borrowed. */
    const struct irqc *irqc; /* The machine's, for hardware sources; NULL: none. Borrowed. */
    /* The external interrupt of a vCPU changes. */
    void (*set_external)(void *ctx, uint32_t vcpu, bool level);
    void *ctx;
};

struct vplic {
    struct vplic_config config;
    uint32_t word_count;      /* Of 64 sources. */
    uint64_t pending_words;   /* Bit w: word w of pending is not 0. */
    uint64_t level[2];        /* By context: the external interrupt as driven. */
    uint64_t *pending;
    uint64_t *claimed;
    uint64_t *owned;          /* Hardware sources. */
    uint64_t *line;           /* Levels of lines. */
    uint64_t *enable;         /* By context, word_count words. */
    uint32_t *threshold;      /* By context. */
    uint8_t *vcpu;            /* By context. */
    uint8_t *priority;        /* By source. */
    uint8_t *claim_hart;      /* By source: 1 + hart with an outstanding physical claim; 0. */
};

extern const struct vdev_ops vplic_vdev_ops; /* State: struct vplic. */

/* Bytes of zeroed storage, 8-byte aligned, for this shape. */
uint64_t vplic_storage_size(uint32_t source_count, uint32_t context_count);

/* HYP_OK, or HYP_E_PARAM: a count is outside its bounds, or priority_max is not 2^n - 1. */
HYP_MUST_USE enum hyp_status vplic_init(struct vplic *vplic, const struct vplic_config *config,
                                        void *storage);

/* `source` is the VM's physical one of the same number. HYP_OK, HYP_E_RANGE or HYP_E_UNSUPPORTED. */
HYP_MUST_USE enum hyp_status vplic_own(struct vplic *vplic, uint32_t source);

/* The wire into `source`, for a virtual device; a source beyond source_count leads nowhere. */
struct irq_line vplic_line(struct vplic *vplic, uint32_t source);

/* The physical interrupt of an owned source was claimed on `hart`; others are completed at once. */
void vplic_raise(struct vplic *vplic, uint32_t source, uint32_t hart);

/* The VM has stopped: completes what is outstanding, disables its sources at the machine. */
void vplic_stop(struct vplic *vplic);

/* Every register within its bits; each context's level is what its registers say. */
bool vplic_is_valid(const struct vplic *vplic);
