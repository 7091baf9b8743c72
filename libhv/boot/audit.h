/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The audit: what the page tables really hold, walked from the CSRs' values and compared with the
 * plan, before the first guest runs. The code that built the tables is not asked.
 *
 * Owner   Who calls owns the struct: some 4 KiB, so not on a hart's stack.
 * Locks   None: one hart boots, no guest runs.
 */
#pragma once

#include "libhv/boot/boot.h"

#define HV_AUDIT_EXPECTED_MAX (CONFIG_MEM_MAX + CONFIG_DEVICE_MAX + HYP_HART_MAX + 1)

/* A range that a VM is to have, and how much of it the table has as it should. */
struct hv_audit_expected {
    uint64_t gpa;
    uint64_t hpa;
    uint64_t size;
    uint64_t flags; /* The flags of its leaves, as pte_leaf() takes them. */
    uint64_t seen;
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

/* The audit as an image has it. */
struct hv_audit_module {
    bool (*run)(struct hv_audit *a); /* hv_audit(); false: boot stops. */
    struct hv_audit *state;
};

/*
 * audit.c: the hypervisor's own space. No page is writable and executable, every stack has a hole
 * below it, and no page is a guest's. A line; false: it is not so.
 */
HYP_MUST_USE bool hv_audit_space(const struct hv_audit *a);

/* audit.c: both, the space first. */
HYP_MUST_USE bool hv_audit(struct hv_audit *a);

/* audit_gstage.c: each VM's G-stage is the plan's, leaf by leaf. Lines; false: it is not so. */
HYP_MUST_USE bool hv_audit_gstages(struct hv_audit *a);
