/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What becomes of a configuration: on which harts each VM runs, where its memory lies, what that
 * costs the hypervisor. Every decision is deterministic, so the report of the build and the boot
 * agree wherever the machine is what the platform says.
 *
 * Units   Bytes; harts are dense indices as in config.h.
 * Owner   Pure: no heap, no global, no output. The caller owns the plan.
 * Locks   None. Reentrant with distinct plans.
 * Context Any. Stack below 1 KiB a function; time grows with the square of what is configured.
 */
#pragma once

#include <hyp/vm/config_input.h>

#define CONFIG_NOWHERE UINT64_MAX

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

/* ---- Harts: config_harts.c ---- */

/*
 * The decision about harts, as config_fit() makes it: fills plan->harts.
 *
 * A VM with a hart_mask gets its lowest vcpu_count harts that exist. Then, in the order of the
 * configuration, a VM without one gets the lowest harts that no hart_mask names and no VM has; a
 * real_time VM never gets the console hart. A VM that does not get all gets none, except with
 * allow_fewer_vcpus, which one hart is enough for.
 */
void config_assign_harts(const struct config_input *in, struct config_plan *plan);

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

/* ---- Memory: config_place.c ---- */

/*
 * The decision about memory, as config_fit() makes it: fills plan->mem_hpa.
 *
 * Fixed regions first; then, in the order of the configuration, each other region goes to the
 * lowest free RAM at which its leaves are largest: hpa = gpa modulo 1 GiB for a size of 1 GiB and
 * more, else modulo 2 MiB; where that does not fit, the next smaller.
 */
void config_place(const struct config_input *in, struct config_plan *plan);

/*
 * The host address behind [gpa, gpa + size) of a VM, which must be in one region, or
 * CONFIG_NOWHERE.
 */
uint64_t config_gpa_to_hpa(const struct config_input *in, const struct config_plan *plan,
                           uint32_t vm, uint64_t gpa, uint64_t size);

/* ---- G-stage and pool: config_gstage.c, config_pool.c ---- */

/*
 * The bits of the guest-physical addresses that the narrowest G-stage mode for this VM translates:
 * 41 (Sv39x4), 50 or 59, by the end of its memory and devices. What no mode reaches does not count.
 */
uint32_t config_vm_gpa_bits(const struct config_input *in, uint32_t vm);

/* Bytes of hypervisor pool for the harts and memory of the plan; footprint.h has the parts. */
uint64_t config_pool_need(const struct config_input *in, const struct config_plan *plan);
