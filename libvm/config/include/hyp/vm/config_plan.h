/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The plan for a configuration: the harts of each VM, the host addresses of its memory, and the
 * pool that the hypervisor needs. The decisions are deterministic: if the machine is what the
 * platform says, boot decides as the report of the build says.
 *
 * Units   Bytes; harts are dense indices as in config.h.
 * Owner   Pure: no heap, no global, no output. The caller owns the plan.
 * Locks   None. Reentrant with distinct plans.
 * Context Any. Stack below 1 KiB a function; time grows with the square of what is configured.
 */
#pragma once

#include <hyp/vm/config_input.h>

#define CONFIG_NOWHERE UINT64_MAX

/* About 2.8 KiB: too large for the stack of a hart. */
struct config_plan {
    uint32_t runnable; /* Bit i: VM i can run. */
    uint32_t violation_count;
    uint64_t pool_need;           /* Bytes, by footprint.h. */
    uint8_t gpa_bits[HYP_VM_MAX]; /* config_vm_gpa_bits() */
    uint64_t harts[HYP_VM_MAX];   /* vCPU n of VM i runs on the n-th lowest hart of harts[i]. */
    /* Harts of VM i without a context at the physical interrupt controller; 0 at build. */
    uint64_t no_context[HYP_VM_MAX];
    uint64_t mem_hpa[HYP_VM_MAX][CONFIG_MEM_MAX]; /* CONFIG_NOWHERE: not placed. */
};

/* ---- Harts: config_harts.c ---- */

/*
 * Fills plan->harts, as config_fit() does.
 *
 * A VM with a hart_mask gets its lowest vcpu_count harts that exist. Then, in the order of the
 * configuration, a VM without one gets the lowest harts that no hart_mask names and no VM has; a
 * real_time VM never gets the console hart. A VM that does not get all gets none, except with
 * allow_fewer_vcpus: then one hart is enough.
 */
void config_assign_harts(const struct config_input *in, struct config_plan *plan);

/*
 * The hart that drives the console, by a filled plan. It is the first of these that exists:
 *   1. the configured one, if no VM that can run has it
 *   2. the lowest that no such VM has
 *   3. the configured one, if no real_time VM has it
 *   4. the lowest that no real_time VM has
 * `lost` are harts that cannot be started: they are left out, unless a VM has them.
 * CONFIG_NO_HART: real_time VMs have all harts.
 */
#define CONFIG_NO_HART UINT32_MAX
/* Bytes of other VMs that the console hart sends in a millisecond, if it is the hart of a VM. */
#define CONFIG_CONSOLE_BYTES 16u
uint32_t config_console_hart(const struct config_input *in, const struct config_plan *plan,
                             uint64_t lost);

/* The VM that can run and has this hart; vm_count: there is none. */
uint32_t config_vm_of_hart(const struct config_input *in, const struct config_plan *plan,
                           uint32_t hart);

/* ---- Memory: config_place.c ---- */

/*
 * Fills plan->mem_hpa, as config_fit() does.
 *
 * Fixed regions come first. Then, in the order of the configuration, each other region gets the
 * lowest free RAM at which its G-stage leaves are largest: hpa = gpa modulo 1 GiB if its size is
 * 1 GiB or more, else modulo 2 MiB. If there is no such RAM, the next smaller leaf is tried.
 */
void config_place(const struct config_input *in, struct config_plan *plan);

/* The host address of [gpa, gpa + size) of a VM; CONFIG_NOWHERE: no one region holds all of it. */
uint64_t config_gpa_to_hpa(const struct config_input *in, const struct config_plan *plan,
                           uint32_t vm, uint64_t gpa, uint64_t size);

/* ---- G-stage and pool: config_gstage.c, config_pool.c ---- */

/*
 * The width of the guest-physical addresses of the narrowest G-stage mode that maps the VM's memory
 * and devices: 41 (Sv39x4), 50 or 59 bits. Addresses that no mode can map do not count.
 */
uint32_t config_vm_gpa_bits(const struct config_input *in, uint32_t vm);

/* Bytes of hypervisor pool that the plan needs: the sum that footprint.h describes. */
uint64_t config_pool_need(const struct config_input *in, const struct config_plan *plan);
