/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HSM, IPIs and remote fences on all harts. Hart 0 gives the others commands, and judges.
 *
 * A hart starts at _start with an opaque value: the device tree at boot, or one of enum why. A
 * command is an entry of an array and an IPI; the hart counts it when it is done.
 */
#include "check.h"

#define HARTS 8
#define WAIT (120 * GUEST_TIMEBASE_HZ)
#define NAP (GUEST_TIMEBASE_HZ / 20000)
#define NEVER UINT64_MAX

#define SSTATUS_SIE UINT64_C(2)
#define IRQ_SOFT 1
#define IRQ_TIMER 5

#define EXT_IPI 0x735049
#define EXT_RFENCE 0x52464e43
#define EXT_HSM 0x48534d
#define HSM_START 0
#define HSM_STOP 1
#define HSM_STATUS 2
#define HSM_SUSPEND 3
#define RETENTIVE 0
#define NON_RETENTIVE UINT64_C(0x80000000)
#define STARTED 0
#define STOPPED 1
#define SUSPENDED 4
#define ERR_INVALID_PARAM ((uint64_t)-3)
#define ERR_INVALID_ADDRESS ((uint64_t)-5)
#define ERR_ALREADY_AVAILABLE ((uint64_t)-6)

#define ALIAS UINT64_C(0xc0000000)
#define PAGE_A UINT64_C(0x80400000)
#define PAGE_B UINT64_C(0x80600000)
#define CODE UINT64_C(0x80800000)
typedef uint64_t code_fn(void);

enum why { WHY_START = 0x1001, WHY_RESUME, WHY_AGAIN };

enum command {
    NOTHING,
    ANSWER,    /* An IPI back to hart 0. */
    PASS_ON,   /* An IPI and this command to the next hart, the last one to hart 0. */
    READ,      /* result = the word at ALIAS. */
    RUN,       /* result = what the function at CODE returns. */
    FENCE_ALL, /* 50 remote fences to all. */
    SUSPEND,   /* result = what the call returns. */
    SLEEP,     /* Non-retentive; comes back through _start. */
    HALT,
    LAST, /* Hart 1 only: starts hart 0 again and ends the test. */
};

struct mail {
    enum command command; /* Written by the giver, before the IPI. */
    enum command taken;   /* Moved here by the IPI's handler: none is in flight behind it. */
    uint64_t done;        /* Commands that were carried out. */
    uint64_t ipis;
    uint64_t timers;
    uint64_t result;
    uint64_t why; /* The opaque value of the last entry; 0: its state was wrong. */
};

static volatile struct mail mail[HARTS];
static uint32_t hart_count;
static uint64_t root[512] __attribute__((aligned(4096)));
static uint64_t middle[512] __attribute__((aligned(4096)));

static uint64_t self(void)
{
    uint64_t hart;
    __asm__ volatile("mv %0, tp" : "=r"(hart));
    return hart;
}

static uint64_t hsm(uint64_t fid, uint64_t a0, uint64_t a1, uint64_t a2, uint64_t *value)
{
    struct guest_sbi r = guest_sbi(EXT_HSM, fid, a0, a1, a2);
    if (value != 0) {
        *value = r.value;
    }
    return (uint64_t)r.error;
}

static uint64_t hart_status(uint64_t hart)
{
    uint64_t value;
    uint64_t error = hsm(HSM_STATUS, hart, 0, 0, &value);
    return error == 0 ? value : error;
}

static uint64_t ipi(uint64_t mask, uint64_t base)
{
    return (uint64_t)guest_sbi(EXT_IPI, 0, mask, base, 0).error;
}

/* Five arguments: one more than guest_sbi() has. */
static uint64_t rfence(uint64_t fid, uint64_t mask, uint64_t base, uint64_t start, uint64_t size)
{
    register uint64_t r0 __asm__("a0") = mask;
    register uint64_t r1 __asm__("a1") = base;
    register uint64_t r2 __asm__("a2") = start;
    register uint64_t r3 __asm__("a3") = size;
    register uint64_t r4 __asm__("a4") = 0; /* ASID */
    register uint64_t r6 __asm__("a6") = fid;
    register uint64_t r7 __asm__("a7") = EXT_RFENCE;
    __asm__ volatile("ecall"
                     : "+r"(r0), "+r"(r1)
                     : "r"(r2), "r"(r3), "r"(r4), "r"(r6), "r"(r7)
                     : "memory");
    return r0;
}

