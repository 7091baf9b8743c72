/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rules of a configuration, and a violation of one of them.
 *
 * The check that finds a violation writes its message: a printf() format and arguments. The
 * caller's sink formats them, at boot and in the config tool by format_vbuf(), so libvm itself
 * needs no formatter.
 *
 * Owner   Pure: no heap, no global, no output.
 * Locks   None.
 * Context Any.
 */
#pragma once

#include <hyp/base/types.h>

#include <stdarg.h>

/*
 * The table of rules: X(rule, id, struct, member, meaning). An id never changes: tests and
 * documentation name it. struct.member is the member of config.h to look at first when the rule is
 * violated. The meaning is for docs/rules.md, and is in no image.
 *
 * CONFIG_FIT_RULES depend on the machine: config_fit() checks them at build and at boot.
 * CONFIG_CHECK_RULES do not, so config_check() alone checks them, at build.
 */
#define CONFIG_FIT_RULES(X)                                                                      \
    X(LIMIT, "E-LIMIT", hyp_config, vms,                                                         \
      "The configuration, a VM or the platform has more of something than there is room for.")   \
    X(HART_ABSENT, "E-HART-ABSENT", vm_config, hart_mask,                                        \
      "A VM's hart_mask names a hart that the machine lacks.")                                   \
    X(HART_FREE, "E-HART-FREE", vm_config, vcpu_count,                                           \
      "A VM without hart_mask needs more harts than no other VM has or reserves.")               \
    X(CONSOLE_HART, "E-CONSOLE-HART", hyp_config, console_hart,                                  \
      "console_hart is a hart that the machine lacks; at boot another one drives the console.")  \
    X(EXT_ABSENT, "E-EXT-ABSENT", vm_config, isa_required,                                       \
      "A hart of the VM lacks an ISA extension of isa_required; or the machine has no G-stage.") \
    X(MEM_RANGE, "E-MEM-RANGE", vm_mem, size,                                                    \
      "A region is empty, or lies where neither G-stage nor page tables reach.")                 \
    X(MEM_HYP, "E-MEM-HYP", vm_mem, hpa,                                                         \
      "A region with hpa_fixed lies over the hypervisor: its image, embedded files and pool.")   \
    X(MEM_FIRMWARE, "E-MEM-FIRMWARE", vm_mem, hpa,                                               \
      "A region with hpa_fixed lies over memory that the firmware keeps.")                       \
    X(MEM_ABSENT, "E-MEM-ABSENT", vm_mem, hpa,                                                   \
      "A region with hpa_fixed lies, at least in part, where the machine has no RAM.")           \
    X(MEM_FULL, "E-MEM-FULL", vm_mem, size,                                                      \
      "No free RAM is left in one piece for a region without hpa_fixed.")                        \
    X(GPA_RANGE, "E-GPA-RANGE", vm_device, gpa,                                                  \
      "A device or controller lies at a gpa that the G-stage cannot map.")                       \
    X(DEV_TAKEN, "E-DEV-TAKEN", vm_config, devices,                                              \
      "A VM's device lies in a page that the hypervisor or the firmware uses.")                  \
    X(IRQ_ABSENT, "E-IRQ-ABSENT", hyp_device, irq,                                               \
      "A VM's device has an interrupt that the machine's controller lacks.")                     \
    X(IRQC_MODEL, "E-IRQC-MODEL", vm_irqc, model,                                                \
      "The machine can give a VM neither irqc nor one of its irqc_else.")                        \
    X(IRQ_HART, "E-IRQ-HART", vm_config, hart_mask,                                              \
      "The machine's interrupt controller cannot interrupt a hart of the VM.")                   \
    X(POOL_SIZE, "E-POOL-SIZE", hyp_config, pool_size,                                           \
      "pool_size is less than the tables, stacks and objects of the configuration take.")

