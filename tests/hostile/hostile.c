/* SPDX-License-Identifier: Apache-2.0 */
/* Checks of the hostile guests. */
#include "hostile.h"

#define STATUS_SIE UINT64_C(0x2)
#define STATUS_SPIE UINT64_C(0x20)
#define STATUS_SPP UINT64_C(0x100)
#define PTE_VRWXAD UINT64_C(0xcf)
#define PTE_U UINT64_C(0x10)
#define GIB UINT64_C(0x40000000)

uint64_t hostile_root[512] __attribute__((aligned(4096)));
static bool is_user;
static uint64_t ok_count;
static uint64_t bad_count;
static uint64_t random_state = 88172645463325252;

void hostile_paging_on(void)
{
    for (uint64_t i = 0; i < 4; i++) {
        uint64_t pte = (i * GIB) >> 2 | PTE_VRWXAD;
        hostile_root[i] = pte;
        hostile_root[i + ALIAS / GIB] = pte | PTE_U;
    }
    guest_csr_write(satp, UINT64_C(8) << 60 | (uint64_t)hostile_root >> 12);
    __asm__ volatile("sfence.vma" : : : "memory");
}

void hostile_begin(void)
{
    uint64_t until = guest_time() + GUEST_TIMEBASE_HZ * 3 / 2;
    guest_set_timer(until);
    guest_csr_write(sie, UINT64_C(0x20));
    while (guest_time() < until) {
        __asm__ volatile("wfi");
    }
    guest_csr_write(sie, 0);
    guest_set_timer(UINT64_MAX);
}

void hostile_set_user(bool user)
{
    is_user = user;
}

uint64_t hostile_view(uint64_t address)
{
    return is_user ? address + ALIAS : address;
}

static void put_name(const char *name)
{
    guest_put(is_user ? "vu." : "vs.");
    guest_put(name);
}

void hostile_check(const char *name, uint64_t got, uint64_t want)
{
    bool right = got == want;
    ok_count += right ? 1 : 0;
    bad_count += right ? 0 : 1;
    guest_put(right ? "ok " : "BAD ");
    put_name(name);
    if (!right) {
        guest_put(" got ");
        guest_put_hex(got);
        guest_put(" want ");
        guest_put_hex(want);
    }
    guest_put("\n");
}

static void check_word(const char *name, const char *word, uint64_t got, uint64_t want)
{
    bad_count++;
    guest_put("BAD ");
    put_name(name);
    guest_put(word);
    guest_put(" got ");
    guest_put_hex(got);
    guest_put(" want ");
    guest_put_hex(want);
    guest_put("\n");
}

static volatile const struct hostile_frame *run(const char *snippet, uint64_t address, uint64_t arg)
{
    hostile_run(snippet, address, arg, is_user ? ALIAS : 0);
    return &hostile_frames[0];
}

/* Returns the first word of the trap that is wrong; 0 if none is. */
static const char *wrong_word(const char *snippet, uint64_t cause, uint64_t tval, uint64_t *got,
                              uint64_t *want)
{
    volatile const struct hostile_frame *f = &hostile_frames[0];
    uint64_t status = STATUS_SPIE | (is_user ? 0 : STATUS_SPP);
    bool fetch = cause == INSN_ACCESS || cause == INSN_PAGE;
    const struct {
        const char *word;
        uint64_t got, want;
    } words[] = {
        {".cause", f->cause, cause},
        {".epc", f->epc, fetch ? tval : hostile_view((uint64_t)snippet)},
        {".tval", f->tval, tval},
        {".status", f->status & (STATUS_SPIE | STATUS_SPP | STATUS_SIE), status},
    };
    for (unsigned i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (words[i].got != words[i].want) {
            *got = words[i].got;
            *want = words[i].want;
            return words[i].word;
        }
    }
    return 0;
}

void hostile_trap(const char *name, const char *snippet, uint64_t address, uint64_t cause,
                  uint64_t tval)
{
    uint64_t got = 0;
    uint64_t want = 0;
    (void)run(snippet, address, 0);
    const char *word = wrong_word(snippet, cause, tval, &got, &want);
    if (word != 0) {
        check_word(name, word, got, want);
    } else {
        hostile_check(name, 0, 0);
    }
}

static uint64_t bits_of(const char *snippet)
{
    const volatile uint16_t *half = (const volatile uint16_t *)(const void *)snippet;
    uint64_t bits = half[0];
    if ((bits & 3) == 3) {
        bits |= (uint64_t)half[1] << 16;
    }
    return bits;
}

void hostile_illegal(const char *name, const char *snippet)
{
    hostile_trap(name, snippet, hostile_view(RAM), ILLEGAL, bits_of(snippet));
}

void hostile_illegal_or_zero(const char *name, const char *snippet, uint64_t address)
{
    uint64_t got;
    uint64_t want;
    (void)run(snippet, address, 0);
    bool zero = wrong_word(snippet, ILLEGAL, 0, &got, &want) == 0;
    hostile_trap(name, snippet, address, ILLEGAL, zero ? 0 : bits_of(snippet));
}

void hostile_value(const char *name, const char *snippet, uint64_t address, uint64_t arg,
                   uint64_t want)
{
    volatile const struct hostile_frame *f = run(snippet, address, arg);
    uint64_t end = is_user ? ECALL_U : NO_TRAP;
    if (f->cause != end) {
        check_word(name, ".cause", f->cause, end);
    } else {
        hostile_check(name, f->value, want);
    }
}

bool hostile_trap_is(const char *snippet, uint64_t address, uint64_t arg, uint64_t cause)
{
    uint64_t got;
    uint64_t want;
    volatile const struct hostile_frame *f = run(snippet, address, arg);
    if (cause == NO_TRAP) {
        return f->cause == (is_user ? ECALL_U : NO_TRAP);
    }
    return wrong_word(snippet, cause, address, &got, &want) == 0;
}

void hostile_sweep_done(const char *name, uint64_t wrong, uint64_t tried)
{
    hostile_check(name, wrong, 0);
    if (tried == 0) {
        check_word(name, ".tried", tried, 1);
    }
}

uint64_t hostile_random(void)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return random_state;
}

void hostile_done(const char *group)
{
    guest_put("hostile ");
    guest_put(group);
    guest_put(" done ");
    guest_put_dec(ok_count + bad_count);
    guest_put(" ok ");
    guest_put_dec(ok_count);
    guest_put(" bad ");
    guest_put_dec(bad_count);
    guest_put("\n");
}