/*
 * Sleeps a little, or until an IPI pends; SIE is 0. There may be more harts than the emulator has
 * processors, and one that spins takes a processor from the hart that it waits for.
 */
static void nap(void)
{
    guest_set_timer(guest_time() + NAP);
    guest_csr_set(sie, UINT64_C(1) << IRQ_TIMER);
    __asm__ volatile("wfi");
    guest_csr_clear(sie, UINT64_C(1) << IRQ_TIMER);
    guest_set_timer(NEVER);
}

/* Waits until `is` holds; false: too long. */
#define UNTIL(is)                             \
    __extension__({                           \
        uint64_t end_ = guest_time() + WAIT;  \
        bool is_ = (is);                      \
        while (!is_ && guest_time() < end_) { \
            nap();                            \
            is_ = (is);                       \
        }                                     \
        is_;                                  \
    })

uint64_t guest_trap(uint64_t cause, uint64_t epc, uint64_t tval)
{
    if (cause == (UINT64_C(1) << 63 | IRQ_SOFT)) {
        guest_csr_clear(sip, UINT64_C(1) << IRQ_SOFT);
        mail[self()].taken = mail[self()].command;
        mail[self()].command = NOTHING;
        __atomic_thread_fence(__ATOMIC_SEQ_CST);
        mail[self()].ipis++;
    } else if (cause == (UINT64_C(1) << 63 | IRQ_TIMER)) {
        guest_set_timer(NEVER);
        mail[self()].timers++;
    } else {
        guest_put("FAIL trap ");
        guest_put_hex(cause);
        guest_put(" at ");
        guest_put_hex(epc);
        guest_put(" value ");
        guest_put_hex(tval);
        guest_put("\n");
        guest_shutdown(true);
    }
    return epc;
}

/* ---- The other harts ------------------------------------------------------------------------- */

/* An IPI that is sent before the last one was taken would be one with it. */
static bool ipi_and_wait(uint64_t hart)
{
    uint64_t before = mail[hart].ipis;
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    return ipi(UINT64_C(1) << hart, 0) == 0 && UNTIL(mail[hart].ipis == before + 1);
}

static bool give(uint64_t hart, enum command command)
{
    mail[hart].command = command;
    return ipi_and_wait(hart);
}

static uint64_t read_alias(void)
{
    return *(volatile uint64_t *)ALIAS;
}

static void last(void)
{
    check(UNTIL(hart_status(0) == STOPPED), "hart 1: hart 0 stops");
    check_is(hsm(HSM_START, 0, (uint64_t)_start, WHY_AGAIN, 0), 0, "hart 1: hart 0 starts");
    check(UNTIL(mail[0].why == WHY_AGAIN), "hart 1: hart 0 is back");
    check_end();
}

static void carry_out(uint64_t hart, enum command command)
{
    switch (command) {
    case NOTHING: return;
    case ANSWER: (void)ipi(1, 0); break;
    case PASS_ON:
        if (hart + 1 < hart_count) {
            (void)give(hart + 1, PASS_ON);
        } else {
            (void)ipi(1, 0);
        }
        break;
    case READ: mail[hart].result = read_alias(); break;
    case RUN: mail[hart].result = ((code_fn *)CODE)(); break;
    case FENCE_ALL:
        for (uint64_t i = 0; i < 50; i++) {
            mail[hart].result |= rfence(i % 3, 0, NEVER, 0, i % 2 == 0 ? NEVER : 4096);
        }
        break;
    case SUSPEND: mail[hart].result = hsm(HSM_SUSPEND, RETENTIVE, 0, 0, 0); break;
    case SLEEP:
        mail[hart].result = hsm(HSM_SUSPEND, NON_RETENTIVE, (uint64_t)_start, WHY_RESUME, 0);
        break;                                                       /* Only if it failed. */
    case HALT: mail[hart].result = hsm(HSM_STOP, 0, 0, 0, 0); break; /* Only if it failed. */
    case LAST: last(); break;
    }
    mail[hart].done++;
}

