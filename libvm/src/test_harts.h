/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Several harts on one thread, for properties: each runs code of its own on a stack of its own up
 * to its next access to shared memory, and there the property's engine draws who goes on.
 *
 * A draw that takes the hart away from code that could go on is a preemption; PREEMPTIONS of them
 * are allowed in a run. That a hart waits (for a lock, an IPI, another hart's answer) is none.
 * Memory is sequentially consistent here: what weaker orders allow is not walked.
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
    HART_SPINS, /* Until another hart has written. */
    HART_WAITS, /* wfi. */
    HART_GUEST, /* Its guest has nothing to do: until an interrupt of HS-mode. */
    HART_ENDED,
};

struct test_hart {
    enum test_hart_state state;
    struct hart hart;
    uint64_t *csr;
    uint64_t own_writes;
    uint64_t seen_writes; /* Of the others, when it last began to look. */
    ucontext_t context;
};

static struct {
    unsigned count;
    unsigned current;
    unsigned preemptions;
    bool draws; /* Else every hart runs on until it waits. */
    uint64_t writes;
    ucontext_t main;
    struct test_hart hart[TEST_HARTS];
    void (*body)(unsigned hart);
    void (*leaves)(unsigned hart); /* The hart has run until now. */
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

/* Those that may go on, the current one first. */
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
    /* hip's bits for VS-mode are those of hvip. */
    csr_write(CSR_HIP, csr_read(CSR_HVIP));
}

void test_step(void)
{
    unsigned able[TEST_HARTS];
    if (harts.hart[harts.current].csr == 0 || !harts.draws) {
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

/* The current hart cannot go on for now. Nobody can: back to test_harts_run(). */
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
        h->context.uc_link = 0;
        makecontext(&h->context, (void (*)(void))test_hart_main, 1, (int)i);
    }
    hart_host_set(&harts.hart[0].hart);
    csr_host_use(harts.hart[0].csr);
}

/* Runs the harts until none can go on. */
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
