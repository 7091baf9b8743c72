/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A virtual APLIC for the guest's stock driver: one supervisor-level interrupt domain in direct or
 * in MSI delivery mode. Hart index n of the domain is the VM's vCPU n. The domain is a leaf, so a
 * write of sourcecfg with D = 1 sets the register to 0.
 *
 *   byte offset          register
 *   0x0                  domaincfg
 *   4 * source           sourcecfg
 *   0x1c00 … 0x1fff      setip … clrienum
 *   0x2000, 0x2004       setipnum_le, setipnum_be
 *   0x3000               genmsi
 *   0x3000 + 4 * source  target
 *   0x4000 + 0x20 * idc  idelivery … claimi
 *
 * The model answers aligned accesses of 4 bytes. An access of 8 bytes at an offset that is 4 mod 8
 * acts as two of 4, as on QEMU's bus. All others, and offsets from 0x8000 on, are VDEV_FAULT. Other
 * registers read 0 and ignore writes. So do the MSI address registers, which only machine-level
 * domains have.
 *
 * A source is one of
 *
 *   hardware   vaplic_own() was called: the physical source of the same number. The guest's source
 *              mode is set at the physical APLIC, where its rectified input is read.
 *
 *              Direct mode: while the guest enables the source, the physical interrupt goes to the
 *              hart of the guest's target, which claims it and calls vaplic_handle_phys_irq(). A
 *              level-sensitive source would interrupt again at once, so it is disabled physically
 *              until a read of claimi, topi, setip or in_clrip finds its input low.
 *
 *              MSI mode: route() decides where the physical MSIs go. If they go to a guest
 *              interrupt file, the guest gets them without an exit. Else the hypervisor gets them
 *              and calls vaplic_handle_phys_irq(). A write of setip or setipnum goes through to
 *              the physical APLIC, which sends the MSI of a level again if its input is high.
 *
 *   line       vaplic_line() was called: a virtual device drives its level.
 *
 *   none       Nobody drives it: its input is low.
 *
 * The guest sees QEMU's choice where the specification leaves room, or QEMU's model differs:
 *
 *   domaincfg    BE is read-only zero. setipnum_be works nevertheless.
 *   sourcecfg    The reserved modes 2 and 3 are kept and act as Detached. A write makes the source
 *                pending if its rectified input is high then. It clears the pending bit only if it
 *                makes the source inactive, so a level-sensitive source can stay pending with a low
 *                input until it is claimed or sent, or its input falls.
 *   target       All bits are kept, also reserved ones and those of an inactive source; but in
 *                direct mode IPRIO has IPRIOLEN bits, and 0 becomes 1.
 *   genmsi       All bits but 17:12 are kept. Busy, bit 12, reads 0. The register reads 0 in
 *                a domain that does not support MSI mode; DM does not matter.
 *   IDC          All read 0 in a domain that does not support direct mode; DM does not matter.
 *
 * Unlike QEMU, as the specification says: a level-sensitive source is no longer pending when its
 * input falls; an MSI is sent when the rectified input rises, not again when a device sets a line
 * that is high already; the rectified input of a detached source is 0.
 *
 * Cost    A claim takes constant time while its hart has one request, for any number of sources.
 *         Else it looks once at each word of 64 sources. An access that concerns many sources (a
 *         word of a bitmap, domaincfg, inputs that have fallen) changes the registers at once, and
 *         defers requests and the physical APLIC: each call updates a few sources and returns
 *         VDEV_MORE while some are left. A read of topi or claimi ends at most one request whose
 *         input has fallen; if the next one has fallen, too, it returns VDEV_AGAIN. Until more()
 *         has done the rest, a source that was just disabled can still interrupt, as an interrupt
 *         does that was already on its way. With up to 1023 sources, 8 vCPUs and any number of
 *         hardware sources no call takes more than 2500 instructions (//tests/qemu:irqc_cost_*);
 *         but vaplic_stop() looks at each source.
 * Owner   The caller's storage: vaplic_storage_size() bytes beside the struct.
 * Locks   The caller holds the VM's lock, for every function and when it sets a line. The model
 *         takes no lock. It calls the callbacks with the VM's lock held; they must not call the
 *         model.
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

/* Delivery modes that the domain supports, OR'ed. With one of them domaincfg.DM is read-only. */
enum { VAPLIC_DIRECT = 1 << 0, VAPLIC_MSI = 1 << 1 };

struct vaplic_config {
    uint32_t source_count; /* Sources are 1 … source_count - 1; 2 … 1024. QEMU virt: 97. */
    uint32_t idc_count;    /* vCPUs, which are hart indices; 1 … HYP_HART_MAX. */
    uint32_t iprio_bits;   /* IPRIOLEN, 1 … 8. QEMU virt: 3. */
    uint32_t delivery;     /* VAPLIC_DIRECT, VAPLIC_MSI or both. QEMU virt: one of them. */
    /* Direct mode, for vaplic_own(): dense hart index of each vCPU, or NULL. Borrowed. */
    const uint8_t *hart;
    const struct aplic_phys *phys; /* Physical APLIC of hardware sources, or NULL. Borrowed. */
    /* Direct mode: sets the external interrupt of a vCPU. It is called only if the level changes,
     * and is low at first. */
    void (*set_external)(void *ctx, uint32_t vcpu, bool level);
    /* MSI mode: sends an MSI. The guest chose the three numbers: they have 14, 6 and 11 bits and
     * are not checked. The callee drops an MSI to a hart or file that does not exist. */
    void (*send_msi)(void *ctx, uint32_t hart_index, uint32_t guest_index, uint32_t eiid);
    /*
     * MSI mode, for vaplic_own(), or NULL: routes the physical MSIs of an owned, active source to
     * this target of the guest. hart_index is below idc_count. False: the target does not exist,
     * so the source is disabled at the physical APLIC.
     */
    bool (*route)(void *ctx, uint32_t source, uint32_t hart_index, uint32_t eiid);
    void *ctx;
};

struct vaplic_source {
    uint32_t target;   /* Value that the guest reads. */
    uint8_t mode;      /* SM of sourcecfg: APLIC_SM_…, or the reserved 2 and 3. */
    bool wire;         /* Level of its line, before sourcecfg rectifies it. Not for hardware. */
    bool owned;        /* A hardware source. */
    bool phys_enabled; /* Hardware: enabled at the physical APLIC, unless a claim disabled it. */
};

/*
 * An IDC structure (interrupt delivery control), and the requests of its hart in direct mode: the
 * sources that are pending, enabled and have this hart as target.
 *
 * A request has the key priority << 10 | source. The least key is the best request: the lowest
 * priority number wins, and among equals the lowest source, as the specification says for topi.
 *
 *   requests[w]     bit b: source 64 * w + b is a request
 *   best[w]         least key of requests[w]; VAPLIC_NONE: no request
 *   top_key         least key of best[]; VAPLIC_NONE: no request
 *   threshold_key   a request signals if its key is below: ithreshold << 10; but an ithreshold of 0
 *                   lets every request through, so it is VAPLIC_NONE
 */
struct vaplic_idc {
    uint64_t *requests;
    uint32_t *best;
    uint32_t top_key;
    uint32_t threshold_key;
    uint16_t count; /* Number of bits set in requests[]. */
    uint8_t vcpu;   /* Its index in idcs[], for set_external(). */
    bool idelivery;
    bool iforce;
    bool external; /* The level that set_external() has set last. */
};

#define VAPLIC_NONE UINT32_MAX /* Above every key. */

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
    uint64_t *iprio;           /* Eight bitmaps: bit k of all priorities at iprio[k * word_count].
                                  Unused in a domain that supports MSI mode only. */
    uint32_t deferred_words;   /* Bit w: deferred[w] is not 0. */
    uint32_t word_count;       /* Words of one bitmap. */
    uint32_t genmsi;           /* Value that the guest reads. */
    bool ie;                   /* IE of domaincfg. */
    bool msi;                  /* DM of domaincfg. */
    bool vm_stopped;
};

