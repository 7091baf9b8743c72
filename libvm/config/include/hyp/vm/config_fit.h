/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fits a checked configuration to a world: to the platform's promises at build, to the machine
 * itself at boot. The same rules, the same placement, the same sentences.
 *
 * config_fit() decides what the configuration leaves open, on which harts each VM runs and where
 * its memory lies, and tells what the world lacks. Both decisions are deterministic, so the report
 * of the build and the boot agree wherever the machine is what the platform says.
 *
 * The rules that only compare the configuration with itself and with its board are config_check()'s
 * (config_check.h). They cannot come out otherwise on another machine, so a build that ran
 * them all leaves them out of the image. A configuration that nothing has checked must go
 * through config_check() instead, at boot too: the loops here bound what they index, and no more.
 *
 * Units   Bytes; harts are dense indices as in config.h.
 * Owner   Pure: no heap, no global, no output. The caller owns the plan.
 * Locks   None. Reentrant with distinct plans.
 * Context Any. Stack below 1 KiB a function; time grows with the square of what is configured.
 */
#pragma once

#include <hyp/vm/config.h>

/* Bounds of what one VM may name; E-LIMIT beyond them. */
#define CONFIG_MEM_MAX 8
#define CONFIG_DEVICE_MAX 32
#define CONFIG_IRQC_ELSE_MAX 3
#define CONFIG_PLATFORM_DEVICE_MAX 256
#define CONFIG_RANGE_MAX 64 /* RAM ranges of a platform or machine, and reserved ones. */

/* Room for boot arguments in each device tree, the NUL included. */
#define CONFIG_BOOTARGS_SIZE 512

/* The most that the hypervisor's address space has room for. */
#define CONFIG_POOL_MAX (62 * HYP_MIB)

/* Most bytes of the hypervisor's sections, without embedded files: checked at build. */
#define CONFIG_IMAGE_BOUND (2 * HYP_MIB)

#define CONFIG_NOWHERE UINT64_MAX

/*
 * The rules that depend on the world: X(name, id, sentence). A stable id, for tests and
 * documentation. In a sentence %a and %b are the owners, %t a thing's name, %x and %y numbers in
 * hex, %u and %v the same numbers in decimal.
 */
#define CONFIG_FIT_RULES(X)                                                                       \
    X(LIMIT, "E-LIMIT", "%a has %u %t, at most %v are supported")                                 \
    X(HART_ABSENT, "E-HART-ABSENT", "%a needs hart %u, %b has %v harts")                          \
    X(HART_FREE, "E-HART-FREE", "%a needs %u harts, %b has %v free")                              \
    X(CONSOLE_HART, "E-CONSOLE-HART", "%a is on hart %u, %b has %v harts")                        \
    X(EXT_ABSENT, "E-EXT-ABSENT", "%a needs the ISA extension %t, which %b lacks")                \
    X(MEM_RANGE, "E-MEM-RANGE",                                                                   \
      "memory of %a at gpa %x, %y bytes, is empty or beyond what %b can map")                     \
    X(MEM_HYP, "E-MEM-HYP", "host memory %x, %y bytes, is owned by %a and %b")                    \
    X(MEM_FIRMWARE, "E-MEM-FIRMWARE", "host memory %x, %y bytes, is owned by %a and %b")          \
    X(MEM_ABSENT, "E-MEM-ABSENT", "%a needs host memory at %x, %y bytes, which is not RAM of %b") \
    X(MEM_FULL, "E-MEM-FULL", "%a needs %y bytes at gpa %x, %b has no such free RAM")             \
    X(GPA_RANGE, "E-GPA-RANGE", "gpa %x of %t in %a is beyond what %b can map")                   \
    X(DEV_TAKEN, "E-DEV-TAKEN", "the page of device %t at %x is owned by %a and %b")              \
    X(IRQ_ABSENT, "E-IRQ-ABSENT", "%a needs interrupt %u (device %t), %b has 1 to %v")            \
    X(IRQC_MODEL, "E-IRQC-MODEL", "%a needs %t, which %b cannot give")                            \
    X(IRQ_HART, "E-IRQ-HART", "hart %u of %a has no context at the interrupt controller of %b")   \
    X(POOL_SIZE, "E-POOL-SIZE", "pool_size of %a is %u bytes, needed are %v")

