/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Clears a VM's memory before its guest's first instruction, by the VM's own harts in VS-mode.
 *
 * HS-mode maps no guest memory and has no cbo.zero for it. So boot copies scrub_code.h's routine
 * into the VM's memory, in the place of bytes that it keeps in `under`. Each hart of the VM enters
 * it there for its share of what is to be cleared, with all traps and interrupts to HS-mode.
 * When all have finished, vCPU 0 puts the bytes back and starts the guest.
 *
 *   boot        scrub_add(), scrub_cut(), scrub_place(); writes the code at `place`
 *   each hart   scrub_run()
 *   vCPU 0      waits for scrub_is_done(); scrub_end()
 *
 * The routine is trusted with nothing: a trap other than its ecall stops the VM.
 *
 * Units   Bytes; addresses are guest-physical.
 * Owner   struct vm holds it. Boot writes it; then it is const but for `left`.
 * Locks   None.
 */
#pragma once

#include <hyp/arch/scrub_code.h>
#include <hyp/base/range.h>
#include <hyp/base/types.h>

/* Files and the place of the code, each of which can part a region in two. */
#define SCRUB_CUT_MAX 4
#define SCRUB_REGION_MAX 8
#define SCRUB_RANGE_MAX (SCRUB_REGION_MAX + SCRUB_CUT_MAX)

struct scrub {
    struct range clear[SCRUB_RANGE_MAX]; /* Disjoint; some may be empty. */
    uint32_t count;                      /* 0: nothing is cleared, and there is no code. */
    uint32_t left;                       /* Atomic: vCPUs that have not finished. */
    uint64_t place;                      /* Where the code lies. */
    uint32_t place_size;
    uint8_t under[SCRUB_CODE_MAX] __attribute__((aligned(8))); /* What is to be there afterwards. */
};

struct vm;
struct vcpu;

/* Adds a region; at most SCRUB_REGION_MAX. */
void scrub_add(struct scrub *s, struct range region);

/* Takes a range out of what is cleared; at most SCRUB_CUT_MAX, disjoint, each in one region. */
void scrub_cut(struct scrub *s, struct range hole);

/*
 * The code will lie in `place`, whose bytes are in s->under: those that are to be cleared become 0
 * there. Then takes it out of what is cleared. Behind all others.
 */
void scrub_place(struct scrub *s, struct range place);

/*
 * What of s->clear[i] hart `hart` of `harts` clears; size 0: nothing. The shares of all harts are
 * disjoint and cover the range. Shares begin and end at multiples of 4 KiB into all that is
 * cleared.
 */
struct range scrub_share(const struct scrub *s, uint32_t i, uint32_t hart, uint32_t harts);

/*
 * Clears the share of this hart. hgatp is the VM's, VS-level CSRs and world are as for a guest that
 * starts, no trap is delegated, no fast function answers. Returns early if the VM stops. s->count
 * is not 0.
 */
void scrub_run(struct vcpu *vcpu);

/* Have all harts finished? */
bool scrub_is_done(const struct vm *vm);

/* Behind that, once, on vCPU 0's hart: memory is as the guest finds it. May stop the VM. */
void scrub_end(struct vcpu *vcpu);
