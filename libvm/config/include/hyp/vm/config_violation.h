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
 * The table of rules: X(rule, id, struct, member). An id never changes: tests and documentation
 * name it. struct.member is the member of config.h to look at first when the rule is violated.
 *
 * CONFIG_FIT_RULES depend on the machine: config_fit() checks them at build and at boot.
 * CONFIG_CHECK_RULES do not, so config_check() alone checks them, at build.
 */
#define CONFIG_FIT_RULES(X)                                     \
    X(LIMIT, "E-LIMIT", hyp_config, vms)                        \
    X(HART_ABSENT, "E-HART-ABSENT", vm_config, hart_mask)       \
    X(HART_FREE, "E-HART-FREE", vm_config, vcpu_count)          \
    X(CONSOLE_HART, "E-CONSOLE-HART", hyp_config, console_hart) \
    X(EXT_ABSENT, "E-EXT-ABSENT", vm_config, isa_required)      \
    X(MEM_RANGE, "E-MEM-RANGE", vm_mem, size)                   \
    X(MEM_HYP, "E-MEM-HYP", vm_mem, hpa)                        \
    X(MEM_FIRMWARE, "E-MEM-FIRMWARE", vm_mem, hpa)              \
    X(MEM_ABSENT, "E-MEM-ABSENT", vm_mem, hpa)                  \
    X(MEM_FULL, "E-MEM-FULL", vm_mem, size)                     \
    X(GPA_RANGE, "E-GPA-RANGE", vm_device, gpa)                 \
    X(DEV_TAKEN, "E-DEV-TAKEN", vm_config, devices)             \
    X(IRQ_ABSENT, "E-IRQ-ABSENT", hyp_device, irq)              \
    X(IRQC_MODEL, "E-IRQC-MODEL", vm_irqc, model)               \
    X(IRQ_HART, "E-IRQ-HART", vm_config, hart_mask)             \
    X(POOL_SIZE, "E-POOL-SIZE", hyp_config, pool_size)

#define CONFIG_CHECK_RULES(X)                                \
    X(VM_COUNT, "E-VM-COUNT", hyp_config, vms)               \
    X(VM_NAME, "E-VM-NAME", vm_config, name)                 \
    X(VM_NAME_TWICE, "E-VM-NAME-TWICE", vm_config, name)     \
    X(VCPU_COUNT, "E-VCPU-COUNT", vm_config, vcpu_count)     \
    X(HART_TWICE, "E-HART-TWICE", vm_config, hart_mask)      \
    X(CONSOLE_RT, "E-CONSOLE-RT", vm_config, real_time)      \
    X(CONSOLE_KEY, "E-CONSOLE-KEY", hyp_config, console_key) \
    X(EXT_UNKNOWN, "E-EXT-UNKNOWN", vm_config, isa_required) \
    X(MEM_ALIGN, "E-MEM-ALIGN", vm_mem, gpa)                 \
    X(MEM_ACCESS, "E-MEM-ACCESS", vm_mem, access)            \
    X(MEM_KEEP, "E-MEM-KEEP", vm_mem, keep)                  \
    X(MEM_OVERLAP, "E-MEM-OVERLAP", vm_mem, hpa)             \
    X(MEM_DEVICE, "E-MEM-DEVICE", vm_mem, hpa)               \
    X(HYP_RAM, "E-HYP-RAM", hyp_platform, load_hpa)          \
    X(GPA_OVERLAP, "E-GPA-OVERLAP", vm_device, gpa)          \
    X(GPA_ALIGN, "E-GPA-ALIGN", vm_device, gpa)              \
    X(DEV_UNKNOWN, "E-DEV-UNKNOWN", vm_device, name)         \
    X(DEV_TWICE, "E-DEV-TWICE", vm_device, name)             \
    X(DEV_ALIGN, "E-DEV-ALIGN", hyp_device, size)            \
    X(DEV_OVERLAP, "E-DEV-OVERLAP", vm_device, name)         \
    X(DEV_DMA, "E-DEV-DMA", vm_device, dma_trusted)          \
    X(DEV_DMA_GPA, "E-DEV-DMA-GPA", vm_mem, hpa_fixed)       \
    X(LOG_WAITS, "E-LOG-WAITS", hyp_config, log_waits)       \
    X(IRQ_TWICE, "E-IRQ-TWICE", hyp_device, irq)             \
    X(IRQ_GUEST, "E-IRQ-GUEST", vm_irqc, source_count)       \
    X(IRQ_CLASH, "E-IRQ-CLASH", vm_console, irq)             \
    X(IRQC_NONE, "E-IRQC-NONE", vm_irqc, model)              \
    X(IRQC_SOURCES, "E-IRQC-SOURCES", vm_irqc, source_count) \
    X(IRQC_ELSE, "E-IRQC-ELSE", vm_config, irqc_else)        \
    X(EXITS, "E-EXITS", vm_exit_budget, grace_s)             \
    X(ENTRY, "E-ENTRY", vm_config, entry)                    \
    X(ENTRY_ALIGN, "E-ENTRY-ALIGN", vm_config, entry)        \
    X(BLOB_OUTSIDE, "E-BLOB-OUTSIDE", vm_blob, gpa)          \
    X(BLOB_OVERLAP, "E-BLOB-OVERLAP", vm_blob, gpa)          \
    X(BLOB_LOAD, "E-BLOB-LOAD", vm_mem, hpa_fixed)           \
    X(BLOB_SIZE, "E-BLOB-SIZE", vm_blob, max_size)           \
    X(BLOB_ABSENT, "E-BLOB-ABSENT", vm_blob, name)           \
    X(BOOTARGS, "E-BOOTARGS", vm_config, bootargs)           \
    X(DTB_ALIGN, "E-DTB-ALIGN", vm_config, dtb_gpa)          \
    X(DTB_SIZE, "E-DTB-SIZE", vm_config, dtb_max_size)       \
    X(POOL_ALIGN, "E-POOL-ALIGN", hyp_config, pool_size)     \
    X(POOL_LARGE, "E-POOL-LARGE", hyp_config, pool_size)

enum config_rule {
#define CONFIG_RULE_ENUM(rule, id, type, member) CONFIG_##rule,
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