/* The rules that do not depend on it; told by config_check() alone. */
#define CONFIG_FILE_RULES(X)                                                                       \
    X(VM_NAME, "E-VM-NAME", "vm %u (%t) needs a name of 1 to 15 characters of [a-z0-9_-]")         \
    X(VM_NAME_TWICE, "E-VM-NAME-TWICE", "%a and %b have one name (vm %u and vm %v)")               \
    X(VCPU_COUNT, "E-VCPU-COUNT", "%a has %u vCPUs, but %v harts in its hart_mask")                \
    X(HART_TWICE, "E-HART-TWICE", "hart %u is owned by %a and %b")                                 \
    X(CONSOLE_RT, "E-CONSOLE-RT", "hart %u is owned by %a, which is real_time, and by %b")         \
    X(CONSOLE_KEY, "E-CONSOLE-KEY", "the key %x of %a is taken by %b")                             \
    X(EXT_UNKNOWN, "E-EXT-UNKNOWN", "%a needs the ISA extension %t, which %b does not know")       \
    X(MEM_ALIGN, "E-MEM-ALIGN", "memory of %a at gpa %x: %t %y is not a multiple of 4 KiB")        \
    X(MEM_ACCESS, "E-MEM-ACCESS", "memory of %a at gpa %x has access %y, which no page can have")  \
    X(MEM_KEEP, "E-MEM-KEEP", "memory of %a at gpa %x is kept without name or fixed place")        \
    X(MEM_OVERLAP, "E-MEM-OVERLAP", "host memory %x, %y bytes, is owned by %a and %b")             \
    X(MEM_DEVICE, "E-MEM-DEVICE", "host memory %x, %y bytes, is owned by %a and %b")               \
    X(HYP_RAM, "E-HYP-RAM", "%a at %x, %y bytes, lies over or beyond the RAM that %b leaves free") \
    X(GPA_OVERLAP, "E-GPA-OVERLAP", "gpa %x of %a holds its %t and its %b")                        \
    X(GPA_ALIGN, "E-GPA-ALIGN", "gpa %x of %b in %a is not a multiple of %y")                      \
    X(DEV_UNKNOWN, "E-DEV-UNKNOWN", "%a names %t, which %b does not have")                         \
    X(DEV_TWICE, "E-DEV-TWICE", "device %t is owned by %a and %b")                                 \
    X(DEV_ALIGN, "E-DEV-ALIGN",                                                                    \
      "%b of %a at %x, %y bytes, is not whole pages with reg_size inside")                         \
    X(DEV_OVERLAP, "E-DEV-OVERLAP", "the page of device %t at %x is owned by %a and %b")           \
    X(DEV_DMA, "E-DEV-DMA", "device %t of %a can write memory of %b: no IOMMU, not dma_trusted")   \
    X(DEV_DMA_GPA, "E-DEV-DMA-GPA",                                                                \
      "device %t of %a needs gpa = hpa, but %b at gpa %x lies at %y")                              \
    X(LOG_WAITS, "E-LOG-WAITS", "%a shares the console with %b, which waits (log_waits)")          \
    X(IRQ_TWICE, "E-IRQ-TWICE", "interrupt %u is owned by %a and %b")                              \
    X(IRQ_GUEST, "E-IRQ-GUEST", "%a has interrupt %u (%t), but %b takes 1 to %v")                  \
    X(IRQ_CLASH, "E-IRQ-CLASH", "interrupt %u of %a is that of its %t and of %b")                  \
    X(IRQC_SOURCES, "E-IRQC-SOURCES", "%a has %u interrupt sources, %b takes 2 to %v")             \
    X(IRQC_ELSE, "E-IRQC-ELSE",                                                                    \
      "%a names %u other interrupt controllers, at most %v are supported")                         \
    X(EXITS, "E-EXITS", "%a has a budget of %u exits after boot, but its boot_s is 0")             \
    X(ENTRY, "E-ENTRY", "entry %x of %a is not in its executable memory")                          \
    X(ENTRY_ALIGN, "E-ENTRY-ALIGN", "entry %x of %a is odd")                                       \
    X(BLOB_OUTSIDE, "E-BLOB-OUTSIDE",                                                              \
      "%t of %a at gpa %x, %y bytes, is not in one of its regions")                                \
    X(BLOB_OVERLAP, "E-BLOB-OVERLAP", "%t of %a at gpa %x, %y bytes, overlaps its %b")             \
    X(BLOB_LOAD, "E-BLOB-LOAD", "%t of %a is loaded by %b, so its memory at %x needs hpa_fixed")   \
    X(BLOB_SIZE, "E-BLOB-SIZE", "%t of %a has %u bytes, its max_size is %v")                       \
    X(BLOB_ABSENT, "E-BLOB-ABSENT", "%t of %a is in none of the files of %b")                      \
    X(BOOTARGS, "E-BOOTARGS", "bootargs of %a have %u characters, room is for %v")                 \
    X(DTB_ALIGN, "E-DTB-ALIGN", "the device tree of %a at gpa %x is not a multiple of 8")          \
    X(DTB_SIZE, "E-DTB-SIZE", "the device tree of %a has %u bytes, its dtb_max_size is %v")        \
    X(POOL_ALIGN, "E-POOL-ALIGN", "pool_size %x of %a is not a multiple of 4 KiB")                 \
    X(POOL_LARGE, "E-POOL-LARGE", "pool_size of %a is %u bytes, room is for %v")

