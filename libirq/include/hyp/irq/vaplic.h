/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A virtual APLIC: one supervisor-level interrupt domain, a leaf, with hart indices 0, 1, … for the
 * VM's vCPUs, in direct or in MSI delivery mode, for the guest's stock driver.
 *
 *   offset               register
 *   0x0                  domaincfg
 *   4 * source           sourcecfg
 *   0x1c00 … 0x1fff      setip … clrienum
 *   0x2000, 0x2004       setipnum_le, setipnum_be
 *   0x3000               genmsi
 *   0x3000 + 4 * source  target
 *   0x4000 + 0x20 * idc  idelivery … claimi
 *
 * The model answers aligned accesses of 4 bytes, and those of 8 bytes at 4 mod 8 as two of 4, as
 * QEMU's bus does. All others, and offsets from 0x8000 on, are VDEV_FAULT. Other registers read 0
 * and ignore writes. So do the MSI address registers, which only machine-level domains have.
 *
 * A source is one of
 *   hardware   vaplic_own(): the physical source of the same number. It has the source mode that
 *              the guest sets, and its rectified input is read from the physical APLIC.
 *              Direct mode: while the guest enables the source, the physical interrupt goes to the
 *              hart of the guest's target, which claims it and calls vaplic_handle_phys_irq(). A
 *              level-sensitive source would interrupt again at once, so it is disabled physically
 *              until a read of claimi, topi, setip or in_clrip finds its input low.
 *              MSI mode: route() says where the physical MSIs go: to a guest interrupt file,
 * without an exit, and setipnum_le goes through to the physical APLIC, where it retriggers a level;
 * or to the hypervisor, which calls vaplic_handle_phys_irq(). line       vaplic_line(): a level
 * that a virtual device drives. none       nobody drives it: its input is low.
 *
 * Where the specification leaves room, or QEMU's model differs, the guest sees QEMU's:
 * domaincfg.BE is read-only zero, and setipnum_be works; target keeps all bits, also those of an
 * inactive source and reserved ones (a priority of 0 becomes 1); genmsi keeps all but bits 17:12,
 * and is never busy; sourcecfg keeps the reserved modes 2 and 3, which act as Detached; a write of
 * sourcecfg makes a source pending if its rectified input is then high, and clears the pending bit
 * of an inactive source only: a level-sensitive source can stay pending with a low input until it
 * is claimed, sent, or its input falls. IDC structures and genmsi read 0 in a domain without direct
 * or MSI delivery mode.
 *
 * Unlike QEMU, as the specification says: a level-sensitive source is no longer pending when its
 * input falls; an MSI is sent when an input rises, not each time that the device says high; the
 * rectified input of a detached source is 0.
 *
 * Cost    Constant while a hart has one request, for any number of sources. Else a claim looks once
 *         at each word of 64 sources. An access that concerns many sources (a word of a bitmap,
 *         domaincfg, inputs that have fallen) changes the registers at once, and defers requests
 *         and the physical APLIC: a few sources are updated in each call. A write answers
 *         VDEV_MORE, a read VDEV_AGAIN. Until more() has done the rest, a source that was just
 *         disabled can still interrupt, as one that was on its way. With up to 1023 sources, 8
 *         vCPUs and any number of hardware sources no call takes more than 2500 instructions
 *         (//tests/qemu:irqc_cost_*); vaplic_stop() looks at each source.
 * Owner   The caller's storage: vaplic_storage_size() bytes beside the struct.
 * Locks   The caller holds the VM's lock, for every function and for lines; none is taken inside.
 *         Callbacks are called with it held and must not call the model.
 * Context HS-mode or host; never waits. No global state.
 * Implements "Advanced Platform-Level Interrupt Controller" of the RISC-V AIA specification.
 */
#pragma once

#include <hyp/base/irq.h>
#include <hyp/base/status.h>
#include <hyp/base/types.h>
#include <hyp/base/vdev.h>
#include <hyp/irq/aplic_phys.h>

#define VAPLIC_SIZE 0x8000u

/* Delivery modes that domaincfg.DM supports, OR'ed. */
enum { VAPLIC_DIRECT = 1 << 0, VAPLIC_MSI = 1 << 1 };

struct vaplic_config {
    uint32_t source_count; /* Sources are 1 … source_count - 1; 2 … 1024. QEMU virt: 97. */
    uint32_t idc_count;    /* vCPUs, which are hart indices; 1 … HYP_HART_MAX. */
    uint32_t iprio_bits;   /* IPRIOLEN, 1 … 8. QEMU virt: 3. */
    uint32_t delivery;     /* VAPLIC_DIRECT, VAPLIC_MSI or both. QEMU virt: one of them. */
    const uint8_t *hart;   /* By vCPU: its dense hart index, for vaplic_own(). Borrowed. */
    const struct aplic_phys *phys; /* Physical APLIC of hardware sources, or NULL. Borrowed. */
    /* Direct mode: sets the external interrupt of a vCPU; called for changes only. */
    void (*set_external)(void *ctx, uint32_t vcpu, bool level);
    /* MSI mode: sends an MSI. The guest chose the numbers, below 2^14, 2^6 and 2^11; an MSI to a
     * hart or file that does not exist is lost. */
    void (*send_msi)(void *ctx, uint32_t hart_index, uint32_t guest_index, uint32_t eiid);
    /*
     * MSI mode, for vaplic_own(): routes the physical MSIs of an owned, active source to this
     * target of the guest. False: the target does not exist, so the source stays disabled.
     */
    bool (*route)(void *ctx, uint32_t source, uint32_t hart_index, uint32_t eiid);
    void *ctx;
};

struct vaplic_source {
    uint32_t target;   /* As the guest reads it. */
    uint8_t mode;      /* SM of sourcecfg. */
    bool wire;         /* Level of its line, before sourcecfg rectifies it. */
    bool owned;        /* Hardware. */
    bool phys_enabled; /* Hardware: enabled at the physical APLIC, unless a claim disabled it. */
};

/*
 * Requests of a hart in direct mode: sources that are pending, enabled and have it as target.
 *   requests[w]     bit b: source 64 * w + b
 *   best[w]         key of the best of these: priority << 10 | source; VAPLIC_NONE: no request
 *   top_key         the least of best[]
 *   threshold_key   a request signals if its key is below: ithreshold << 10, VAPLIC_NONE for 0
 */
struct vaplic_idc {
    uint64_t *requests;
    uint32_t *best;
    uint32_t top_key;
    uint32_t threshold_key;
    uint16_t count; /* Bits of requests[]. */
    uint8_t vcpu;   /* Its own index. */
    bool idelivery;
    bool iforce;
    bool external; /* As last set. */
};

#define VAPLIC_NONE UINT32_MAX

struct vaplic {
    struct vaplic_config config;
    struct vaplic_source *sources;
    struct vaplic_idc *idcs;
    /* Bit source % 64 of word source / 64. */
    uint64_t *pending;
    uint64_t *enabled;
    uint64_t *rectified; /* Rectified input values; 0 for hardware sources. */
    uint64_t *owned;
    uint64_t *active;          /* The source's mode is not Inactive. */
    uint64_t *level_sensitive; /* Its mode is Level1 or Level0. */
    uint64_t *deferred;        /* more() updates its request, its MSI and the physical APLIC. */
    uint64_t *iprio;           /* Bit k of the sources' priorities at iprio[k * word_count]. */
    uint32_t deferred_words;   /* Bit w: deferred[w] is not 0. */
    uint32_t word_count;
    uint32_t genmsi;
    bool ie;  /* Of domaincfg. */
    bool msi; /* DM of domaincfg. */
    bool vm_stopped;
};

extern const struct vdev_ops vaplic_vdev_ops; /* State: struct vaplic. */

/* Bytes of zeroed storage, 8-byte aligned, for this shape; 97 sources, 2 IDCs: 1128. */
uint64_t vaplic_storage_size(uint32_t source_count, uint32_t idc_count);

/*
 * The state after reset: every source inactive, nothing owned, domaincfg.IE 0; DM is direct where
 * the domain supports it.
 * HYP_OK, or HYP_E_PARAM: a count, iprio_bits or delivery is outside its bounds, or a vCPU's hart
 * index is not below HYP_HART_MAX.
 */
HYP_MUST_USE enum hyp_status vaplic_init(struct vaplic *vaplic, const struct vaplic_config *config,
                                         void *storage);

/*
 * Makes `source` a hardware one, inactive at the physical APLIC as it is for the guest. Call it
 * before the guest runs.
 * HYP_OK, HYP_E_RANGE: no such source, or HYP_E_UNSUPPORTED: there is no physical one, or the
 * domain has both delivery modes, while the physical APLIC has one.
 */
HYP_MUST_USE enum hyp_status vaplic_own(struct vaplic *vaplic, uint32_t source);

/* The line of `source`, for a virtual device. A hardware or absent source ignores it. */
struct irq_line vaplic_line(struct vaplic *vaplic, uint32_t source);

/*
 * Call when the physical interrupt of `source` came to the hypervisor: in direct mode the driver
 * has claimed it, and disabled it if it is level-sensitive. The source becomes pending. If the VM
 * does not own it or has stopped, it is disabled.
 */
void vaplic_handle_phys_irq(struct vaplic *vaplic, uint32_t source);

/*
 * Call when the VM has stopped: its sources become inactive at the physical APLIC. Calls no
 * set_external. Afterwards only vaplic_handle_phys_irq() touches the physical APLIC.
 */
void vaplic_stop(struct vaplic *vaplic);

/* True if every register has legal bits, and bitmaps, summaries and levels agree with them. */
bool vaplic_is_valid(const struct vaplic *vaplic);
