/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Clears a VM's memory before its guest's first instruction. The VM's own harts do so, in VS-mode.
 *
 * HS-mode does not map guest memory, and cbo.zero has no form that addresses guest memory as HSV
 * does. So boot copies the routine of scrub_code.h into the VM's memory and saves the bytes that
 * the routine overwrites. Each hart of the VM runs the routine for its share of the memory; all
 * traps and interrupts come to HS-mode meanwhile. When all harts have finished, vCPU 0 writes the
 * saved bytes back and starts the guest.
 *
 *   boot        scrub_add(), scrub_exclude(), scrub_place_code(); writes the code at code_gpa
 *   each hart   scrub_run()
 *   vCPU 0      waits for scrub_is_done(); scrub_finish()
 *
 * The routine is not trusted: a trap other than its ecall stops the VM.
 *
 * Units   Bytes; addresses are guest-physical.
 * Owner   struct vm holds it. Boot writes it; after that all but `harts_left` is const.
 * Locks   None.
 */
#pragma once

#include <hyp/arch/scrub_code.h>
#include <hyp/base/range.h>
#include <hyp/base/types.h>

/* Excluded ranges: files and the code. Each of them can split a region in two. */
#define SCRUB_EXCLUDE_MAX 4
#define SCRUB_REGION_MAX 8
#define SCRUB_RANGE_MAX (SCRUB_REGION_MAX + SCRUB_EXCLUDE_MAX)

struct scrub {
    struct range clear[SCRUB_RANGE_MAX]; /* Ranges to clear: disjoint; some may be empty. */
    uint32_t count;                      /* 0: nothing is cleared, and there is no code. */
    uint32_t harts_left;                 /* Atomic: vCPUs whose hart has not finished. */
    uint64_t code_gpa;
    uint32_t code_size;
    /* Bytes that vCPU 0 writes over the code when all harts have finished. */
    uint8_t saved[SCRUB_CODE_MAX] __attribute__((aligned(8)));
};

struct vm;
struct vcpu;

/* Adds a region to clear; at most SCRUB_REGION_MAX, disjoint. */
void scrub_add(struct scrub *scrub, struct range region);

/*
 * Excludes a range from what is cleared; at most SCRUB_EXCLUDE_MAX, disjoint, each inside one
 * region.
 */
void scrub_exclude(struct scrub *scrub, struct range hole);

/*
 * Sets the range of the code and excludes it. scrub->saved holds the bytes of that range; those
 * that would have been cleared become 0. Called after all other exclusions.
 */
void scrub_place_code(struct scrub *scrub, struct range code);

/*
 * The part of scrub->clear[i] that hart `hart` of `harts` clears; size 0: none. The shares of all
 * harts are disjoint and cover the range. Counted from the first byte to clear, shares begin and
 * end at multiples of 4 KiB.
 */
struct range scrub_share(const struct scrub *scrub, uint32_t i, uint32_t hart, uint32_t harts);

/*
 * Clears this hart's share. vcpu_load_scrubber() was called before, and scrub->count is not 0.
 * Returns early if the VM stops.
 */
void scrub_run(struct vcpu *vcpu);

/* True if all harts have finished. */
bool scrub_is_done(const struct vm *vm);

/*
 * Restores the bytes under the code and the access rights of the memory. Called once, on vCPU 0's
 * hart, after scrub_is_done(). Stops the VM if either fails.
 */
void scrub_finish(struct vcpu *vcpu);
