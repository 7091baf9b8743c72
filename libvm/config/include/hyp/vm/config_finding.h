/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rules of a configuration, and a finding: one broken rule, as a value and as a line of text.
 *
 * Owner   Pure: no heap, no global, no output.
 * Locks   None.
 * Context Any.
 */
#pragma once

#include <hyp/base/types.h>

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
    X(EXITS, "E-EXITS", "%a has a budget of %u exits after boot, but its grace_s is 0")            \
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

/*
 * Writes "E-HART-TWICE: hart 1 is owned by vm linux and vm rt" with a NUL and no line end, cut to
 * `size` (at least 1). Returns its length. CONFIG_LINE_SIZE holds every line.
 */
#define CONFIG_LINE_SIZE 256
size_t config_finding_line(const struct config_finding *finding, char *line, size_t size);
