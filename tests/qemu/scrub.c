/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two VMs whose memory somebody has had before. Left has its kernel in place, and an embedded file
 * at an odd address of a read-only region; right has an embedded kernel, and a file up to the last
 * byte of its region.
 */
#include <hyp/vm/config.h>

#include "tests/qemu/scrub.h"

static const struct vm_mem left_mem[] = {
    {.gpa = SCRUB_RAM, .size = SCRUB_LEFT_SIZE, .hpa = 0xa0000000, .hpa_fixed = true},
    {.gpa = SCRUB_ROM,
     .size = SCRUB_ROM_SIZE,
     .hpa = 0xa1000000,
     .hpa_fixed = true,
     .access = HYP_ACCESS_R},
    {.gpa = SCRUB_CODE,
     .size = SCRUB_CODE_SIZE,
     .hpa = 0xa2000000,
     .hpa_fixed = true,
     .access = HYP_ACCESS_R | HYP_ACCESS_X},
    {.gpa = SCRUB_KEPT,
     .size = SCRUB_KEPT_SIZE,
     .hpa = 0xa3000000,
     .hpa_fixed = true,
     .keep = true,
     .name = "log"},
    {.gpa = SCRUB_KEPT_ROM,
     .size = SCRUB_KEPT_ROM_SIZE,
     .hpa = 0xa4000000,
     .hpa_fixed = true,
     .access = HYP_ACCESS_R,
     .keep = true,
     .name = "board"},
};

static const struct vm_mem right_mem[] = {
    {.gpa = SCRUB_RAM, .size = SCRUB_RIGHT_SIZE, .hpa = 0xa5000000, .hpa_fixed = true},
};

static const struct vm_config vms[] = {
    {
        .name = "left",
        .vcpu_count = 4,
        .hart_mask = 0xf,
        .vcpus_as_found = true,
        .mem = left_mem,
        .mem_count = sizeof(left_mem) / sizeof(left_mem[0]),
        .entry = SCRUB_RAM,
        .kernel = {.name = "kernel", .gpa = SCRUB_RAM, .max_size = SCRUB_ROOM, .load = true},
        .initrd = {.name = "file", .gpa = SCRUB_ROM + 0x1003, .max_size = 64 * HYP_KIB},
        .bootargs = "left",
        .dtb_gpa = SCRUB_RAM + 0x200008,
        .dtb_max_size = 16 * HYP_KIB,
        .console = {.kind = VM_CONSOLE_SBI},
        .irqc = {.absent = true},
    },
    {
        .name = "right",
        .vcpu_count = 1,
        .hart_mask = 0x10,
        .mem = right_mem,
        .mem_count = 1,
        .entry = SCRUB_RAM,
        .kernel = {.name = "embedded", .gpa = SCRUB_RAM, .max_size = SCRUB_ROOM},
        .initrd = {.name = "file",
                   .gpa = SCRUB_RAM + SCRUB_RIGHT_SIZE - SCRUB_FILE_SIZE,
                   .max_size = SCRUB_FILE_SIZE},
        .bootargs = "right",
        .dtb_gpa = SCRUB_RAM + 0x1ff000,
        .dtb_max_size = 16 * HYP_KIB,
        .console = {.kind = VM_CONSOLE_SBI},
        .irqc = {.absent = true},
    },
};

const struct hyp_config hyp_config = {
    .name = "scrub",
    .pool_size = 1 * HYP_MIB,
    .vms = vms,
    .vm_count = 2,
};
