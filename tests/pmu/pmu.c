/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The counters of a hart by SBI PMU, natively and in a VM: what they count, as lines to compare,
 * and what becomes of wrong arguments and of a hart that starts again.
 *
 * RISC-V SBI 2.0, "Performance Monitoring Unit Extension".
 */
#include "tests/qemu/check.h"

#include <string.h>

#define EXT_BASE 0x10
#define EXT_HSM 0x48534d
#define EXT_PMU 0x504d55
enum { NUM, INFO, MATCH, START, STOP, FW_READ, FW_READ_HI, SHMEM };

#define SUCCESS 0
#define NOT_SUPPORTED (-2)
#define INVALID_PARAM (-3)
#define ALREADY_STARTED (-7)
#define ALREADY_STOPPED (-8)
#define NO_SHMEM (-9)
#define ALL UINT64_MAX
#define HSM_STOPPED 1

#define SKIP 1
#define CLEAR 2
#define AUTO 4
#define UINH (1 << 5)
#define SINH (1 << 6)
#define CYCLES 1
#define INSTRUCTIONS 2
#define FIRMWARE_EVENT 0xf0000
#define RAW 0x20000

#define CALLS 1000
#define TURNS 100000

static uint64_t counters; /* The set of them. */
static bool is_vm;
static volatile uint64_t second_done;

static struct guest_sbi pmu(uint64_t fid, uint64_t a0, uint64_t a1, uint64_t a2, uint64_t a3,
                            uint64_t a4)
{
    register uint64_t r0 __asm__("a0") = a0;
    register uint64_t r1 __asm__("a1") = a1;
    register uint64_t r2 __asm__("a2") = a2;
    register uint64_t r3 __asm__("a3") = a3;
    register uint64_t r4 __asm__("a4") = a4;
    register uint64_t r6 __asm__("a6") = fid;
    register uint64_t r7 __asm__("a7") = EXT_PMU;
    __asm__ volatile("ecall"
                     : "+r"(r0), "+r"(r1)
                     : "r"(r2), "r"(r3), "r"(r4), "r"(r6), "r"(r7)
                     : "memory");
    return (struct guest_sbi){.error = (long)r0, .value = r1};
}

uint64_t guest_trap(uint64_t cause, uint64_t epc, uint64_t tval)
{
    (void)tval;
    guest_put("FAIL trap ");
    guest_put_dec(cause);
    guest_put(" at ");
    guest_put_hex(epc);
    guest_put("\n");
    guest_shutdown(true);
}

/* The CSRs of the counters, each read by an instruction of its own. */
static uint64_t read_counter(uint64_t index)
{
#define READ(n) \
    case n:     \
        return guest_csr_read(0xc00 + n)
#define READ_4(n) \
    READ(n);      \
    READ(n + 1);  \
    READ(n + 2);  \
    READ(n + 3)
    switch (index) {
        READ(0);
        READ(2);
        READ(3);
        READ_4(4);
        READ_4(8);
        READ_4(12);
        READ_4(16);
        READ_4(20);
        READ_4(24);
        READ_4(28);
    default: return ALL;
    }
#undef READ
#undef READ_4
}

/* ---- The counts ------------------------------------------------------------------------------ */

static void work_loop(void)
{
    __asm__ volatile("li t0, %0\n1: addi t0, t0, -1\nbnez t0, 1b" : : "i"(TURNS) : "t0");
}

/* Fast exits. */
static void work_base(void)
{
    for (int i = 0; i < CALLS; i++) {
        (void)guest_sbi(EXT_BASE, 0, 0, 0, 0);
    }
}

/* Slow exits. */
static void work_hsm(void)
{
    for (int i = 0; i < CALLS; i++) {
        (void)guest_sbi(EXT_HSM, 2, 0, 0, 0);
    }
}

/* The work, as a counter of the event has it. */
static uint64_t measure(uint64_t event, uint64_t flags, void (*work)(void))
{
    struct guest_sbi found = pmu(MATCH, 0, counters, CLEAR | AUTO | flags, event, 0);
    if (found.error != SUCCESS) {
        return ALL;
    }
    uint64_t before = read_counter(found.value);
    work();
    uint64_t after = read_counter(found.value);
    (void)pmu(STOP, found.value, 1, 1, 0, 0);
    return after - before;
}

static const struct {
    const char *name;
    void (*work)(void);
} works[] = {{"loop", work_loop}, {"base", work_base}, {"hsm", work_hsm}};

