/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A virtual PLIC: the guest's stock driver sees the chip, with any number of contexts.
 *
 *   offset                      register             Answered are aligned accesses of 4 bytes,
 *   4 * source                  priority, WARL       and those of 8 bytes at 4 mod 8, as two of
 *   0x1000 + 4 * word           pending, read-only   4 (QEMU's bus does so); all others, and
 *   0x2000 + 0x80 * c + 4 * w   enable               offsets from 0x600000 on, are VDEV_FAULT.
 *   0x200000 + 0x1000 * c       threshold, WARL      What is no register reads 0 and ignores
 *   0x200004 + 0x1000 * c       claim, complete      writes.
 *
 * A source is one of
 *   hardware   vplic_own(): physical. Claimed at the interrupt by the hypervisor, completed
 *              when the guest completes, in the context that claimed. What the guest enables is
 *              enabled at the machine's controller for the hart of that context, and stays so while
 *              a claim is outstanding, because a PLIC drops the completion of a disabled source.
 *   line       vplic_line(): a level that a virtual device drives. A request, once made, is not
 *              taken back; none is made while the guest has claimed the source; at completion a
 *              level that is high makes the next one.
 *   none       nobody raises it.
 *
 * Where the specification leaves room, or QEMU's model differs, the guest sees QEMU's:
 * the claim register heeds the threshold; a completion ends the claim of any context, enabled or
 * not; the enable bit of source 0 is plain storage; the priority of source 0 reads 0; a
 * context without a vCPU (M-mode's) works, but interrupts nobody.
 *
 * Cost    Constant for a sole request, however many sources there are. Else requests are bitmaps by
 *         priority, and each context has a summary of those that it enables: a claim finds the best
 *         by three looks, and a change of one request costs the same for each context. A write of
 *         enables changes its register at once, and the machine a few sources at a time: it answers
 *         VDEV_MORE. Until more() has done the rest, an interrupt can come from a source that was
 *         just disabled, as from one that was on its way. With up to 1023 sources, 8 vCPUs and any
 *         number of hardware sources no call is above 2500 instructions (//tests/qemu:irqc_cost_*).
 * Owner   The caller's storage: vplic_storage_size() bytes beside the struct.
 * Locks   The VM's lock, for every function and for lines; none is taken inside.
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
    const uint8_t *vcpu;     /* By context: whom it interrupts, or VPLIC_NO_VCPU. Copied. */
    const uint8_t *hart;     /* By vCPU: its dense hart index. Borrowed. */
    const struct irqc *irqc; /* The machine's, for hardware sources; NULL: none. Borrowed. */
    /* The external interrupt of a vCPU changes; called for changes only, from any function below.
     */
    void (*set_external)(void *ctx, uint32_t vcpu, bool level);
    void *ctx;
};

struct vplic_source {
    uint64_t targets; /* Bit v: vCPU v's context enables it; but for `late` sources. */
    uint8_t priority;
    uint8_t state; /* Flags of vplic.c. */
    uint8_t hart;  /* Hardware, claim outstanding: the hart that claimed. */
};

/*
 * Requests are pending bits by priority: bit b of row(p)[w] says that source 64 * w + b is pending
 * with priority p. Each context has a summary of those that it enables:
 *   words[p]   bit w: row(p)[w] & enable[w] is not 0
 *   levels     bit 63 - p: words[p] is not 0; so the first bit is the highest priority
 * While there is only one request, it is `sole` instead, and the rows are empty.
 */
struct vplic_context {
    uint64_t *enable;   /* Registers in pairs. */
    uint64_t *deferred; /* The same; 1: the source's `targets` is still what enable was. */
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
    uint64_t pending_in_rows; /* Requests in the rows. */
    uint64_t lone_pending;    /* The one source with a request; 0: none, or they are in the rows. */
    uint64_t external;        /* By vCPU: its external interrupt as driven. */
    uint64_t deferred;        /* By vCPU: its context may have `late` bits. */
    uint32_t word_count;      /* Words of a row: source_count / 64, rounded up. */
    uint32_t reg_count;       /* Registers of pending or of a context's enables. */
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
 * Makes `source` a hardware one: the machine's of the same number. Before the guest runs.
 * HYP_OK, HYP_E_RANGE: no such source, or HYP_E_UNSUPPORTED: the machine has none.
 */
HYP_MUST_USE enum hyp_status vplic_own(struct vplic *vplic, uint32_t source);

/* The wire into `source`, for a virtual device; to a hardware or absent source it leads nowhere. */
struct irq_line vplic_line(struct vplic *vplic, uint32_t source);

/*
 * The physical interrupt of an owned source was claimed on `hart`, which is below HYP_HART_MAX.
 * Of a source not owned, or of a VM that has stopped, it is completed at once and disabled there.
 */
void vplic_handle_phys_irq(struct vplic *vplic, uint32_t source, uint32_t hart);

/*
 * The VM has stopped: completes what is outstanding, disables its sources at the machine. Calls no
 * set_external. Until vplic_reset() the machine's controller is not touched but by
 * vplic_handle_phys_irq().
 */
void vplic_stop(struct vplic *vplic);

/* Every register within its bits, every summary and level what the registers say. */
bool vplic_is_valid(const struct vplic *vplic);