static void serve(uint64_t hart)
{
    for (;;) {
        guest_csr_clear(sstatus, SSTATUS_SIE);
        enum command command = mail[hart].taken;
        mail[hart].taken = NOTHING;
        carry_out(hart, command);
        __asm__ volatile("wfi");
        guest_csr_set(sstatus, SSTATUS_SIE);
    }
}

static void come_in(uint64_t hart, uint64_t why)
{
    bool clean = guest_csr_read(satp) == 0 && (guest_csr_read(sstatus) & SSTATUS_SIE) == 0;
    guest_csr_set(sie, UINT64_C(1) << IRQ_SOFT);
    guest_csr_write(satp, SATP_SV39(root));
    sfence_vma();
    mail[hart].why = clean ? why : 0;
    serve(hart);
}

/* ---- Hart 0 ---------------------------------------------------------------------------------- */

/* Gives `command` to each other hart in turn; true: each was done. */
static bool each(enum command command)
{
    bool right = true;
    for (uint64_t i = 1; i < hart_count; i++) {
        uint64_t done = mail[i].done;
        right = right && give(i, command) && UNTIL(mail[i].done == done + 1);
    }
    return right;
}

static bool each_result(uint64_t want)
{
    for (uint64_t i = 1; i < hart_count; i++) {
        if (mail[i].result != want) {
            guest_put("hart ");
            guest_put_dec(i);
            guest_put(" has ");
            guest_put_hex(mail[i].result);
            guest_put(", not ");
            guest_put_hex(want);
            guest_put("\n");
            return false;
        }
    }
    return true;
}

static bool each_status(uint64_t want)
{
    bool right = true;
    for (uint64_t i = 1; i < hart_count; i++) {
        right = right && UNTIL(hart_status(i) == want);
    }
    return right;
}

static bool start_each(uint64_t why)
{
    bool right = true;
    for (uint64_t i = 1; i < hart_count; i++) {
        right = right && hsm(HSM_START, i, (uint64_t)_start, why, 0) == 0;
        right = right && hsm(HSM_START, i, (uint64_t)_start, why, 0) == ERR_ALREADY_AVAILABLE;
        right = right && UNTIL(mail[i].why == why) && hart_status(i) == STARTED;
    }
    return right;
}

static void check_start(void)
{
    const uint64_t start = (uint64_t)_start;
    check_is(hart_status(0), STARTED, "status of hart 0");
    check(each_status(STOPPED), "status of the others: stopped");
    check_is(hart_status(hart_count), ERR_INVALID_PARAM, "status of a hart that is not there");
    check_is(hart_status(NEVER), ERR_INVALID_PARAM, "status of hart -1");
    check_is(hsm(HSM_START, hart_count, start, 0, 0), ERR_INVALID_PARAM, "start: not there");
    check_is(hsm(HSM_START, 0, start, 0, 0), ERR_ALREADY_AVAILABLE, "start: itself");
    if (hart_count > 1) {
        check_is(hsm(HSM_START, 1, 0x40000000, 0, 0), ERR_INVALID_ADDRESS, "start: no memory");
        check_is(hart_status(1), STOPPED, "start: changes nothing if it fails");
    }
    check(start_each(WHY_START), "the others start, in the state that SBI says");
}

/* Takes the IPIs that are pending here. */
static uint64_t ipis_taken(void)
{
    guest_csr_set(sstatus, SSTATUS_SIE);
    uint64_t count = mail[0].ipis;
    guest_csr_clear(sstatus, SSTATUS_SIE);
    return count;
}

static uint64_t sum_of_ipis(void)
{
    uint64_t sum = ipis_taken();
    for (uint64_t i = 1; i < hart_count; i++) {
        sum += mail[i].ipis;
    }
    return sum;
}

static bool send_to_all(uint64_t mask, uint64_t base)
{
    uint64_t before = sum_of_ipis();
    if (ipi(mask, base) == 0 && UNTIL(sum_of_ipis() == before + hart_count)) {
        return true;
    }
    check_is(sum_of_ipis() - before, hart_count, "IPIs that were taken");
    return false;
}

