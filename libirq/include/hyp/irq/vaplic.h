/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A virtual APLIC: one supervisor-level interrupt domain, a leaf, with hart indices 0, 1, … for the
 * VM's vCPUs. The guest's stock driver sees the chip, in direct or in MSI delivery mode.
 *
 *   offset               register                  Answered are aligned accesses of 4 bytes,
 *   0x0                  domaincfg                 and those of 8 bytes at 4 mod 8, as two of
 *   4 * source           sourcecfg                 4 (QEMU's bus does so); all others, and
 *   0x1c00 … 0x1fff      setip … clrienum          offsets from 0x8000 on, are VDEV_FAULT.
 *   0x2000, 0x2004       setipnum_le, setipnum_be  What is no register reads 0 and ignores
 *   0x3000               genmsi                    writes; so do the address registers of
 *   0x3000 + 4 * source  target                    MSIs, which only machine-level domains have.
 *   0x4000 + 0x20 * idc  idelivery … claimi
 *
 * A source is one of
 *   hardware   vaplic_own(): the machine's source of the same number. The guest's source mode
 *              is the machine's, and inputs are read from there.
 *              Direct mode: the machine's interrupt goes to the hart of the guest's target while
 *              the guest enables the source; its claim ends in vaplic_handle_phys_irq(). A
 * level-sensitive one is then off at the machine, or it would interrupt for ever, until a read of
 *              claimi, topi, setip or in_clrip finds the input low.
 *              MSI mode: the caller's route() says where the machine's MSIs go. Into a
 *              guest interrupt file: no exit; setipnum_le goes through to the machine, where it
 *              retriggers a level. Or to the hypervisor, which calls vaplic_handle_phys_irq().
 *   line       vaplic_line(): a level that a virtual device drives.
 *   none       nobody drives it: its wire is low.
 *
 * Where the specification leaves room, or QEMU's model differs, the guest sees QEMU's:
 * domaincfg.BE is read-only zero, and setipnum_be works; target holds what was written, of an
 * inactive source, and in reserved bits, too (a priority of 0 becomes 1); so does genmsi, but
 * for bits 17:12, and is never busy; sourcecfg keeps the reserved modes 2 and 3, which are as
 * Detached; writing it pends a source whose rectified input is then high, and clears the pending
 * bit of an inactive one only: a level-sensitive source can be left pending with a low input, until
 * it is claimed, sent, or its input falls. IDC structures and genmsi read 0 in a domain without
 * direct or MSI delivery mode.
 *
 * Not as QEMU, but as the specification: when the input of a level-sensitive source falls, it is
 * no longer pending; an MSI is sent when an input rises, not each time that the device says high;
 * the rectified input of a detached source is 0, whatever its wire.
 *
 * Cost    Constant while a hart has one request, however many sources there are. Else a claim
 *         looks once at each word of 64 sources. What concerns many sources (a bitmap's word,
 *         domaincfg, inputs that have fallen) changes the registers at once, and what depends on
 *         them a few sources at a time: a write answers VDEV_MORE, a read VDEV_AGAIN. Until more()
 *         has done the rest, an interrupt can come from a source that was just disabled, as from
 *         one that was on its way. With up to 1023 sources, 8 vCPUs and any number of hardware
 *         sources no call is above 2500 instructions (//tests/qemu:irqc_cost_*); vaplic_stop() and
 *         vaplic_reset() look at each source.
 * Owner   The caller's storage: vaplic_storage_size() bytes beside the struct.
 * Locks   The VM's lock, for every function and for lines; none is taken inside, and callbacks
 *         are called with it held: they do not call back.
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

/* The delivery modes that domaincfg.DM can say, OR'ed. */
enum { VAPLIC_DIRECT = 1 << 0, VAPLIC_MSI = 1 << 1 };

struct vaplic_config {
    uint32_t source_count; /* Sources are 1 … source_count - 1; 2 … 1024. QEMU virt: 97. */
    uint32_t idc_count;    /* vCPUs, which are hart indices; 1 … HYP_HART_MAX. */
    uint32_t iprio_bits;   /* IPRIOLEN, 1 … 8. QEMU virt: 3. */
    uint32_t delivery;     /* VAPLIC_DIRECT, VAPLIC_MSI or both. QEMU virt: one of them. */
    const uint8_t *hart;   /* By vCPU: its dense hart index, for vaplic_own(). Borrowed. */
    const struct aplic_phys *phys; /* The machine's, for hardware sources; NULL: none. Borrowed. */
    /* Direct mode: the external interrupt of a vCPU changes; called for changes only. */
    void (*set_external)(void *ctx, uint32_t vcpu, bool level);
    /* MSI mode. The guest's own words, below 2^14, 2^6 and 2^11: of nobody, the MSI is lost. */
    void (*send_msi)(void *ctx, uint32_t hart_index, uint32_t guest_index, uint32_t eiid);
    /*
     * MSI mode, for vaplic_own(): sends the machine's MSIs of an owned, active source where
     * this target of the guest's is. False: it is nobody's, so the source stays off.
     */
    bool (*route)(void *ctx, uint32_t source, uint32_t hart_index, uint32_t eiid);
    void *ctx;
};

struct vaplic_source {
    uint32_t target;   /* As the guest reads it. */
    uint8_t mode;      /* SM of sourcecfg. */
    bool wire;         /* What the line drives. */
    bool owned;        /* Hardware. */
    bool phys_enabled; /* Hardware: enabled at the machine, if no claim has turned it off. */
};

/*
 * Requests of a hart in direct mode: sources that are pending, enabled and have it as target.
 *   ready[w]   bit b: source 64 * w + b
 *   best[w]    the best of these: priority << 10 | source, the least; VAPLIC_NONE: no request
 *   top        the best of best[]
 *   limit      signals if top is below: ithreshold << 10, or VAPLIC_NONE for 0
 */
struct vaplic_idc {
    uint64_t *requests;
    uint32_t *best;
    uint32_t top_key;
    uint32_t threshold_key;
    uint16_t count; /* Requests: bits of ready[]. */
    uint8_t vcpu;   /* Its own index. */
    bool idelivery;
    bool iforce;
    bool external; /* As driven. */
};

#define VAPLIC_NONE UINT32_MAX

struct vaplic {
    struct vaplic_config config;
    struct vaplic_source *sources;
    struct vaplic_idc *idcs;
    /* Bit source % 64 of word source / 64. */
    uint64_t *pending;
    uint64_t *enabled;
    uint64_t *rectified; /* Rectified; 0 of hardware sources. */
    uint64_t *owned;
    uint64_t *active;          /* The source's mode is not inactive; */
    uint64_t *level_sensitive; /* it is level-sensitive. */
    /* Its request, its message and the machine do not follow its registers yet: more() does. */
    uint64_t *deferred;
    uint64_t *iprio;         /* Bit k of the sources' priorities at iprio[k * word_count]. */
    uint32_t deferred_words; /* Bit w: late[w] is not 0. */
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
 * Makes `source` a hardware one, inactive at the machine, as it is to the guest. Before that runs.
 * HYP_OK, HYP_E_RANGE: no such source, or HYP_E_UNSUPPORTED: the machine has none, or the
 * domain has both delivery modes, while the machine's way is one.
 */
HYP_MUST_USE enum hyp_status vaplic_own(struct vaplic *vaplic, uint32_t source);

/* The wire into `source`, for a virtual device; to a hardware or absent source it leads nowhere. */
struct irq_line vaplic_line(struct vaplic *vaplic, uint32_t source);

/*
 * The physical interrupt of an owned source came to the hypervisor: in direct mode claimed at the
 * machine's APLIC, which has turned a level-sensitive source off. One that is not owned, or
 * of a VM that has stopped, is turned off.
 */
void vaplic_handle_phys_irq(struct vaplic *vaplic, uint32_t source);

/*
 * The VM has stopped: its sources are inactive at the machine, whatever was outstanding. Calls no
 * set_external. Until vaplic_reset() the machine's APLIC is not touched but by
 * vaplic_handle_phys_irq().
 */
void vaplic_stop(struct vaplic *vaplic);

/* Every register within its bits, every bitmap, summary and level what the registers say. */
bool vaplic_is_valid(const struct vaplic *vaplic);