static void put_count(const char *what, const char *work, uint64_t count)
{
    guest_put("count ");
    guest_put(what);
    guest_put(" ");
    guest_put(work);
    guest_put(" ");
    guest_put_dec(count);
    guest_put("\n");
}

static void count_all(void)
{
    for (size_t i = 0; i < sizeof(works) / sizeof(works[0]); i++) {
        put_count("instructions", works[i].name, measure(INSTRUCTIONS, 0, works[i].work));
        put_count("cycles", works[i].name, measure(CYCLES, 0, works[i].work));
        put_count("instructions_without_u", works[i].name,
                  measure(INSTRUCTIONS, UINH, works[i].work));
        put_count("instructions_without_s", works[i].name,
                  measure(INSTRUCTIONS, SINH, works[i].work));
    }
}

/* ---- Start and stop -------------------------------------------------------------------------- */

static void start_and_stop(void)
{
    struct guest_sbi found = pmu(MATCH, 0, counters, CLEAR, INSTRUCTIONS, 0);
    uint64_t counter = found.value;
    check_is((uint64_t)found.error, SUCCESS, "matching");
    (void)pmu(STOP, counter, 1, 0, 0, 0); /* A fixed counter runs already. */
    check_is((uint64_t)pmu(STOP, counter, 1, 0, 0, 0).error, (uint64_t)ALREADY_STOPPED, "stopped");
    uint64_t still = read_counter(counter);
    work_loop();
    check_is(read_counter(counter), still, "a stopped counter stands still");
    check_is((uint64_t)pmu(START, counter, 1, 1, UINT64_C(1) << 40, 0).error, SUCCESS, "start");
    uint64_t from = read_counter(counter);
    check(from >= UINT64_C(1) << 40 && from < (UINT64_C(1) << 40) + 10000, "its initial value");
    work_loop();
    check(read_counter(counter) > from + TURNS, "a started counter counts");
    check_is((uint64_t)pmu(START, counter, 1, 0, 0, 0).error, (uint64_t)ALREADY_STARTED, "started");
    check_is((uint64_t)pmu(MATCH, counter, 1, SKIP | CLEAR, INSTRUCTIONS, 0).value, counter,
             "matching skipped");
    check(read_counter(counter) < 10000, "cleared");
    check_is((uint64_t)pmu(STOP, counter, 1, 1, 0, 0).error, SUCCESS, "stop");
}

/* ---- Wrong arguments: in a VM alone, as they may be too much for a firmware ------------------ */

static const struct {
    const char *name;
    uint64_t fid, a0, a1, a2, a3, a4;
    long error;
} calls[] = {
    {"info of the time", INFO, 1, 0, 0, 0, 0, INVALID_PARAM},
    {"info of 32", INFO, 32, 0, 0, 0, 0, INVALID_PARAM},
    {"info of all ones", INFO, ALL, 0, 0, 0, 0, INVALID_PARAM},
    {"matching all ones", MATCH, 0, ALL, 0, INSTRUCTIONS, 0, INVALID_PARAM},
    {"matching far", MATCH, 64, 1, 0, INSTRUCTIONS, 0, INVALID_PARAM},
    {"matching wraps", MATCH, ALL, 2, 0, INSTRUCTIONS, 0, INVALID_PARAM},
    {"matching wraps skipped", MATCH, ALL - 3, 0x10, SKIP | AUTO, CYCLES, 0, INVALID_PARAM},
    {"matching none", MATCH, ALL, 0, 0, INSTRUCTIONS, 0, NOT_SUPPORTED},
    {"matching unknown flag", MATCH, 0, 0, 0x100, INSTRUCTIONS, 0, INVALID_PARAM},
    {"matching firmware event", MATCH, 0, 0, 0, FIRMWARE_EVENT, 0, NOT_SUPPORTED},
    {"matching unknown type", MATCH, 0, 0, 0, 0x70000, 0, NOT_SUPPORTED},
    {"matching all ones event", MATCH, 0, 0, 0, ALL, ALL, NOT_SUPPORTED},
    {"start far", START, 32, 1, 0, 0, 0, INVALID_PARAM},
    {"start wraps", START, ALL, 3, 1, 0, 0, INVALID_PARAM},
    {"start snapshot", START, 0, 0, 2, 0, 0, NO_SHMEM},
    {"start unknown flag", START, 0, 0, 4, 0, 0, INVALID_PARAM},
    {"stop all ones", STOP, 0, ALL, 0, 0, 0, INVALID_PARAM},
    {"stop the time", STOP, 1, 1, 0, 0, 0, INVALID_PARAM},
    {"stop snapshot", STOP, 0, 0, 2, 0, 0, NO_SHMEM},
    {"firmware counter", FW_READ, 0, 0, 0, 0, 0, INVALID_PARAM},
    {"firmware counter 40", FW_READ, 40, 0, 0, 0, 0, INVALID_PARAM},
    {"firmware counter, high", FW_READ_HI, 0, 0, 0, 0, 0, INVALID_PARAM},
    {"shared memory", SHMEM, 0x80300000, 0, 0, 0, 0, NOT_SUPPORTED},
    {"no function", 99, ALL, ALL, ALL, ALL, ALL, NOT_SUPPORTED},
};

