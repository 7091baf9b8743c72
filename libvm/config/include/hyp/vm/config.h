/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The configuration that a user writes: which VMs share this machine, and what belongs to whom.
 *
 * A configuration is one C file with one `const struct hyp_config hyp_config`,
 * which includes only this header. It is pure data: compiled into the image,
 * into the checker that may refuse the build, and into the generators of guest
 * device trees and of the partition report. config_check() (config_check.h) says
 * what a valid one is; config_fit() (config_fit.h) says at boot what it gets of the machine.
 *
 * Units   Addresses and sizes are bytes. Harts of a configuration are dense
 *         indices 0, 1, …: the machine's hart ids, sorted; ids may have gaps, and
 *         harts without the hypervisor extension are left out.
 *         `count` members count the elements of the array before them.
 * Owner   All of it is const and lives as long as the image.
 */
#pragma once

#include <hyp/base/types.h>

/* ---- The platform: what a board is -------------------------------------------------------- */

/* A host device that a VM may be given: found by its name in a vm_config. */
struct hyp_device {
    const char *name;       /* Unique on the platform, e.g. "uart0". */
    const char *compatible; /* Shown in the guest's device tree; "ns16550a". */
    uint64_t hpa;           /* First register page; 4 KiB aligned. */
    uint64_t size;          /* Multiple of 4 KiB. */
    uint64_t reg_size;      /* Size in the device tree's reg, at most `size`. */
    uint32_t irq[4];        /* Sources at the physical controller; 0 ends the list. */
    bool irq_edge;          /* They are edges that rise, else levels, high until it is served. */
    bool dma;               /* Can write memory by itself. */
    bool iommu;             /* An IOMMU stands before it. */
};

enum hyp_irqc_model {
    HYP_IRQC_PLIC,
    HYP_IRQC_APLIC, /* In direct delivery mode. */
    HYP_IRQC_IMSIC, /* An IMSIC a hart, and an APLIC that sends to them. */
    HYP_IRQC_NONE,  /* No external interrupt controller. */
};

/* Bytes that a guest's controller answers for: as on QEMU's virt machine. */
#define HYP_PLIC_SIZE 0x600000
#define HYP_APLIC_SIZE 0x8000
#define HYP_IMSIC_SIZE 0x1000 /* A vCPU's; those of a VM lie one behind the other. */

/*
 * The machine's controller, for the checker. Boot takes all of it from the device tree, but for
 * priority_max.
 */
struct hyp_irqc_desc {
    enum hyp_irqc_model model;
    uint64_t hpa;
    uint64_t size;
    uint64_t imsic_hpa;    /* IMSIC: the supervisor-level interrupt files of all harts, */
    uint64_t imsic_size;   /* those for guests between them. */
    uint32_t source_count; /* Sources are 1 .. source_count - 1. */
    uint32_t priority_max; /* PLIC: highest priority value; a virtual PLIC has it on any machine. */
};

struct hyp_uart_desc {
    const char *device;   /* Name of the hyp_device, NULL: SBI console only. */
    uint8_t reg_shift;    /* Register n lies at n << reg_shift. */
    uint8_t access_width; /* 1 or 4 bytes. */
    uint32_t clock_hz;
};

struct hyp_mem {
    uint64_t hpa;
    uint64_t size;
};

/* Registers that no VM may have, and whose they are, for messages: "the firmware's CLINT". */
struct hyp_regs {
    const char *owner;
    struct hyp_mem mem;
};

struct hyp_platform {
    const char *name;
    const struct hyp_mem *mem; /* RAM that the checker may count on. */
    uint32_t mem_count;
    struct hyp_mem firmware; /* Taken by the firmware below us. */
    uint64_t load_hpa;       /* Usual address of the image's first byte. */
    uint32_t hart_count;     /* The most that this platform can have. */
    uint32_t timebase_hz;    /* For the checker: boot takes it from the device tree. */
    struct hyp_irqc_desc irqc;
    struct hyp_uart_desc uart;
    const struct hyp_device *devices;
    uint32_t device_count;
    const struct hyp_regs *reserved; /* Other registers of hypervisor or firmware. */
    uint32_t reserved_count;
    /*
     * A 32-bit register that ends the machine as failed, for firmware whose SRST does not
     * tell its reason on: the word is written when a VM ended by a fault. It is the first register
     * of a device; a machine whose tree lacks that device is not written to. hpa 0: SRST alone.
     */
    uint64_t finisher_hpa;
    uint32_t finisher_word;
};

/* ---- A VM ------------------------------------------------------------------------------------ */