static bool answer(uint64_t hart)
{
    uint64_t before = ipis_taken();
    uint64_t done = mail[hart].done;
    return give(hart, ANSWER) && UNTIL(ipis_taken() == before + 1) &&
           UNTIL(mail[hart].done == done + 1);
}

/*
 * An IPI from hart to hart and back to this one. Behind it each hart has seen its successor's
 * count go up by one: an IPI to all before that would take the count past what it waits for.
 */
static bool pass_round(void)
{
    uint64_t before = ipis_taken();
    uint64_t done = mail[1].done; /* The others have done as many. */
    bool right = give(1, PASS_ON) && UNTIL(ipis_taken() == before + 1);
    for (uint64_t i = 1; i < hart_count; i++) {
        right = right && UNTIL(mail[i].done == done + 1);
    }
    return right;
}

static void check_ipis(void)
{
    guest_csr_set(sie, UINT64_C(1) << IRQ_SOFT);
    bool right = true;
    for (uint64_t i = 1; i < 20 * hart_count; i++) {
        right = right && (i % hart_count == 0 || answer(i % hart_count));
    }
    check(right, "each hart answers 20 IPIs, by one each");
    for (uint64_t round = 1; round <= 20 && hart_count > 1; round++) {
        right = right && pass_round();
    }
    check(right, "an IPI goes round 20 times");
    uint64_t all = (UINT64_C(1) << hart_count) - 1;
    check(send_to_all(all, 0), "IPI to all by mask");
    check(send_to_all(0, NEVER), "IPI to all by base -1");
    check_is(ipi(UINT64_C(1) << hart_count, 0), ERR_INVALID_PARAM, "IPI: not there");
    check_is(ipi(1, hart_count), ERR_INVALID_PARAM, "IPI: base not there");
}

static void make_tables(void)
{
    *(volatile uint64_t *)PAGE_A = 0xaaaa;
    *(volatile uint64_t *)PAGE_B = 0xbbbb;
    middle[0] = PTE_OF(PAGE_A) | PTE_LEAF;
    root[2] = PTE_OF(0x80000000) | PTE_LEAF;
    root[3] = PTE_OF(middle) | PTE_V;
}

/* Turns the page behind ALIAS, fences, and has all look. */
static bool turn_page(uint64_t fid, uint64_t start, uint64_t size)
{
    bool right = each(READ);
    bool at_b = middle[0] == (PTE_OF(PAGE_B) | PTE_LEAF);
    right = right && each_result(at_b ? 0xbbbb : 0xaaaa);
    *(volatile uint64_t *)middle = PTE_OF(at_b ? PAGE_A : PAGE_B) | PTE_LEAF;
    right = right && rfence(fid, 0, NEVER, start, size) == 0 && each(READ);
    return right && each_result(at_b ? 0xaaaa : 0xbbbb);
}

static bool turn_code(uint64_t result)
{
    volatile uint32_t *code = (volatile uint32_t *)CODE;
    code[0] = 0x513 | (uint32_t)result << 20; /* li a0, result */
    code[1] = 0x8067;                         /* ret */
    return rfence(0, 0, NEVER, 0, 0) == 0 && each(RUN) && each_result(result);
}

static void check_fences(void)
{
    guest_csr_write(satp, SATP_SV39(root));
    sfence_vma();
    check(turn_page(1, ALIAS, 4096), "remote sfence.vma of a page");
    check(turn_page(1, 0, NEVER), "remote sfence.vma of all");
    check(turn_page(1, 0, 0), "remote sfence.vma of 0, 0: all");
    check(turn_page(1, ALIAS - 0x200000, 0x400000), "remote sfence.vma of 4 MiB");
    check(turn_page(2, ALIAS, 4096), "remote sfence.vma of a page and an ASID");
    check(turn_page(2, 0, NEVER), "remote sfence.vma of an ASID");
    check(turn_code(42) && turn_code(43), "remote fence.i");
    check_is(rfence(1, UINT64_C(1) << hart_count, 0, 0, 0), ERR_INVALID_PARAM, "fence: not there");
    uint64_t done[HARTS];
    bool right = true;
    for (uint64_t i = 1; i < hart_count; i++) {
        done[i] = mail[i].done;
        mail[i].result = 0;
        right = right && give(i, FENCE_ALL);
    }
    for (uint64_t i = 0; i < 50; i++) {
        right = right && rfence(1, 0, NEVER, 0, NEVER) == 0;
    }
    for (uint64_t i = 1; i < hart_count; i++) {
        right = right && UNTIL(mail[i].done == done[i] + 1) && mail[i].result == 0;
    }
    check(right, "all fence all at the same time");
}

