/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The configuration that a user writes: which VMs share this machine, and which harts, memory,
 * devices and interrupts each of them owns.
 *
 * A configuration is one C file with one `const struct hyp_config hyp_config`; README.md shows
 * a small one. It includes only this header, and it is constant data: the build compiles it into
 * the image and into the config tool. The tool refuses a configuration that breaks a rule, and
 * writes the guests' device trees and the report of who owns what. Boot checks again what depends
 * on the machine, and a VM that breaks a rule there does not run. A message begins with the id of
 * its rule; comments below name rules by these ids, for example E-HART-TWICE. config_violation.h
 * lists all of them.
 *
 * Units    Addresses and sizes are bytes. A gpa is a guest's address, an hpa the machine's. A hart
 *          is an index, 0, 1, …: the machine's harts that have the hypervisor extension, sorted by
 *          hart id. A source is the number of an interrupt at a controller, from 1 on.
 * Default  A member that is left out is 0, false or NULL; its comment says what that means.
 * Owner    Everything is const and lives as long as the image.
 */
#pragma once

#include <hyp/base/types.h>

/* ---- Lists ----------------------------------------------------------------------------------- */

/*
 * A list is two members, an array and its count, for example `mem` and `mem_count`. One of these
 * macros fills both, at the position of a member's initialiser:
 *
 *     .vcpu_count = 1,
 *     VM_MEM({.gpa = 0x80000000, .size = 16 * HYP_MIB}, {.gpa = 0xc0000000, .size = HYP_MIB}),
 *
 * A count that is written beside its macro does not compile. A macro with _OF takes the name of an
 * array, for elements that several structs share, or that the preprocessor selects by #if.
 */
#define VM_MEM(...) HYP_LIST(mem, mem_count, struct vm_mem, __VA_ARGS__)
#define VM_DEVICES(...) HYP_LIST(devices, device_count, struct vm_device, __VA_ARGS__)
#define VM_IRQC_ELSE(...) HYP_LIST(irqc_else, irqc_else_count, struct vm_irqc, __VA_ARGS__)

#define HYP_VMS(...) HYP_LIST(vms, vm_count, struct vm_config, __VA_ARGS__)
#define HYP_VMS_OF(array) HYP_LIST_OF(vms, vm_count, array)

#define HYP_MEM(...) HYP_LIST(mem, mem_count, struct hyp_mem, __VA_ARGS__)
#define HYP_RESERVED(...) HYP_LIST(reserved, reserved_count, struct hyp_regs, __VA_ARGS__)
#define HYP_DEVICES(...) HYP_LIST(devices, device_count, struct hyp_device, __VA_ARGS__)
#define HYP_DEVICES_OF(array) HYP_LIST_OF(devices, device_count, array)

/* Only for the macros above. */
#define HYP_LIST(array, count, type, ...) \
    .array = (const type[]){__VA_ARGS__}, \
    .count = sizeof((const type[]){__VA_ARGS__}) / sizeof(type)
#define HYP_LIST_OF(member, count, array) \
    .member = (array), .count = sizeof(array) / sizeof((array)[0])

/* ---- The platform: what a board is ----------------------------------------------------------- */

/* A device of the board. A VM gets it by its name, with all pages and interrupts. */
struct hyp_device {
    const char *name;       /* Unique on the platform, for example "uart0". */
    const char *compatible; /* Property in the guest's device tree, for example "ns16550a". */
    uint64_t hpa;           /* First register; whole pages of 4 KiB, else E-DEV-ALIGN. */
    uint64_t size;          /* Whole pages; no other owner's registers in them: E-DEV-OVERLAP. */
    uint64_t reg_size;      /* Bytes that the guest's device tree shows, at most `size`. */
    uint32_t irq[4];        /* Sources at the machine's controller; a 0 ends a shorter list. */
    bool irq_edge;          /* The interrupts are rising edges; default: levels, active high. */
    bool dma;               /* It can write memory by itself; see vm_device.dma_trusted. */
    bool iommu;             /* An IOMMU confines that DMA; libhyp does not program it. */
};