static void wrong_arguments(void)
{
    for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
        check_is((uint64_t)pmu(calls[i].fid, calls[i].a0, calls[i].a1, calls[i].a2, calls[i].a3,
                               calls[i].a4)
                     .error,
                 (uint64_t)calls[i].error, calls[i].name);
    }
    check_is((uint64_t)pmu(MATCH, 0, counters, 0, FIRMWARE_EVENT, 0).error, (uint64_t)NOT_SUPPORTED,
             "firmware events by all counters");
}

/* ---- A hart that starts again ---------------------------------------------------------------- */

void second_start(void);

/* hart 1: a0 = hart id, a1 = opaque. */
__asm__(".globl second_start\n"
        "second_start: la t0, trap_vector\ncsrw stvec, t0\nla sp, second_stack + 4096\n"
        "mv a0, a1\ncall second_main\n");
extern uint8_t second_stack[4096];
uint8_t second_stack[4096] __attribute__((aligned(16)));

/* opaque 0: leaves a counter that runs. 1: finds no trace of that. */
void second_main(uint64_t opaque);
void second_main(uint64_t opaque)
{
    static uint64_t counter;
    if (opaque == 0) {
        struct guest_sbi found = pmu(MATCH, 0, counters, CLEAR | AUTO, CYCLES, 0);
        counter = found.value;
        work_loop();
        check_is((uint64_t)found.error, SUCCESS, "hart 1 has counters of its own");
        check(read_counter(counter) != 0, "hart 1 counts");
    } else {
        uint64_t found = read_counter(counter);
        work_loop();
        if (counter == 0) { /* The cycle CSR. */
            check(found < TURNS, "a counter of a hart that starts was 0");
            check(read_counter(counter) > found + TURNS, "cycle counts on a hart that starts");
        } else {
            check_is(found, 0, "a counter of a hart that starts is 0");
            check_is(read_counter(counter), 0, "a counter of a hart that starts stands still");
        }
    }
    second_done = opaque + 1;
    (void)guest_sbi(EXT_HSM, 1, 0, 0, 0);
}

static void start_again(void)
{
    for (uint64_t i = 0; i < 2; i++) {
        while (guest_sbi(EXT_HSM, 2, 1, 0, 0).value != HSM_STOPPED) {
        }
        check_is((uint64_t)guest_sbi(EXT_HSM, 0, 1, (uint64_t)second_start, i).error, SUCCESS,
                 "hart 1 starts");
        while (second_done != i + 1) {
        }
    }
}

void guest_main(uint64_t hart, const void *fdt)
{
    (void)hart;
    is_vm = strcmp(tree_bootargs(fdt), "native") != 0;
    if (guest_sbi(EXT_BASE, 3, EXT_PMU, 0, 0).value == 0) {
        guest_put("no pmu\n");
        check_is((uint64_t)pmu(NUM, 0, 0, 0, 0, 0).error, (uint64_t)NOT_SUPPORTED, "no function");
        check_is((uint64_t)pmu(MATCH, 0, 1, 0, CYCLES, 0).error, (uint64_t)NOT_SUPPORTED,
                 "no function");
        check_end();
    }
    uint64_t count = pmu(NUM, 0, 0, 0, 0, 0).value;
    for (uint64_t i = 0; i < count && i < 32; i++) {
        struct guest_sbi info = pmu(INFO, i, 0, 0, 0, 0);
        if (info.error == SUCCESS && info.value >> 63 == 0) {
            check_is(info.value & 0xfff, 0xc00 + i, "the CSR of a counter");
            counters |= UINT64_C(1) << i;
        }
    }
    guest_put("counters ");
    guest_put_hex(counters);
    guest_put("\n");
    count_all();
    start_and_stop();
    if (is_vm) {
        wrong_arguments();
        start_again();
    }
    check_end();
}
