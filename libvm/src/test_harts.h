/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Several harts on one thread, for properties. Each hart runs its code on its own stack up to its
 * next access to shared memory; then the property's engine draws the hart that runs next.
 *
 * A draw that stops a hart that could run is a preemption; a run has at most PREEMPTIONS of them. A
 * hart that waits (for a lock, an IPI or another hart) is not preempted. Memory is sequentially
 * consistent here: effects of weaker orders are not explored.
 */
#pragma once

#include "test_steps.h"

#include <hyp/arch/csr.h>
#include <hyp/arch/hart.h>
#include <prop.h>

#include <string.h>
#include <ucontext.h>

#define TEST_HARTS 3
#define TEST_STACK (256 * 1024)

enum test_hart_state {
    HART_READY,
    HART_SPINS, /* Waits until another hart writes. */
    HART_WAITS, /* Waits in WFI. */
    HART_GUEST, /* Its guest has no call left: waits for an interrupt of HS-mode. */
    HART_ENDED,
};

struct test_hart {
    enum test_hart_state state;
    struct hart hart;
    uint64_t *csr;
    uint64_t own_writes;
    uint64_t seen_writes; /* Writes of other harts before its current check. */
    ucontext_t context;
};

static struct {
    unsigned count;
    unsigned current;
    unsigned preemptions;
    bool draws; /* False: each hart runs until it waits. */
    uint64_t writes;
    ucontext_t main;
    struct test_hart hart[TEST_HARTS];
    void (*body)(unsigned hart);
    void (*leaves)(unsigned hart); /* The hart that has run until now. */
} harts;

static uint64_t test_csrs[TEST_HARTS][CSR_HOST_COUNT];
static _Alignas(64) char test_stacks[TEST_HARTS][TEST_STACK];

static bool test_may_run(const struct test_hart *h)
{
    uint64_t host = h->csr[CSR_SIP] & h->csr[CSR_SIE];
    switch (h->state) {
    case HART_READY: return true;
    case HART_SPINS: return harts.writes - h->own_writes != h->seen_writes;
    case HART_WAITS: return host != 0 || (h->csr[CSR_HIP] & h->csr[CSR_HIE]) != 0;
    case HART_GUEST: return host != 0;
    case HART_ENDED: break;
    }
    return false;
}

static void test_go_to(unsigned next)
{
    struct test_hart *from = &harts.hart[harts.current];
    harts.leaves(harts.current);
    harts.current = next;
    hart_host_set(&harts.hart[next].hart);
    csr_host_use(harts.hart[next].csr);
    PROP_ASSERT(swapcontext(&from->context, &harts.hart[next].context) == 0);
}

/* Harts that can run, the current one first. */
static unsigned test_able(unsigned able[TEST_HARTS])
{
    unsigned count = 0;
    for (unsigned i = 0; i < harts.count; i++) {
        unsigned h = (harts.current + i) % harts.count;
        if (test_may_run(&harts.hart[h])) {
            able[count++] = h;
        }
    }
    return count;
}

static void test_sync_csrs(void)
{
    /* The bits of hip for VS-mode are those of hvip. */
    csr_write(CSR_HIP, csr_read(CSR_HVIP));
}

void test_step(void)
{
    unsigned able[TEST_HARTS];
    if (harts.hart[harts.current].csr == NULL || !harts.draws) {
        return;
    }
    test_sync_csrs();
    unsigned count = harts.preemptions != 0 ? test_able(able) : 1;
    unsigned next = count > 1 ? (unsigned)prop_u64(count) : 0;
    if (next != 0) {
        harts.preemptions--;
        test_go_to(able[next]);
    }
}

void test_writes(bool changes)
{
    harts.writes += changes;
    harts.hart[harts.current].own_writes += changes;
}

/* The current hart waits. If no hart can run, returns to test_harts_run(). */
static void test_block(enum test_hart_state state)
{
    unsigned able[TEST_HARTS];
    struct test_hart *h = &harts.hart[harts.current];
    test_sync_csrs();
    h->state = state;
    unsigned count = test_able(able);
    if (count == 0) {
        harts.leaves(harts.current);
        PROP_ASSERT(swapcontext(&h->context, &harts.main) == 0);
    } else {
        unsigned next = count > 1 && harts.draws ? able[prop_u64(count)] : able[0];
        if (next != harts.current) {
            test_go_to(next);
        }
    }
    h->state = HART_READY;
    h->seen_writes = harts.writes - h->own_writes;
}

static void test_on_wait(enum hart_host_wait why)
{
    test_block(why == HART_HOST_WAIT ? HART_WAITS : HART_SPINS);
}

static void test_hart_main(int hart)
{
    harts.body((unsigned)hart);
    test_block(HART_ENDED);
    PROP_ASSERT(false && "an ended hart goes on");
}

static void test_harts_init(unsigned count, unsigned preemptions, void (*body)(unsigned),
                            void (*leaves)(unsigned))
{
    harts.count = count;
    harts.current = 0;
    harts.preemptions = preemptions;
    harts.writes = 0;
    harts.body = body;
    harts.leaves = leaves;
    hart_host_on_wait(test_on_wait);
    for (unsigned i = 0; i < count; i++) {
        struct test_hart *h = &harts.hart[i];
        h->state = HART_READY;
        h->hart = (struct hart){.self = &h->hart, .index = i, .id = 100 + i};
        h->csr = memset(test_csrs[i], 0, sizeof(test_csrs[i]));
        h->own_writes = h->seen_writes = 0;
        PROP_ASSERT(getcontext(&h->context) == 0);
        h->context.uc_stack.ss_sp = test_stacks[i];
        h->context.uc_stack.ss_size = TEST_STACK;
        h->context.uc_link = NULL;
        makecontext(&h->context, (void (*)(void))test_hart_main, 1, (int)i);
    }
    hart_host_set(&harts.hart[0].hart);
    csr_host_use(harts.hart[0].csr);
}

/* Runs the harts until none can run. */
static void test_harts_run(bool draws)
{
    unsigned able[TEST_HARTS];
    unsigned count = test_able(able);
    harts.draws = draws;
    while (count != 0) {
        harts.current = able[draws ? prop_u64(count) : 0];
        struct test_hart *h = &harts.hart[harts.current];
        hart_host_set(&h->hart);
        csr_host_use(h->csr);
        PROP_ASSERT(swapcontext(&harts.main, &h->context) == 0);
        count = test_able(able);
    }
    harts.draws = false;
}