extern const struct vdev_ops vaplic_vdev_ops; /* State: struct vaplic. */

/* Bytes of storage that vaplic_init() needs; with source_count 97 and 2 vCPUs: 1128. */
uint64_t vaplic_storage_size(uint32_t source_count, uint32_t idc_count);

/*
 * Sets the state after reset: every source inactive, nothing owned, domaincfg.IE 0; DM is direct
 * where the domain supports it. `storage` is zeroed and 8-byte aligned. Copies *config.
 * HYP_OK, or HYP_E_PARAM: a count, iprio_bits or delivery is outside its bounds, or a vCPU's hart
 * index is not below HYP_HART_MAX.
 */
HYP_MUST_USE enum hyp_status vaplic_init(struct vaplic *vaplic, const struct vaplic_config *config,
                                         void *storage);

/*
 * Makes `source` a hardware one, inactive at the physical APLIC as it is for the guest. Call it
 * before the guest runs.
 * HYP_OK, HYP_E_RANGE: no such source, or HYP_E_UNSUPPORTED: the physical APLIC has no such source;
 * config.hart (direct mode) or config.route (MSI mode) is NULL; or the domain supports both
 * delivery modes: the guest could change DM, but the physical APLIC's DM is shared by all VMs.
 */
HYP_MUST_USE enum hyp_status vaplic_own(struct vaplic *vaplic, uint32_t source);

/* Returns the input of `source` for a virtual device. A hardware or absent source ignores it. */
struct irq_line vaplic_line(struct vaplic *vaplic, uint32_t source);

/*
 * Call when the physical interrupt of `source` came to the hypervisor: in direct mode the driver
 * has claimed it, and disabled it if it is level-sensitive. The source becomes pending, unless the
 * guest has made it inactive meanwhile. If the VM does not own it or has stopped, it is disabled at
 * the physical APLIC, which must exist and have this source.
 */
void vaplic_handle_phys_irq(struct vaplic *vaplic, uint32_t source);

/*
 * Call when the VM has stopped: its sources become inactive at the physical APLIC. Calls no
 * set_external. Afterwards only vaplic_handle_phys_irq() touches the physical APLIC.
 */
void vaplic_stop(struct vaplic *vaplic);

/* For tests: true if registers have legal bits, and bitmaps, keys and levels agree with them. */
bool vaplic_is_valid(const struct vaplic *vaplic);