enum hyp_access {
    HYP_ACCESS_R = 1 << 0,
    HYP_ACCESS_W = 1 << 1,
    HYP_ACCESS_X = 1 << 2,
    HYP_ACCESS_RWX = 7,
};

/*
 * Guest RAM. hpa_fixed = false: placed at boot, aligned for the largest leaves. What the guest may
 * not write can still hold a file: it is filled before the guest runs.
 */
struct vm_mem {
    uint64_t gpa;
    uint64_t size;
    uint64_t hpa;
    bool hpa_fixed;
    uint8_t access;   /* OR of enum hyp_access; 0 means HYP_ACCESS_RWX. */
    bool keep;        /* The guest finds what was there before; else what no file fills is 0. */
    const char *name; /* Names the region in the report; one that is kept has one, and hpa_fixed. */
};

/*
 * A file that the guest finds in its memory. `name` is the rule's key in `embed`
 * or `load`. Embedded: copied to gpa at boot. Loaded: something before us (the
 * boot loader, QEMU) has put it where gpa lies in host memory: its memory is fixed
 * then, and nothing is copied; its real size may be told on the hypervisor's
 * command line as `VM.kernel-size=` or `VM.initrd-size=`, else it is max_size. What of its
 * room a file does not fill is cleared.
 */
struct vm_blob {
    const char *name; /* NULL: there is none. */
    uint64_t gpa;
    uint64_t max_size;
    bool preloaded; /* Loaded separately, else embedded. */
};

/* A passed-through device: appears at gpa, its interrupts keep their numbers. */
struct vm_device {
    const char *name; /* hyp_device.name */
    uint64_t gpa;     /* Usually the device's hpa. */
    bool dma_trusted; /* Accepts that a DMA device without IOMMU is not contained (gpa = hpa). */
};

enum vm_console_kind {
    VM_CONSOLE_NONE,
    VM_CONSOLE_VUART, /* A virtual 16550 on the shared console; SBI DBCN goes there, too. */
    VM_CONSOLE_SBI,   /* Only SBI DBCN, on the shared console. */
};

struct vm_console {
    enum vm_console_kind kind;
    uint64_t gpa; /* Address of the virtual 16550; 4 KiB aligned. */
    uint32_t irq; /* Its source at the guest's controller. */
};

/*
 * The controller that the VM sees. A machine can give these models:
 *   machine                         models for its VMs
 *   PLIC                            PLIC
 *   APLIC without IMSICs            PLIC, APLIC
 *   APLIC, IMSICs, Ssaia            PLIC, IMSIC
 */
struct vm_irqc {
    enum hyp_irqc_model model;
    uint64_t gpa;          /* The PLIC's or APLIC's; 4 KiB aligned. */
    uint64_t imsic_gpa;    /* IMSIC: page n is vCPU n's; aligned as a power of two of them. */
    uint32_t source_count; /* Sources are 1 .. source_count - 1. */
    bool m_contexts; /* Context 2n is M, 2n + 1 is S of vCPU n, as on QEMU virt; else context n. */
};

/*
 * How often all its vCPUs together may leave their guest once the VM has booted, which takes it
 * grace_s seconds from its first instruction. One exit more is an event of that VM: a line, once,
 * and it goes on. A VM with a budget has no fast exits. On the console's hart the console's
 * interrupts are exits of the VM that runs there. grace_s 0: no budget.
 */
struct vm_exit_budget {
    uint64_t max_exits;
    uint32_t grace_s;
};

struct vm_config {
    const char *name; /* 1 to 15 characters of [a-z0-9_-]; unique. */

    uint32_t vcpu_count;
    uint64_t hart_mask;     /* Hart indices it may run on, lowest first; 0: placed on free harts. */
    bool allow_fewer_vcpus; /* Fewer harts than vcpu_count at boot are fine: the rest is absent. */

    const struct vm_mem *mem;
    uint32_t mem_count;

    uint64_t entry; /* gpa of the first instruction, in VS-mode, a0 = vCPU id, a1 = device tree. */
    struct vm_blob kernel;
    struct vm_blob initrd;
    const char *bootargs; /* May be replaced on the command line as `VM.append="…"`. */

    uint64_t dtb_gpa;      /* Place of the generated device tree; 0: the guest gets none. */
    uint64_t dtb_max_size; /* Room for it. */

    const struct vm_device *devices;
    uint32_t device_count;

    struct vm_console console;
    struct vm_irqc irqc;
    /* If the machine cannot give irqc, the VM gets the first of these that it can give. */
    const struct vm_irqc *irqc_else;
    uint32_t irqc_else_count;

    struct vm_exit_budget exits_after_boot;

