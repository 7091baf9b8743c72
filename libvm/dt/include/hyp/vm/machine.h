/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The machine as its device tree has it, and as its CSRs keep what is written to them.
 *
 * The tree is read once, from front to back; what is wanted of it may come in any order. It is the
 * firmware's and trusted, but where it is malformed or says more than there is room for, that is
 * an answer, not a fault.
 *
 * Units   Bytes. Harts are dense indices: their ids, ascending.
 * Owner   The caller's. machine_read() keeps no pointer into the tree; places in it are offsets.
 * Locks   None.
 */
#pragma once

#include <hyp/base/range.h>
#include <hyp/base/status.h>
#include <hyp/vm/config.h>
#include <hyp/vm/guest_isa.h>
#include <hyp/vm/guest_seed.h>

#define MACHINE_RANGE_MAX 16
#define MACHINE_DEVICE_MAX 96
#define MACHINE_REGS_MAX 32
#define MACHINE_BOOTARGS_SIZE 512
#define MACHINE_NO_INDEX UINT32_MAX
#define MACHINE_KIND_MAX 4   /* Kinds of harts that are told apart. */
#define MACHINE_WITHOUT_H 16 /* Harts without H that are named. */

/* Extensions that work on blocks, whose size is the hart's: indices of block[]. */
enum machine_block {
    MACHINE_BLOCK_ZICBOM,
    MACHINE_BLOCK_ZICBOP,
    MACHINE_BLOCK_ZICBOZ,
    MACHINE_BLOCK_COUNT
};

/* Extensions of harts by the tree; after machine_probe(), those that guests can be granted. */
struct machine_grant {
    uint64_t isa;                        /* OR of BIT(enum guest_isa). */
    uint32_t mmu;                        /* enum guest_mmu: the widest. */
    uint32_t block[MACHINE_BLOCK_COUNT]; /* Bytes of a block; 0: no such extension. */
};

/* One range of registers, as CPUs have it, of a node that nothing disables. */
struct machine_device {
    uint64_t hpa;
    uint32_t at;  /* Offset of the node in the tree. */
    uint32_t bus; /* Used by machine_read() alone. */
};

enum machine_irqc {
    MACHINE_IRQC_NONE,
    MACHINE_IRQC_PLIC,
    MACHINE_IRQC_APLIC,
    MACHINE_IRQC_IMSIC,
    MACHINE_IRQC_SSWI,
};