enum config_rule {
#define CONFIG_RULE_ENUM(name, id, text) CONFIG_##name,
    CONFIG_FIT_RULES(CONFIG_RULE_ENUM) CONFIG_FILE_RULES(CONFIG_RULE_ENUM)
#undef CONFIG_RULE_ENUM
        CONFIG_RULE_COUNT
};

/* "vm linux", "device uart0", "the firmware": kind and name. */
struct config_owner {
    const char *kind; /* NULL: nobody. */
    const char *name; /* NULL: the kind says it all. */
};

/* One broken rule. Its strings live as long as the configuration. */
struct config_finding {
    enum config_rule rule;
    uint32_t blocked; /* Bit i: VM i cannot run because of it. 0: the machine only has less. */
    const char *text; /* "E-HART-TWICE: hart %u is owned by %a and %b" */
    struct config_owner a;
    struct config_owner b;
    const char *thing;
    uint64_t x;
    uint64_t y;
};

typedef void config_sink(void *arg, const struct config_finding *finding);

/* The machine as boot has found it. At build there is none: the platform's promises count. */
struct config_machine {
    uint32_t hart_count;
    const struct hyp_mem *mem; /* RAM, with nothing taken out. */
    uint32_t mem_count;
    const struct hyp_mem *reserved; /* Firmware and whatever else is no one's. */
    uint32_t reserved_count;
    const struct hyp_regs *regs; /* Registers that the hypervisor or the firmware uses. */
    uint32_t regs_count;
    struct hyp_mem console;    /* First register of the firmware's, if that writes beside VMs. */
    struct hyp_mem hypervisor; /* Image, embedded files and pool. */
    uint32_t source_count;     /* Interrupt sources are 1 .. source_count - 1; 0: no controller. */
    uint32_t irqc_models;      /* OR of BIT(enum hyp_irqc_model): what VMs can be given. */
    uint64_t no_context;       /* Bit i: the interrupt controller cannot interrupt hart i. */
    uint32_t gpa_bits;         /* The widest G-stage mode's: 41, 50 or 59; 0: it has none. */
    uint64_t isa; /* OR of BIT(enum guest_isa): what a VM on any harts can be granted. */
    /* The same for a VM on these harts. NULL: all harts are alike. */
    uint64_t (*isa_of_harts)(const void *ctx, uint64_t harts);
    const void *isa_ctx;
};

struct config_input {
    const struct hyp_config *config;
    const struct hyp_platform *platform;
    const struct config_machine *machine; /* NULL at build. */
    const struct hyp_blob *blobs;         /* Files with their sizes; NULL: not known yet. */
    uint32_t blob_count;
    const struct hyp_dtb *dtbs;         /* One for each VM; NULL: not known yet. */
    const uint8_t *const *device_index; /* hyp_device_index; NULL: devices are found by name. */
    uint64_t image_bound; /* At build, of the sections alone; 0: CONFIG_IMAGE_BOUND. */
    bool other_machine;   /* At build: on one whose interrupt controller is not the platform's. */
};