    bool real_time;     /* The console hart is never one of its harts. */
    bool no_fast_exits; /* Every exit takes the slow way; for tests that compare both. */
    /* ISA extensions that it cannot do without, as "sstc svpbmt", on its harts; NULL: none. */
    const char *isa_required;
};

/* ---- The whole ------------------------------------------------------------------------------- */

struct hyp_config {
    const char *name;
    uint64_t pool_size; /* Hypervisor pool: tables, stacks, per-hart and per-VM objects. */
    /* Hart that drives the physical console, unless it is a VM's and another hart is no VM's. */
    uint32_t console_hart;
    uint8_t console_key; /* Switches the input to the next VM; not Ctrl-A. 0: Ctrl-]. */
    uint8_t log_key;     /* Shows what the hypervisor has counted; neither. 0: Ctrl-^. */
    /*
     * While a VM runs, hypervisor and firmware write nothing to the console: its UART may be that
     * VM's own, and no VM shares it. Lines wait; those without room, and dumps, are counted.
     */
    bool log_waits;
    const struct vm_config *vms;
    uint32_t vm_count;
};

/* A user's file defines the first, platforms/NAME/platform.c the second. */
extern const struct hyp_config hyp_config;
extern const struct hyp_platform hyp_platform;

/* ---- What the build adds --------------------------------------------------------------------- */

/* An embedded file. `start` lies behind the hypervisor's own sections and is not mapped. */
struct hyp_blob {
    const char *name;
    const uint8_t *start;
    uint64_t size;
};

extern const struct hyp_blob hyp_blobs[];
extern const uint32_t hyp_blob_count;

/* What boot does with one node or property of a generated device tree. */
enum hyp_dtb_fixup_kind {
    HYP_DTB_STAMP,    /* Compares the property with hyp_dtb.stamp. */
    HYP_DTB_VCPU,     /* Removes the node, if the VM has no vCPU number `field`. */
    HYP_DTB_DEVICE,   /* Removes the node or property, if the machine lacks devices[field]. */
    HYP_DTB_CONTEXTS, /* Updates interrupts-extended of the interrupt controller or IMSICs. */
    HYP_DTB_VALUE, /* Sets the property to the value that enum hyp_dtb_field names, or removes it.
                    */
};

enum hyp_dtb_field {
    HYP_DTB_BOOTARGS,
    HYP_DTB_INITRD_START,
    HYP_DTB_INITRD_END,
    HYP_DTB_RNG_SEED,
    HYP_DTB_KASLR_SEED,
    HYP_DTB_TIMEBASE,
    HYP_DTB_CBOM_BLOCK,
    HYP_DTB_CBOP_BLOCK,
    HYP_DTB_CBOZ_BLOCK,
    HYP_DTB_ISA_STRING, /* riscv,isa */
    HYP_DTB_ISA_NAMES,  /* riscv,isa-extensions */
    HYP_DTB_MMU,
    HYP_DTB_IMSIC_IDS,
};

/*
 * One change that boot makes to a generated device tree. offset and size are in 4-byte words, from
 * the tree's first byte: that of the node's or property's token, and that of all of it.
 */
struct hyp_dtb_fixup {
    uint16_t offset;
    uint16_t size;
    uint8_t kind;  /* enum hyp_dtb_fixup_kind */
    uint8_t field; /* enum hyp_dtb_field, a vCPU or a device. */
};

/* phandle of vCPU 0's own interrupt controller; vCPU n's is n more. */
#define HYP_DTB_INTC 1

/*
 * The device tree of hyp_config.vms[i], the most that the config allows; size 0: none. Behind those
 * of all VMs: that of the first VM with its irqc_else[0], [1], …, then the next VM's.
 */
struct hyp_dtb {
    const uint8_t *data;
    uint32_t size;
    uint32_t stamp; /* Checksum of tree and fixups, which the tree has as libhyp,stamp. */
    const struct hyp_dtb_fixup *fixups; /* By ascending offset: the first is the HYP_DTB_STAMP. */
    uint32_t fixup_count;
    bool imsics; /* The tree has IMSICs, and room for Ssaia in its ISA strings. */
};

extern const struct hyp_dtb hyp_dtbs[];

/* For each VM, the places of its devices in hyp_platform.devices: boot compares no names. */
extern const uint8_t *const hyp_device_index[];

/*
 * The module that drives the console that VMs share; NULL if they share none (log_waits). The
 * config tool writes the pointer with the trees: a module that nothing points at is not linked.
 */
struct hyp_console_module;
extern const struct hyp_console_module hyp_shared_console;
extern const struct hyp_console_module *const hyp_console_module;
