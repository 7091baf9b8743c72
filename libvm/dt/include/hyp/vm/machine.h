/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The machine as its device tree describes it, and as its CSRs keep what is written to them.
 *
 * The tree is read once, from front to back; nodes and properties may come in any order. The
 * firmware has written it and is trusted, but a tree that is malformed, or has more than there is
 * room for, is an error or a count, and never accessed beyond its end.
 *
 * Units   Bytes. Harts are dense indices: their ids, ascending.
 * Owner   The caller's. machine_read() keeps no pointer into the tree, only offsets.
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
#define MACHINE_KIND_MAX 4   /* Kinds of harts that are kept apart. */
#define MACHINE_WITHOUT_H 16 /* Ids of harts without H that are kept. */

/* Extensions that work on cache blocks: indices of block[]. */
enum machine_block {
    MACHINE_BLOCK_ZICBOM,
    MACHINE_BLOCK_ZICBOP,
    MACHINE_BLOCK_ZICBOZ,
    MACHINE_BLOCK_COUNT
};

/* Extensions of harts by the tree; machine_probe() leaves those that guests can be granted. */
struct machine_grant {
    uint64_t isa;                        /* OR of BIT(enum guest_isa). */
    uint32_t mmu;                        /* enum guest_mmu: the widest. */
    uint32_t block[MACHINE_BLOCK_COUNT]; /* Bytes of a block; 0: no such extension. */
};

/* One range of registers, in addresses of CPUs, of a node that is not disabled. */
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
    uint8_t hart_kind[HYP_HART_MAX]; /* Index in kind[]. */
    /* Kinds beyond MACHINE_KIND_MAX share the last entry, which has what all of them have. */
    struct machine_grant kind[MACHINE_KIND_MAX];
    uint32_t kind_count;
    uint64_t without_h[MACHINE_WITHOUT_H]; /* Ids of the first harts that lack H. */
    uint32_t without_h_count;              /* All harts that lack H. */
    uint32_t intc[HYP_HART_MAX]; /* phandle of the hart's own interrupt controller; or 0. */
    /* The S-mode context of the PLIC, or the hart index of the APLIC; MACHINE_NO_INDEX: the
     * controller does not interrupt the hart. */
    uint32_t irqc_index[HYP_HART_MAX];
    uint32_t hart_count;
    struct hyp_mem mem[MACHINE_RANGE_MAX];
    uint32_t mem_count;
    struct hyp_mem reserved[MACHINE_RANGE_MAX];
    uint32_t reserved_count;
    struct hyp_mem initrd; /* The initrd of /chosen; size 0: none. */
    uint32_t device_count;
    uint32_t regs_count;
    struct hyp_mem plic; /* Its registers; size 0 where they are several ranges, or none. */
    /*
     * First register of the firmware's console, by /chosen/stdout-path. Size 0: the tree names no
     * device that can be a VM's; all addresses: it may be one of several devices.
     */
    struct hyp_mem stdout_regs;
    uint32_t timebase_hz;
    uint32_t source_count;    /* The controller's, source 0 included; 0: there is none. */
    bool other_irqc;          /* There is an APLIC, IMSIC or SSWI device: machine_aia.h. */
    struct machine_grant all; /* Common to all harts: the hypervisor itself uses no more. */
    char bootargs[MACHINE_BOOTARGS_SIZE];
    struct seed_source seed; /* The seeds of /chosen: rng-seed and kaslr-seed. */
    /*
     * Counts of what has no room: harts above the first HYP_HART_MAX of the tree, ranges of memory,
     * devices, characters of the boot arguments. They are left out, which is safe. Reserved ranges
     * are never left out: above MACHINE_RANGE_MAX the nearest one grows over each.
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
    uint32_t counters;   /* Those of SBI PMU that count nothing but guests', if told to. */
    /* Arrays whose entries beyond their counts are not set. */
    struct machine_device device[MACHINE_DEVICE_MAX];
    /*
     * Registers of every PLIC, APLIC, IMSIC and SSWI device of the tree, used or not, machine level
     * included; size 0: CPUs have no address for them. If there are more, the last entry covers all
     * addresses. regs_of[] has the node of each; at 0: the node is disabled, or of no use.
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
 * or no timebase; HYP_E_UNSUPPORTED: none of its harts has H. Then *machine is only good
 * for printing.
 */
HYP_MUST_USE enum hyp_status machine_read(struct machine *machine, const void *fdt, size_t size);

/* Adds a range to the reserved ones. */
void machine_reserve(struct machine *machine, uint64_t start, uint64_t size);

/*
 * Tries the extensions of this hart after machine_read(), and removes those that it or the firmware
 * lacks from all kinds of harts. vcpu_hart_is_fit() tries other harts when they start. Leaves the
 * CSRs 0.
 *
 * Returns HYP_OK, or HYP_E_UNSUPPORTED: a hart without H, or no G-stage mode.
 */
HYP_MUST_USE enum hyp_status machine_probe(struct machine *machine);

/* All harts, as a set. */
static inline uint64_t machine_harts(const struct machine *machine)
{
    return machine->hart_count == 64 ? UINT64_MAX : BIT(machine->hart_count) - 1;
}

/* Returns the dense index of a hart; MACHINE_NO_INDEX: the machine has no such hart. */
uint32_t machine_find_hart(const struct machine *machine, uint64_t hart_id);

/*
 * Returns what all of these harts have (bit i: dense index i); nothing for the empty set. If their
 * cache blocks differ in size, the size is 0 and its extension is not granted.
 */
struct machine_grant machine_common(const struct machine *machine, uint64_t harts);

/* henvcfg and hcounteren of guests that are granted `isa`. */
uint64_t machine_henvcfg(uint64_t isa);
uint64_t machine_hcounteren(const struct machine *machine, uint64_t isa);

/*
 * True if a range of registers of some device begins at `hpa`. A node's reg is translated by the
 * ranges of every bus around it; a range that a bus passes on in part does not count. True as well
 * if devices were left out, as this may be one of them.
 */
bool machine_has_device(const struct machine *machine, uint64_t hpa);

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
enum machine_clash machine_find_clash(const struct machine *machine, struct range own,
                                      struct range *with);