struct machine {
    /* Ids of the harts with H, ascending: the index is the dense hart index. */
    uint64_t hart_id[HYP_HART_MAX];
    uint8_t hart_kind[HYP_HART_MAX]; /* Which of kind[] the hart is. */
    /* Kinds beyond MACHINE_KIND_MAX share the last one, which is what all of them have. */
    struct machine_grant kind[MACHINE_KIND_MAX];
    uint32_t kind_count;
    uint64_t without_h[MACHINE_WITHOUT_H]; /* Ids of the first harts that lack H, by the tree. */
    uint32_t without_h_count;              /* All harts that lack H, also those without room. */
    uint32_t intc[HYP_HART_MAX]; /* phandle of the hart's own interrupt controller; or 0. */
    /* At the controller: its S-mode context of a PLIC, its hart index of an APLIC with or without
     * IMSICs; MACHINE_NO_INDEX: the controller does not interrupt it. */
    uint32_t irqc_index[HYP_HART_MAX];
    uint32_t hart_count;
    struct hyp_mem mem[MACHINE_RANGE_MAX];
    uint32_t mem_count;
    struct hyp_mem reserved[MACHINE_RANGE_MAX];
    uint32_t reserved_count;
    struct hyp_mem initrd; /* The range that /chosen names as initrd; size 0: none. */
    uint32_t device_count;
    uint32_t regs_count;
    struct hyp_mem plic; /* Its registers; size 0 where they are several ranges, or none. */
    /*
     * First register of the firmware's console, by /chosen/stdout-path. Size 0: the tree names no
     * device that can be a VM's; all addresses: one of several, nobody knows which.
     */
    struct hyp_mem stdout_regs;
    uint32_t timebase_hz;
    uint32_t source_count;    /* The controller's, with source 0; 0: none is found. */
    bool other_irqc;          /* There is an APLIC, IMSIC or SSWI device: machine_aia.h. */
    struct machine_grant all; /* Common to all harts: the hypervisor itself uses no more. */
    char bootargs[MACHINE_BOOTARGS_SIZE];
    struct seed_source seed; /* The seeds of /chosen: rng-seed and kaslr-seed. */
    /*
     * Counts of things without room: harts above the first HYP_HART_MAX of the tree, ranges of
     * memory, devices, characters of the boot arguments. They are left out, which is safe. Reserved
     * ranges are never left out: above MACHINE_RANGE_MAX the one that is nearest grows over each.
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
    /* Arrays whose entries beyond their counts are not set. */
    struct machine_device device[MACHINE_DEVICE_MAX];
    /*
     * Registers of every PLIC, APLIC, IMSIC and SSWI device of the tree, used or not, the machine
     * level's too; size 0: CPUs have no address for them. If there are more, the last entry covers
     * all addresses. regs_of[] has the node of each; at 0: the node is disabled, or of no use.
     */
    struct hyp_regs regs[MACHINE_REGS_MAX];
    struct {
        uint32_t at;
        uint32_t kind; /* enum machine_irqc */
    } regs_of[MACHINE_REGS_MAX];
};

/*
 * Reads the device tree in the first of `size` bytes at `fdt`. Pure. A device is left out if there
 * is no room for it, or if it lies too deep for its address to be known.
 *
 * Returns HYP_OK; HYP_E_FORMAT: it is no device tree, or malformed; HYP_E_ABSENT: it has no hart
 * or no timebase; HYP_E_UNSUPPORTED: none of its harts has H. Then `m` says no more than what is
 * safe to print.
 */
HYP_MUST_USE enum hyp_status machine_read(struct machine *m, const void *fdt, size_t size);

/* Adds a range to those that are no one's. */
void machine_reserve(struct machine *m, uint64_t start, uint64_t size);

/*
 * Tries what this hart has and the firmware grants, after machine_read(), and strikes the rest
 * out of all kinds of harts. Other harts are asked by vcpu_hart_is_fit() when they start. Leaves
 * the CSRs 0.
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
 * Returns what all of these harts have (bit i: dense index i); nothing for the empty set. Where
 * their cache blocks differ in size, there is no block, and its extension is not granted.
 */
struct machine_grant machine_common(const struct machine *m, uint64_t harts);

/* henvcfg and hcounteren of guests that are granted `isa`. */
uint64_t machine_henvcfg(uint64_t isa);
uint64_t machine_hcounteren(const struct machine *m, uint64_t isa);

/*
 * Does the tree have a device one of whose ranges of registers begins at `hpa`? A node's reg is
 * translated by the ranges of every bus around it; a range that a bus passes on in part does not
 * count. True as well if devices were left out, as this may be one of them.
 */
bool machine_has_device(const struct machine *m, uint64_t hpa);

enum machine_clash {
    MACHINE_CLASH_NONE,
    MACHINE_CLASH_NO_RAM,   /* Some of it is not RAM, or is beyond 2^56. */
    MACHINE_CLASH_RESERVED, /* /reserved-memory or the memory reservation block has it. */
    MACHINE_CLASH_INITRD,   /* A boot loader's file lies there. */
};

/*
 * Is `own` RAM that nobody else has, by the tree? Pure. Where not, *with is what it clashes with:
 * the reserved range, the initrd, or the range of RAM that ends inside of it (an empty one: it
 * begins in none).
 */
enum machine_clash machine_find_clash(const struct machine *m, struct range own,
                                      struct range *with);
