/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The audit: walks the page tables from the CSRs' values and compares them with the plan, before
 * the first guest runs. It shares no code with the functions that build the tables.
 *
 * Owner   The caller owns the struct: some 4 KiB, so not on a hart's stack.
 * Locks   None: one hart boots, no guest runs.
 */
#pragma once

#include "libhv/boot/boot.h"

#define HV_AUDIT_EXPECTED_MAX (CONFIG_MEM_MAX + CONFIG_DEVICE_MAX + HYP_HART_MAX + 1)

/* A range that the VM's table must map. */
struct hv_audit_expected {
    uint64_t gpa;
    uint64_t hpa;
    uint64_t size;
    uint64_t flags; /* Flags of its leaves, an argument of pte_leaf(). */
    uint64_t seen;  /* Bytes that the table maps as expected. */
};

/* The audit's input, and its state while it walks one table. */
struct hv_audit {
    const struct hv_boot *boot;
    /* Stack tops of each hart, and of its stack for faults; 0: the hart is not in use. */
    uint64_t stack_top[HYP_HART_MAX][2];
    uint64_t hgatp[HYP_VM_MAX]; /* 0: the VM was not built. */
    /* The machine's page of the guest interrupt file of a vCPU on this hart; UINT64_MAX: none. */
    uint64_t (*guest_file_hpa)(const void *ctx, uint32_t hart);
    const void *ctx;

    struct hv_audit_expected expected[HV_AUDIT_EXPECTED_MAX];
    uint32_t count;
    uint32_t last; /* Index of the last answer of find(). */
    uint64_t leaves;
    uint64_t wrong;
    uint64_t first_wrong; /* GPA, or UINT64_MAX: none. */
};

/* The audit in an image. */
struct hv_audit_module {
    bool (*run)(struct hv_audit *audit); /* hv_audit(); false: boot panics. */
    struct hv_audit *state;
};

/*
 * audit.c: audits the hypervisor's own page table and logs a line. True if no page is both writable
 * and executable, no page is a guest's, and the guard page below every stack is unmapped.
 */
HYP_MUST_USE bool hv_audit_space(const struct hv_audit *audit);

/* audit.c: audits all page tables. False: a table is wrong; boot panics. */
HYP_MUST_USE bool hv_audit(struct hv_audit *audit);

/* audit_gstage.c: logs a line for each VM. True if each leaf of its G-stage is the plan's. */
HYP_MUST_USE bool hv_audit_gstages(struct hv_audit *audit);