#define CONFIG_CHECK_RULES(X)                                                                      \
    X(VM_COUNT, "E-VM-COUNT", hyp_config, vms, "The configuration has no VM.")                     \
    X(VM_NAME, "E-VM-NAME", vm_config, name,                                                       \
      "A VM has no name, or one with other characters or of another length.")                      \
    X(VM_NAME_TWICE, "E-VM-NAME-TWICE", vm_config, name, "Two VMs have the same name.")            \
    X(VCPU_COUNT, "E-VCPU-COUNT", vm_config, vcpu_count,                                           \
      "A VM has no vCPU, or more than the harts in its hart_mask.")                                \
    X(HART_TWICE, "E-HART-TWICE", vm_config, hart_mask,                                            \
      "Two VMs name the same hart in hart_mask.")                                                  \
    X(CONSOLE_RT, "E-CONSOLE-RT", vm_config, real_time,                                            \
      "console_hart is a hart of a real_time VM.")                                                 \
    X(CONSOLE_KEY, "E-CONSOLE-KEY", hyp_config, console_key,                                       \
      "A key of the console is used for something else as well.")                                  \
    X(EXT_UNKNOWN, "E-EXT-UNKNOWN", vm_config, isa_required,                                       \
      "isa_required has a name that is no ISA extension which this VM can be shown.")              \
    X(MEM_ALIGN, "E-MEM-ALIGN", vm_mem, gpa,                                                       \
      "gpa, size or hpa of a region is not a multiple of 4 KiB.")                                  \
    X(MEM_ACCESS, "E-MEM-ACCESS", vm_mem, access,                                                  \
      "access of a region is no combination that a page can have: W needs R.")                     \
    X(MEM_KEEP, "E-MEM-KEEP", vm_mem, keep, "A region that is kept lacks a name or hpa_fixed.")    \
    X(MEM_OVERLAP, "E-MEM-OVERLAP", vm_mem, hpa,                                                   \
      "Two regions with hpa_fixed lie over each other, of two VMs or of one.")                     \
    X(MEM_DEVICE, "E-MEM-DEVICE", vm_mem, hpa,                                                     \
      "A region lies over the registers of a device or of the hypervisor.")                        \
    X(HYP_RAM, "E-HYP-RAM", hyp_platform, load_hpa,                                                \
      "Image, embedded files and pool do not fit in RAM from load_hpa on.")                        \
    X(GPA_OVERLAP, "E-GPA-OVERLAP", vm_device, gpa,                                                \
      "Two things of a VM lie at the same gpa: regions, devices, UART, controller, IMSICs.")       \
    X(GPA_ALIGN, "E-GPA-ALIGN", vm_device, gpa,                                                    \
      "A device or controller of a VM lies at a gpa that is not aligned.")                         \
    X(DEV_UNKNOWN, "E-DEV-UNKNOWN", vm_device, name, "A name is none of the platform's devices.")  \
    X(DEV_TWICE, "E-DEV-TWICE", vm_device, name,                                                   \
      "A device has two owners: VMs, the console or the log.")                                     \
    X(DEV_ALIGN, "E-DEV-ALIGN", hyp_device, size,                                                  \
      "A device's registers are not whole pages, or reg_size is larger.")                          \
    X(DEV_OVERLAP, "E-DEV-OVERLAP", vm_device, name,                                               \
      "A page of a VM's device holds registers of another owner, or of nobody.")                   \
    X(DEV_DMA, "E-DEV-DMA", vm_device, dma_trusted,                                                \
      "A device can write all memory, and the VM is not trusted with that.")                       \
    X(DEV_DMA_GPA, "E-DEV-DMA-GPA", vm_mem, hpa_fixed,                                             \
      "A VM with trusted DMA has memory whose gpa is not its hpa.")                                \
    X(LOG_WAITS, "E-LOG-WAITS", hyp_config, log_waits,                                             \
      "A VM shares the console, to which nothing is written because of log_waits.")                \
    X(IRQ_TWICE, "E-IRQ-TWICE", hyp_device, irq, "Devices of two owners have the same interrupt.") \
    X(IRQ_GUEST, "E-IRQ-GUEST", vm_irqc, source_count,                                             \
      "A VM's controller has too few sources for the interrupt of a device or UART.")              \
    X(IRQ_CLASH, "E-IRQ-CLASH", vm_console, irq,                                                   \
      "The virtual UART has the interrupt of a device of the same VM.")                            \
    X(IRQC_NONE, "E-IRQC-NONE", vm_irqc, model,                                                    \
      "A VM without interrupt controller has a device or UART with an interrupt.")                 \
    X(IRQC_SOURCES, "E-IRQC-SOURCES", vm_irqc, source_count,                                       \
      "source_count is not one that the controller can have.")                                     \
    X(IRQC_ELSE, "E-IRQC-ELSE", vm_config, irqc_else,                                              \
      "irqc_else has more elements than there are models.")                                        \
    X(EXITS, "E-EXITS", vm_exit_budget, grace_s,                                                   \
      "max_exits is given without grace_s, so it would have no effect.")                           \
    X(ENTRY, "E-ENTRY", vm_config, entry,                                                          \
      "The first instruction of a VM is not in memory that it may execute.")                       \
    X(ENTRY_ALIGN, "E-ENTRY-ALIGN", vm_config, entry,                                              \
      "The first instruction of a VM has an odd address.")                                         \
    X(ENTRY_EMPTY, "E-ENTRY-EMPTY", vm_config, kernel,                                             \
      "The first instruction of a VM is in memory that no file fills.")                            \
    X(BLOB_OUTSIDE, "E-BLOB-OUTSIDE", vm_blob, gpa,                                                \
      "A file or the device tree does not lie in one region of its VM.")                           \
    X(BLOB_OVERLAP, "E-BLOB-OVERLAP", vm_blob, gpa,                                                \
      "Kernel, initrd and device tree of a VM overlap.")                                           \
    X(BLOB_LOAD, "E-BLOB-LOAD", vm_mem, hpa_fixed,                                                 \
      "A file that the boot loader writes is in a region without hpa_fixed.")                      \
    X(BLOB_SIZE, "E-BLOB-SIZE", vm_blob, max_size,                                                 \
      "A file is longer than its max_size, or has no max_size.")                                   \
    X(BLOB_ABSENT, "E-BLOB-ABSENT", vm_blob, name,                                                 \
      "A file's name is not in embed or, with preloaded, not in loads of the image.")              \
    X(BLOB_FORMAT, "E-BLOB-FORMAT", vm_blob, name,                                                 \
      "A kernel is a file that cannot be executed as it is.")                                      \
    X(BOOTARGS, "E-BOOTARGS", vm_config, bootargs, "bootargs are too long.")                       \
    X(DTB_ALIGN, "E-DTB-ALIGN", vm_config, dtb_gpa, "dtb_gpa is not a multiple of 8.")             \
    X(DTB_SIZE, "E-DTB-SIZE", vm_config, dtb_max_size,                                             \
      "The device tree is longer than dtb_max_size.")                                              \
    X(POOL_ALIGN, "E-POOL-ALIGN", hyp_config, pool_size, "pool_size is not a multiple of 4 KiB.")  \
    X(POOL_LARGE, "E-POOL-LARGE", hyp_config, pool_size,                                           \
      "pool_size is more than the hypervisor's address space has room for.")

enum config_rule {
#define CONFIG_RULE_ENUM(rule, id, type, member, meaning) CONFIG_##rule,
    CONFIG_FIT_RULES(CONFIG_RULE_ENUM) CONFIG_CHECK_RULES(CONFIG_RULE_ENUM)
#undef CONFIG_RULE_ENUM
        CONFIG_RULE_COUNT
};

struct config_violation {
    enum config_rule rule;
    const char *id;   /* "E-HART-TWICE" */
    uint32_t blocked; /* Bit i: VM i cannot run because of it. */
};

/*
 * Called once for each violation. `format` has no line end, and uses only what
 * hyp/console/format.h knows. `args` are gone after the call.
 */
typedef void config_sink(void *arg, const struct config_violation *violation, const char *format,
                         va_list args) __attribute__((format(printf, 3, 0)));
