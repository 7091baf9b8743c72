/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A virtual PLIC with any number of contexts, for the guest's stock driver.
 *
 *   offset                      register
 *   4 * source                  priority, WARL
 *   0x1000 + 4 * word           pending, read-only
 *   0x2000 + 0x80 * c + 4 * w   enable
 *   0x200000 + 0x1000 * c       threshold, WARL
 *   0x200004 + 0x1000 * c       claim, complete
 *
 * The model answers aligned accesses of 4 bytes, and those of 8 bytes at 4 mod 8 as two of 4, as
 * QEMU's bus does. All others, and offsets from 0x600000 on, are VDEV_FAULT. Other registers read 0
 * and ignore writes.
 *
 * A source is one of
 *   hardware   vplic_own(): a source of the physical controller. The hypervisor claims it when it
 *              interrupts, and completes it when the guest completes, in the context that claimed.
 *              The physical controller enables it for the hart of each context that enables it. A
 *              PLIC drops the completion of a disabled source, so a source stays enabled while its
 *              claim is outstanding.
 *   line       vplic_line(): a level that a virtual device drives. Once pending, the source stays
 *              pending when the level falls. While the guest has claimed it, it does not become
 *              pending again; a level that is high at completion makes it pending.
 *   none       nobody drives it.
 *
 * Where the specification leaves room, or QEMU's model differs, the guest sees QEMU's: the claim
 * register obeys the threshold; a completion ends the claim of any context, enabled or not; the
 * enable bit of source 0 is plain storage; the priority of source 0 reads 0; a context without a
 * vCPU (M-mode's) works, but interrupts nobody.
 *
 * Cost    Constant while one source is pending, for any number of sources. Pending sources are
 *         bitmaps by priority, and each context has a summary of those that it enables: a claim
 *         finds the best in three steps. A write of enables changes its register at once, and the
 *         physical controller a few sources at a time: it answers VDEV_MORE. Until more() has done
 *         the rest, a source that was just disabled can still interrupt, as one that was on its
 *         way. With up to 1023 sources, 8 vCPUs and any number of hardware sources no call takes
 *         more than 2500 instructions (//tests/qemu:irqc_cost_*).
 * Owner   The caller's storage: vplic_storage_size() bytes beside the struct.
 * Locks   The caller holds the VM's lock, for every function and for lines; none is taken inside.
 * Context HS-mode or host; never waits. No global state.
 * Implements the RISC-V PLIC specification, whole.
 */
#pragma once

#include <hyp/base/irq.h>
#include <hyp/base/status.h>
#include <hyp/base/types.h>
#include <hyp/base/vdev.h>

#define VPLIC_SIZE 0x600000u
#define VPLIC_NO_VCPU UINT8_MAX
#define VPLIC_CONTEXT_MAX (2u * HYP_HART_MAX)
#define VPLIC_PRIORITY_MAX 31u

struct vplic_config {
    uint32_t source_count;   /* Sources are 1 … source_count - 1; 2 … 1024. QEMU virt: 96. */
    uint32_t context_count;  /* 1 … VPLIC_CONTEXT_MAX. */
    uint32_t priority_max;   /* 1 … VPLIC_PRIORITY_MAX. QEMU virt: 7. */
    const uint8_t *vcpu;     /* By context: the vCPU it interrupts, or VPLIC_NO_VCPU. Copied. */
    const uint8_t *hart;     /* By vCPU: its dense hart index. Borrowed. */
    const struct irqc *irqc; /* Physical controller of hardware sources, or NULL. Borrowed. */
    /* Sets the external interrupt of a vCPU. Any function below may call it, for changes only. */
    void (*set_external)(void *ctx, uint32_t vcpu, bool level);
    void *ctx;
};

struct vplic_source {
    uint64_t targets; /* Bit v: vCPU v's context enables it, except for deferred enables. */
    uint8_t priority;
    uint8_t state; /* Flags of vplic_priv.h. */
    uint8_t hart;  /* Hardware, claim outstanding: the hart that claimed. */
};

/*
 * Pending sources are bits by priority: bit b of row(p)[w] says that source 64 * w + b is pending
 * with priority p. Each context has a summary of those that it enables:
 *   words[p]     bit w: row(p)[w] & enable[w] is not 0
 *   priorities   bit 63 - p: words[p] is not 0; so the first bit is the highest priority
 * While only one source is pending, it is `lone_pending`, and the rows are empty.
 */
struct vplic_context {
    uint64_t *enable;   /* A bitmap of sources. */
    uint64_t *deferred; /* The same; 1: the source's `targets` does not have this enable yet. */
    uint64_t priorities;
    uint32_t threshold;
    uint32_t vcpu; /* Or VPLIC_NO_VCPU. */
    uint16_t words[VPLIC_PRIORITY_MAX + 1];
};

struct vplic {
    struct vplic_config config;
    struct vplic_source *sources;
    struct vplic_context *contexts;
    uint64_t *rows;
    uint64_t pending_in_rows; /* Pending sources in the rows. */
    uint64_t lone_pending;    /* The only pending source; 0: none, or they are in the rows. */
    uint64_t external;        /* By vCPU: its external interrupt as last set. */
    uint64_t deferred;        /* By vCPU: its context may have deferred enables. */
    uint32_t word_count;      /* 64-bit words of a bitmap of sources. */
    uint32_t reg_count;       /* 32-bit registers of such a bitmap. */
    bool vm_stopped;
    uint8_t context_of_vcpu[HYP_HART_MAX];
    uint8_t vcpu_of_hart[HYP_HART_MAX];
};

extern const struct vdev_ops vplic_vdev_ops; /* State: struct vplic. */

/* Bytes of zeroed storage, 8-byte aligned, for this shape; 96 sources, 2 contexts: 2304. */
uint64_t vplic_storage_size(uint32_t source_count, uint32_t context_count);

/*
 * The state after reset: nothing enabled, pending or owned.
 * HYP_OK, or HYP_E_PARAM: a count or priority_max is outside its bounds, a vCPU or hart index is
 * not below HYP_HART_MAX, or two contexts have one vCPU, or two vCPUs one hart.
 */
HYP_MUST_USE enum hyp_status vplic_init(struct vplic *vplic, const struct vplic_config *config,
                                        void *storage);

/*
 * Makes `source` a hardware one: the physical source of the same number. Call it before the guest
 * runs. HYP_OK, HYP_E_RANGE: no such source, or HYP_E_UNSUPPORTED: there is no physical one.
 */
HYP_MUST_USE enum hyp_status vplic_own(struct vplic *vplic, uint32_t source);

/* The line of `source`, for a virtual device. A hardware or absent source ignores it. */
struct irq_line vplic_line(struct vplic *vplic, uint32_t source);

/*
 * Call when the physical interrupt of `source` was claimed on `hart`, which is below HYP_HART_MAX.
 * The source becomes pending. If the VM does not own it or has stopped, it is completed at once and
 * disabled on that hart.
 */
void vplic_handle_phys_irq(struct vplic *vplic, uint32_t source, uint32_t hart);

/*
 * Call when the VM has stopped: completes outstanding claims and disables its physical sources.
 * Calls no set_external. Afterwards only vplic_handle_phys_irq() touches the physical controller.
 */
void vplic_stop(struct vplic *vplic);

/* True if every register has legal bits, and every summary and level agrees with the registers. */
bool vplic_is_valid(const struct vplic *vplic);