/* A machine's interrupt controller, or a VM's. */
enum hyp_irqc_model {
    HYP_IRQC_PLIC,  /* The default: a VM without a controller says HYP_IRQC_NONE. */
    HYP_IRQC_APLIC, /* An APLIC in direct delivery mode. */
    HYP_IRQC_IMSIC, /* An IMSIC for each hart, and an APLIC in MSI delivery mode. */
    HYP_IRQC_NONE,  /* No external interrupts. The last one: its value is the number of models. */
};

/* Bytes that a VM's virtual devices take from their gpa on, as on QEMU's virt machine. */
#define HYP_PLIC_SIZE 0x600000
#define HYP_APLIC_SIZE 0x8000
#define HYP_VUART_SIZE 0x100  /* Only the first 8 bytes are registers. */
#define HYP_IMSIC_SIZE 0x1000 /* For each vCPU: one page, its S-level interrupt file. */

/*
 * The machine's controller. The build checks VMs against it. Boot reads all values from the
 * machine's device tree instead, except priority_max.
 */
struct hyp_irqc_desc {
    enum hyp_irqc_model model;
    uint64_t hpa;  /* First register of the PLIC or APLIC. */
    uint64_t size; /* Bytes of its registers. */
    /* HYP_IRQC_IMSIC: pages of all harts' S-level and guest interrupt files. */
    uint64_t imsic_hpa;
    uint64_t imsic_size;
    uint32_t source_count; /* Sources are 1 .. source_count - 1. */
    uint32_t priority_max; /* Virtual PLICs have priorities 0 to this, 1 to 31. */
};

/* The 16550 that the hypervisor writes its log to, and that is the console which VMs share. */
struct hyp_uart_desc {
    const char *device;   /* Its hyp_device.name; NULL: the firmware's console (SBI) is used. */
    uint8_t reg_shift;    /* Register n is at byte n << reg_shift. */
    uint8_t access_width; /* Bytes of one access to a register: 1 or 4. */
    uint32_t clock_hz;    /* clock-frequency in the device tree of a VM that owns this UART. */
};

/* A range of the machine's RAM or registers. */
struct hyp_mem {
    uint64_t hpa;
    uint64_t size;
};

/* Registers that no VM may have. Messages name the owner, for example "the firmware's CLINT". */
struct hyp_regs {
    const char *owner;
    struct hyp_mem mem;
};