static void check_suspend(void)
{
    const uint64_t stie = UINT64_C(1) << IRQ_TIMER;
    const uint64_t bad_type = 0x12345678;
    guest_csr_set(sie, stie);
    uint64_t due = guest_time() + GUEST_TIMEBASE_HZ / 50;
    guest_set_timer(due);
    check_is(hsm(HSM_SUSPEND, RETENTIVE, 0, 0, 0), 0, "hart 0 suspends");
    check(guest_time() >= due, "the timer wakes it");
    check((guest_csr_read(sip) & stie) != 0, "the timer pends then");
    guest_csr_set(sstatus, SSTATUS_SIE);
    uint64_t until = guest_time() + GUEST_TIMEBASE_HZ / 100;
    while (guest_time() < until) {
    }
    guest_csr_clear(sstatus, SSTATUS_SIE);
    check_is(mail[0].timers, 1, "and is taken once");
    guest_csr_clear(sie, stie);
    check_is(hsm(HSM_SUSPEND, bad_type, 0, 0, 0), ERR_INVALID_PARAM, "suspend: bad type");
    check_is(hsm(HSM_SUSPEND, NON_RETENTIVE, 0x40000000, 0, 0), ERR_INVALID_ADDRESS,
             "suspend: no memory to go on in");
}

/* Each is in `command`'s state for 10 ms, and goes on at an IPI. */
static bool suspend_each(enum command command)
{
    bool right = true;
    for (uint64_t i = 1; i < hart_count; i++) {
        mail[i].result = 1;
        right = right && give(i, command);
    }
    right = right && each_status(SUSPENDED);
    uint64_t until = guest_time() + GUEST_TIMEBASE_HZ / 100;
    while (guest_time() < until) {
        nap();
    }
    for (uint64_t i = 1; i < hart_count; i++) {
        right = right && hart_status(i) == SUSPENDED && ipi_and_wait(i);
        right = right && hart_status(i) == STARTED;
    }
    return right;
}

static void check_others_suspend(void)
{
    check(suspend_each(SUSPEND), "the others suspend, and go on at an IPI");
    bool right = true;
    for (uint64_t i = 1; i < hart_count; i++) {
        right = right && UNTIL(mail[i].result == 0);
    }
    check(right, "the call returns 0");
    check(suspend_each(SLEEP), "the others suspend without state");
    for (uint64_t i = 1; i < hart_count; i++) {
        right = right && UNTIL(mail[i].why == WHY_RESUME);
    }
    check(right && each(ANSWER), "and come back by their entry");
}

static void check_stop(void)
{
    bool right = true;
    for (uint64_t i = 1; i < hart_count; i++) {
        right = right && give(i, HALT);
    }
    check(right && each_status(STOPPED), "the others stop");
    check_is(ipi(0, NEVER), 0, "IPI to all, stopped or not");
    check_is(rfence(1, 0, NEVER, 0, NEVER), 0, "fence of all, stopped or not");
    check(start_each(WHY_AGAIN) && each(ANSWER), "the others start again");
}

void guest_main(uint64_t hart, const void *opaque)
{
    __asm__ volatile("mv tp, %0" : : "r"(hart));
    uint64_t why = (uint64_t)opaque;
    if (why >= WHY_START && why <= WHY_AGAIN) {
        come_in(hart, why);
    }
    hart_count = tree_hart_count(opaque);
    guest_put("smp: ");
    guest_put_dec(hart_count);
    guest_put(" harts\n");
    make_tables();
    check_start();
    check_ipis();
    check_fences();
    check_suspend();
    check_others_suspend();
    check_stop();
    if (hart_count == 1) {
        check_end();
    }
    (void)give(1, LAST);
    (void)hsm(HSM_STOP, 0, 0, 0, 0);
    guest_put("FAIL hart 0 went on behind its stop\n");
    guest_shutdown(true);
}
