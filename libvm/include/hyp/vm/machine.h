/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What machine this is: its device tree, and CSRs that keep what is written to them.
 *
 * The tree is read once, from front to back; what is wanted of it may come in any order. It is the
 * firmware's and trusted, but where it is malformed or says more than there is room for, that is
 * an answer, not a fault.
 *
 * Units   Bytes. Harts are dense indices: their ids, ascending.
 * Owner   The caller's. machine_read() leaves nothing behind that points into the tree.
 * Locks   None.
 */
#pragma once

#include <hyp/base/range.h>
#include <hyp/base/status.h>
#include <hyp/vm/config.h>
#include <hyp/vm/guest_isa.h>
#include <hyp/vm/guest_seed.h>

#define MACHINE_RANGE_MAX 16
#define MACHINE_DEVICE_MAX 64
#define MACHINE_BOOTARGS_SIZE 512
#define MACHINE_NO_INDEX UINT32_MAX
#define MACHINE_KIND_MAX 4   /* Kinds of harts that are told apart. */
#define MACHINE_WITHOUT_H 16 /* Harts without H that are named. */

/* What harts have by the tree, and from machine_probe() on also grant to guests. */
struct machine_grant {
    uint64_t isa;      /* OR of BIT(enum guest_isa). */
    uint32_t mmu;      /* enum guest_mmu: the widest. */
    uint32_t block[3]; /* Bytes of a block of Zicbom, Zicbop and Zicboz; 0: no such extension. */
};

struct machine {
    /* Those with H: the others are nobody's. Ascending: the index is the dense hart index. */
    uint64_t hart_id[HYP_HART_MAX];
    uint8_t hart_kind[HYP_HART_MAX]; /* Which of kind[] the hart is. */
    /* Beyond MACHINE_KIND_MAX, the last kind is what all the rest have. */
    struct machine_grant kind[MACHINE_KIND_MAX];
    uint32_t kind_count;
    uint64_t without_h[MACHINE_WITHOUT_H]; /* Ids of the first harts that lack H, by the tree. */
    uint32_t without_h_count;              /* Of all of them. */
    uint32_t intc[HYP_HART_MAX];       /* phandle of the hart's own interrupt controller; or 0. */
    uint32_t irqc_index[HYP_HART_MAX]; /* Its S-mode context at the PLIC, or MACHINE_NO_INDEX. */
    uint32_t hart_count;
    struct hyp_mem mem[MACHINE_RANGE_MAX];
    uint32_t mem_count;
    struct hyp_mem reserved[MACHINE_RANGE_MAX];
    uint32_t reserved_count;
    struct hyp_mem initrd; /* What /chosen names as one; size 0: none. Whose it is, nobody says. */
    uint64_t device_hpa[MACHINE_DEVICE_MAX]; /* First register of each node that is not disabled. */
    uint32_t device_count;
    /*
     * First register of the firmware's console, by /chosen/stdout-path. Size 0: the tree names no
     * device that can be a VM's; all addresses: one of several, nobody knows which.
     */
    struct hyp_mem stdout_regs;
    uint32_t timebase_hz;
    uint32_t source_count; /* PLIC's, with source 0; 0: there is no PLIC. */
    bool other_irqc;       /* Something else interrupts harts, and it is no CLINT: machine_aia.h. */
    struct machine_grant all; /* What all harts have: what the hypervisor itself uses. */
    char bootargs[MACHINE_BOOTARGS_SIZE];
    struct seed_source seed; /* Of /chosen's rng-seed and kaslr-seed. */
    /*
     * What there was no room for: harts above the first HYP_HART_MAX of the tree, ranges of memory,
     * devices, characters of the boot arguments. They are left out, which is safe. Reserved ranges
     * are never left out: above MACHINE_RANGE_MAX the one that is nearest grows over each.
     */
    uint32_t harts_left_out;
    uint32_t mem_left_out;
    uint32_t reserved_merged;
    uint32_t devices_left_out;
    uint32_t bootargs_left_out;
    /* machine_probe() */
    bool svpbmt;
    bool envcfg; /* henvcfg and senvcfg are there. */
    bool stateen;
    uint32_t gpa_bits;
    uint32_t vmid_bits;  /* VMIDLEN, 0 to 14. A hart runs one VM for good, so even 0 will do. */
    uint64_t hcounteren; /* Counters that can be granted. */
};

/*
 * Reads the device tree in the first of `size` bytes at `fdt`. Pure.
 *
 * Returns HYP_OK; HYP_E_FORMAT: it is no device tree, or malformed; HYP_E_ABSENT: it has no hart
 * or no timebase; HYP_E_UNSUPPORTED: none of its harts has H. Then `m` says no more than what is
 * safe to print.
 */
HYP_MUST_USE enum hyp_status machine_read(struct machine *m, const void *fdt, size_t size);

/* Adds a range to those that are no one's. */
void machine_reserve(struct machine *m, uint64_t start, uint64_t size);

/*
 * Then asks the hart that it runs on what it has and the firmware grants, and takes from
 * all kinds of harts what they do not: another hart is asked when it starts, by
 * vcpu_hart_is_fit(). Leaves the CSRs 0.
 *
 * Returns HYP_OK, or HYP_E_UNSUPPORTED: a hart without H, or no G-stage mode.
 */
HYP_MUST_USE enum hyp_status machine_probe(struct machine *m);

/* All of its harts, as a set. */
static inline uint64_t machine_harts(const struct machine *m)
{
    return m->hart_count == 64 ? UINT64_MAX : BIT(m->hart_count) - 1;
}

/* The dense index of a hart; MACHINE_NO_INDEX: it is none of m's. */
uint32_t machine_find_hart(const struct machine *m, uint64_t hart_id);

/*
 * What all of these harts (bit i: dense index i) have; of none, nothing. Cache blocks of two sizes
 * are none, and their extension is not granted.
 */
struct machine_grant machine_common(const struct machine *m, uint64_t harts);

/* henvcfg and hcounteren of guests that are granted `isa`. */
uint64_t machine_henvcfg(uint64_t isa);
uint64_t machine_hcounteren(const struct machine *m, uint64_t isa);

/*
 * Does the tree have a device whose registers begin at `hpa`? Looked at are nodes of the root and
 * of buses below it that map one to one. True as well if devices were left out: nobody knows then.
 */
bool machine_has_device(const struct machine *m, uint64_t hpa);

enum machine_clash {
    MACHINE_CLASH_NONE,
    MACHINE_CLASH_NO_RAM,   /* Some of it is not RAM, or is beyond 2^56. */
    MACHINE_CLASH_RESERVED, /* By /reserved-memory or the memory reservation block. */
    MACHINE_CLASH_INITRD,   /* A boot loader's file lies there. */
};

/*
 * Is `own` RAM that nobody else has, by the tree? Pure. Where not, *with is what it clashes with:
 * the reserved range, the initrd, or the range of RAM that ends inside of it (an empty one: it
 * begins in none).
 */
enum machine_clash machine_find_clash(const struct machine *m, struct range own,
                                      struct range *with);