struct hyp_platform {
    const char *name;          /* Shown in messages of the build and in the report. */
    const struct hyp_mem *mem; /* HYP_MEM(): RAM that every such machine has. */
    uint32_t mem_count;
    struct hyp_mem firmware; /* RAM that the firmware keeps. */
    uint64_t load_hpa;       /* Usual address of the image; the build places VMs around it. */
    uint32_t hart_count;     /* The most harts that such a machine has, up to HYP_HART_MAX. */
    uint32_t timebase_hz;    /* Ticks of the time CSR a second; the device tree's, if it has it. */
    struct hyp_irqc_desc irqc;
    struct hyp_uart_desc uart;
    const struct hyp_device *devices; /* HYP_DEVICES(): what VMs can be given. */
    uint32_t device_count;
    const struct hyp_regs *reserved; /* HYP_RESERVED(): registers that are in none of the above. */
    uint32_t reserved_count;
    /*
     * The hypervisor ends the machine by SBI SRST when all VMs have ended. If the firmware's SRST
     * cannot report a failure, set these: if boot or a VM failed, a store of the 32-bit
     * finisher_word to this register ends the machine. It is the first register of a device. If the
     * machine's device tree lacks that device, or finisher_hpa is 0, SRST is called.
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

/* Guest RAM: whole pages (E-MEM-ALIGN), up to 8 regions for each VM. */
struct vm_mem {
    uint64_t gpa;
    uint64_t size;
    uint64_t hpa;   /* Address on the machine, with hpa_fixed; one owner: E-MEM-OVERLAP. */
    bool hpa_fixed; /* False: boot places it in free RAM, aligned for large pages. */
    uint8_t access; /* OR of enum hyp_access; 0: all of them. W without R is E-MEM-ACCESS. */
    /*
     * The region keeps the content that the machine's RAM has at boot. Default: all of it is 0 at
     * the guest's first instruction, except files and device tree. A region that is kept has a
     * name and hpa_fixed (E-MEM-KEEP).
     */
    bool keep;
    const char *name; /* Names a kept region in the report and the log. */
};

/*
 * A file in the guest's memory. `name` is its key in `embed` or `loads` of the hyp_image rule. The
 * bytes from its end up to max_size are 0.
 *
 * embed  The image contains the file, and boot copies it to gpa.
 * loads  The boot loader, or QEMU, writes it to the host memory of gpa before the image starts.
 *        So its region has hpa_fixed (E-BLOB-LOAD). Its size is max_size, unless the hypervisor's
 *        command line says `VM.kernel-size=` or `VM.initrd-size=`; VM is the VM's name.
 */
struct vm_blob {
    const char *name; /* NULL: there is no such file. */
    uint64_t gpa;
    uint64_t max_size; /* A longer file is refused: E-BLOB-SIZE. */
    bool preloaded;    /* It is one of `loads`, not of `embed`. */
};

/* A passed-through device: the guest accesses its registers without exits. */
struct vm_device {
    const char *name; /* hyp_device.name; a device has one owner: E-DEV-TWICE. */
    uint64_t gpa;     /* 4 KiB aligned. The VM's controller has the same source numbers. */
    /*
     * Accepts that this device can write the whole machine's memory: required for a device with
     * `dma` and without `iommu` (E-DEV-DMA). All of the VM's memory then has gpa = hpa.
     */
    bool dma_trusted;
};

enum vm_console_kind {
    VM_CONSOLE_NONE,
    VM_CONSOLE_VUART, /* A virtual 16550 on the shared console, and SBI DBCN. */
    VM_CONSOLE_SBI,   /* SBI DBCN alone, on the shared console. */
};

struct vm_console {
    enum vm_console_kind kind;
    uint64_t gpa; /* VM_CONSOLE_VUART: address of the virtual 16550, 4 KiB aligned. */
    uint32_t irq; /* VM_CONSOLE_VUART: its source at the VM's controller. */
};

/*
 * A VM's interrupt controller. A machine can give VMs these models, others are E-IRQC-MODEL:
 *
 *   machine                         models for its VMs
 *   PLIC                            PLIC
 *   APLIC without IMSICs            PLIC, APLIC
 *   APLIC, IMSICs, Ssaia            PLIC, IMSIC
 *
 * HYP_IRQC_NONE is possible on every machine.
 */
struct vm_irqc {
    enum hyp_irqc_model model;
    uint64_t gpa; /* First register of the PLIC or APLIC, 4 KiB aligned. */
    /*
     * HYP_IRQC_IMSIC: page n is vCPU n's interrupt file. Aligned to the number of pages, rounded up
     * to a power of two (E-GPA-ALIGN).
     */
    uint64_t imsic_gpa;
    uint32_t source_count; /* Sources are 1 .. source_count - 1; 2 to 1024, else E-IRQC-SOURCES. */
    /*
     * HYP_IRQC_PLIC: vCPU n has contexts 2n (M-mode) and 2n + 1 (S-mode), as on QEMU's virt
     * machine; default: context n (S-mode) alone.
     */
    bool m_contexts;
};

/*
 * A bound for exits: how often all vCPUs together may leave their guest, counted from grace_s
 * seconds after the VM's first instruction. The first exit above the bound is logged, once, and the
 * VM runs on. A VM with a budget has no fast exits (see no_fast_exits), so each exit is slower.
 * Interrupts of the console are exits of the VM that runs on the console's hart.
 */
struct vm_exit_budget {
    uint64_t max_exits;
    uint32_t grace_s; /* Seconds. 0: no budget; then max_exits is 0, too (E-EXITS). */
};

struct vm_config {
    const char *name; /* 1 to 15 characters of [a-z0-9_-]; unique. */

    uint32_t vcpu_count; /* Each vCPU has a hart of its own; at least 1 (E-VCPU-COUNT). */
    /*
     * Bit h: hart h is reserved for this VM, which uses the lowest vcpu_count of these harts.
     * 0: the lowest harts that no hart_mask reserves and no earlier VM has got; for a real_time VM
     * without console_hart.
     */
    uint64_t hart_mask;
    /* If fewer harts are there, the VM runs with as many vCPUs, which its device tree shows. */
    bool allow_fewer_vcpus;