/* The decisions about a configuration. About 2.8 KiB: not for the stack of a hart. */
struct config_plan {
    uint32_t runnable; /* Bit i: VM i can run. */
    uint32_t finding_count;
    uint64_t pool_need;           /* Bytes, see footprint.h. */
    uint8_t gpa_bits[HYP_VM_MAX]; /* config_vm_gpa_bits() */
    uint64_t harts[HYP_VM_MAX];   /* vCPU n of VM i runs on the n-th lowest hart of harts[i]. */
    /*
     * Harts of VM i that interrupts of its devices cannot reach: they have no context at the
     * machine's controller. 0 at build.
     */
    uint64_t no_context[HYP_VM_MAX];
    uint64_t mem_hpa[HYP_VM_MAX][CONFIG_MEM_MAX]; /* CONFIG_NOWHERE: not placed. */
};

/*
 * Fills the plan and tells `sink` each finding (NULL: nobody). At build the configuration fits if
 * plan->finding_count is 0. At boot the VMs of plan->runnable may run, whatever was found beside
 * them. `in->config` is one that config_check() found nothing in, with this platform.
 */
void config_fit(const struct config_input *in, struct config_plan *plan, config_sink *sink,
                void *arg);

/*
 * The two decisions alone, as config_fit() makes them; both fill their part of the plan.
 *
 * Harts: a VM with a hart_mask gets its lowest vcpu_count harts that exist. Then,
 * in the order of the configuration, a VM without one gets the lowest harts that no hart_mask
 * names and no VM has; a real_time VM never gets the console hart. A VM that does not get
 * all gets none, except with vcpus_as_found, which one hart is enough for.
 *
 * Memory: fixed regions first; then, in the order of the configuration, each other region
 * goes to the lowest free RAM at which its leaves are largest: hpa = gpa modulo 1 GiB for a
 * size of 1 GiB and more, else modulo 2 MiB; where that does not fit, the next smaller.
 */
void config_assign_harts(const struct config_input *in, struct config_plan *plan);
void config_place(const struct config_input *in, struct config_plan *plan);

/* Bytes of hypervisor pool for the harts and memory of the plan; footprint.h has the parts. */
uint64_t config_pool_need(const struct config_input *in, const struct config_plan *plan);

/*
 * The hart that drives the console, once the plan is filled: the configured one if no VM that can
 * run has it, else the lowest that none has; else the configured one, else the lowest, that no
 * real_time VM has. Harts of `lost` that no VM has are left out: they cannot be started.
 * CONFIG_NO_HART: real_time VMs have all.
 */
#define CONFIG_NO_HART UINT32_MAX
#define CONFIG_CONSOLE_BYTES 16u /* A millisecond, of VMs that do not own the console hart. */
uint32_t config_console_hart(const struct config_input *in, const struct config_plan *plan,
                             uint64_t lost);

/* The VM that can run and has this hart, or vm_count: none. */
uint32_t config_vm_of_hart(const struct config_input *in, const struct config_plan *plan,
                           uint32_t hart);

/* The hypervisor's own memory: the machine's, or at build load_hpa + image + files + pool. */
struct hyp_mem config_hypervisor_mem(const struct config_input *in);

/* Can the devices of this VM write nothing but its own memory? */
bool config_vm_is_contained(const struct config_input *in, uint32_t vm);

/* Sv57x4: the build allows what some machine can map; boot, what this one can. */
#define CONFIG_GPA_BITS_MAX 59

/*
 * The bits of the guest-physical addresses that the narrowest G-stage mode for this VM translates:
 * 41 (Sv39x4), 50 or 59, by the end of its memory and devices. What no mode reaches does not count.
 */
uint32_t config_vm_gpa_bits(const struct config_input *in, uint32_t vm);

/* The device of that name, or NULL. */
const struct hyp_device *config_find_device(const struct hyp_platform *platform, const char *name);

/* The platform's device that a VM's devices[i] names, or NULL. */
const struct hyp_device *config_device(const struct config_input *in, uint32_t vm, uint32_t i);

/*
 * The host address behind [gpa, gpa + size) of a VM, which must be in one region, or
 * CONFIG_NOWHERE.
 */
uint64_t config_gpa_to_hpa(const struct config_input *in, const struct config_plan *plan,
                           uint32_t vm, uint64_t gpa, uint64_t size);

/*
 * Writes "E-HART-TWICE: hart 1 is owned by vm linux and vm rt" with a NUL and no line end, cut to
 * `size` (at least 1). Returns its length. CONFIG_LINE_SIZE holds every line.
 */
#define CONFIG_LINE_SIZE 256
size_t config_finding_line(const struct config_finding *finding, char *line, size_t size);