    const struct vm_mem *mem; /* VM_MEM() */
    uint32_t mem_count;

    /*
     * gpa of vCPU 0's first instruction, in memory that the guest may execute (E-ENTRY). It runs in
     * VS-mode with a0 = 0, the vCPU's id, and a1 = dtb_gpa. The guest starts other vCPUs by SBI
     * HSM.
     */
    uint64_t entry;
    struct vm_blob kernel; /* The guest's program: a Linux boot image, or any flat binary. */
    struct vm_blob initrd; /* A second file; the guest's device tree shows where it is. */
    /* Up to 511 characters. `VM.append="…"` on the hypervisor's command line replaces them. */
    const char *bootargs; /* NULL: none. */

    uint64_t dtb_gpa;      /* Address of the generated device tree, 8-byte aligned; 0: none. */
    uint64_t dtb_max_size; /* Bytes that it may take there, else E-DTB-SIZE. */

    const struct vm_device *devices; /* VM_DEVICES(), up to 32 */
    uint32_t device_count;

    struct vm_console console;
    struct vm_irqc irqc;
    /* VM_IRQC_ELSE(), up to 3: if the machine cannot give irqc, the first that it can is used. */
    const struct vm_irqc *irqc_else;
    uint32_t irqc_else_count;

    struct vm_exit_budget exits_after_boot;

    bool real_time; /* Its harts never drive the console, nor wait for locks of the firmware. */
    /* Every exit returns to the run loop. Default: short functions handle frequent exits. */
    bool no_fast_exits;
    /* ISA extensions that its harts must have, for example "sstc svpbmt"; else E-EXT-ABSENT. */
    const char *isa_required;
};

/* ---- The whole ------------------------------------------------------------------------------- */

struct hyp_config {
    const char *name; /* Shown in the report and in the first line of the log. */
    /*
     * RAM after the image, for page tables, stacks and objects: whole pages (E-POOL-ALIGN), at
     * most 62 MiB, as the hypervisor's address space has no room for more (E-POOL-LARGE). The
     * report, and E-POOL-SIZE, say how much is needed.
     */
    uint64_t pool_size;
    /*
     * Hart that drives the console, unless a VM has it or the machine lacks it. Then the lowest
     * hart without a VM drives it; if there is none, this hart, or else the lowest one. It is never
     * a hart of a real_time VM (E-CONSOLE-RT).
     */
    uint32_t console_hart;
    /* Characters of the console's input; they differ, and 1, Ctrl-A, is QEMU's: E-CONSOLE-KEY. */
    uint8_t console_key; /* Passes the input to the next VM; 0: Ctrl-]. */
    uint8_t log_key;     /* Logs VMs' exits by cause; 0: Ctrl-^. */
    uint8_t
        terminal_key; /* Gives the VM with the input the whole terminal, or ends that; 0: Ctrl-_. */
    /*
     * While a VM runs, hypervisor and firmware write nothing to the console, because its UART is
     * a VM's own; no VM shares it then (E-LOG-WAITS). Lines wait in a ring buffer. Lines for which
     * it has no room, and dumps of a panic, are only counted.
     */
    bool log_waits;
    const struct vm_config *vms; /* HYP_VMS(), at least one: E-VM-COUNT */
    uint32_t vm_count;
};

/* A user's file defines hyp_config, platforms/NAME/platform.c hyp_platform. */
extern const struct hyp_config hyp_config;
extern const struct hyp_platform hyp_platform;

/* ---- For the hypervisor and the config tool; nothing below is for a user's file -------------- */

/* Counts the device's interrupts: irq[0] to irq[count - 1]. */
static inline uint32_t hyp_device_irq_count(const struct hyp_device *device)
{
    uint32_t count = 0;
    while (count < sizeof(device->irq) / sizeof(device->irq[0]) && device->irq[count] != 0) {
        count++;
    }
    return count;
}

/* Keys that are used if the configuration's is 0. */
#define HYP_CONSOLE_KEY_DEFAULT 0x1d  /* Ctrl-] */
#define HYP_LOG_KEY_DEFAULT 0x1e      /* Ctrl-^ */
#define HYP_TERMINAL_KEY_DEFAULT 0x1f /* Ctrl-_ */

static inline uint8_t hyp_console_key(const struct hyp_config *config)
{
    return config->console_key != 0 ? config->console_key : HYP_CONSOLE_KEY_DEFAULT;
}

static inline uint8_t hyp_log_key(const struct hyp_config *config)
{
    return config->log_key != 0 ? config->log_key : HYP_LOG_KEY_DEFAULT;
}

static inline uint8_t hyp_terminal_key(const struct hyp_config *config)
{
    return config->terminal_key != 0 ? config->terminal_key : HYP_TERMINAL_KEY_DEFAULT;
}

/* An embedded file. `start` lies after the hypervisor's own sections and is not mapped. */
struct hyp_blob {
    const char *name;
    const uint8_t *start;
    uint64_t size;
};

extern const struct hyp_blob hyp_blobs[];
extern const uint32_t hyp_blob_count;

/* The change that boot makes to one node or property of a generated device tree. */
enum hyp_dtb_fixup_kind {
    HYP_DTB_STAMP,    /* Compares the property with hyp_dtb.stamp; refuses a tree that differs. */
    HYP_DTB_VCPU,     /* Removes the node, if the VM has no vCPU number `field`. */
    HYP_DTB_DEVICE,   /* Removes the node or property, if the machine lacks devices[field]. */
    HYP_DTB_CONTEXTS, /* Replaces absent vCPUs in interrupts-extended of a controller or IMSICs. */
    HYP_DTB_VALUE,    /* Sets the property to what enum hyp_dtb_field names, or removes it. */
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
 * One change that boot makes to a generated device tree, at one node or property. offset and size
 * count 4-byte words.
 */
struct hyp_dtb_fixup {
    uint16_t offset; /* Its token (FDT_BEGIN_NODE, FDT_PROP), from the tree's first byte. */
    uint16_t size;   /* All of it, a node with its contents. */
    uint8_t kind;    /* enum hyp_dtb_fixup_kind */
    uint8_t field;   /* HYP_DTB_VALUE: enum hyp_dtb_field. VCPU, DEVICE: its number. */
};

/* phandle of vCPU 0's hart-level interrupt controller (riscv,cpu-intc); vCPU n's is n more. */
#define HYP_DTB_INTC 1

/*
 * The generated device tree of a VM, with all vCPUs and devices that the configuration allows; the
 * fixups remove what the machine lacks. Size 0: the VM has no device tree.
 */
struct hyp_dtb {
    const uint8_t *data;
    uint32_t size;
    uint32_t stamp; /* Checksum of tree and fixups, which the tree has as libhyp,stamp. */
    const struct hyp_dtb_fixup *fixups; /* Sorted by offset; the first is HYP_DTB_STAMP. */
    uint32_t fixup_count;
    bool imsics; /* The tree has IMSICs, and room for Ssaia in its ISA strings. */
};

/*
 * hyp_dtbs[i] is the device tree of hyp_config.vms[i]. After these come those of the first VM with
 * its irqc_else[0], [1], …, then the next VM's.
 */
extern const struct hyp_dtb hyp_dtbs[];

/*
 * hyp_device_index[i][d] is the index in hyp_platform.devices of device d of VM i: boot compares no
 * names.
 */
extern const uint8_t *const hyp_device_index[];

/*
 * The module that drives the console that VMs share; NULL if they share none (log_waits). The
 * config tool writes the pointer into the C file that has the device trees, so that an image whose
 * VMs share no console does not link the module.
 */
struct hyp_console_module;
extern const struct hyp_console_module hyp_shared_console;
extern const struct hyp_console_module *const hyp_console_module;

/*
 * The models of virtual interrupt controllers, by enum hyp_irqc_model; NULL: no VM of this
 * configuration names the model, so it is not linked. The config tool writes this table.
 */
struct virqc_ops;
extern const struct virqc_ops virq_plic, virq_aplic, virq_imsic;
extern const struct virqc_ops *const hyp_virqc[HYP_IRQC_NONE];
