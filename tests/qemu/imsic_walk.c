/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A random walk over a hart's interrupt file, by CSRs and by messages to itself, which prints all
 * values that it reads. imsic_walk.py compares a guest interrupt file and an emulated one.
 *
 * The walk leaves out accesses for which QEMU's files differ from the specification and the model
 * does not (libirq/README.md): the selectors 0x71 and 0x73 … 0x7f; csrrs and csrrc of stopei with a
 * register that holds 0.
 */
#include "check.h"

#define SEIE UINT64_C(0x200)
#define CAUSE_ILLEGAL 2
#define PAGE UINT64_C(0x28000000)

#define SHOWN 3000u /* Steps with a line each; then one for many. */
#define STEPS 63000u
#define STEPS_A_LINE 500u

/* siselect, sireg, stopei: names that this assembler does not know. */
enum { SISELECT = 0x150, SIREG = 0x151, STOPEI = 0x15c };

#define IPRIO 0x30
#define EIDELIVERY 0x70
#define EITHRESHOLD 0x72
#define EIP 0x80
#define EIE 0xc0
#define SELECT_END 0x200

static uint64_t state = UINT64_C(88172645463325252);
static uint64_t digest = UINT64_C(0xcbf29ce484222325);
static uint32_t steps;

/* The last trap; cause 0: there was none. */
static volatile uint64_t trap_cause, trap_value;

uint64_t guest_trap(uint64_t cause, uint64_t epc, uint64_t tval)
{
    trap_cause = cause;
    trap_value = tval;
    return epc + 4; /* No compressed instruction traps here. */
}

/* Below `bound`; 0: any. */
static uint64_t draw(uint64_t bound)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return bound == 0 ? state : (state >> 11) % bound;
}

static void say(const char *what, uint64_t value)
{
    digest = (digest ^ value) * UINT64_C(0x100000001b3);
    if (steps < SHOWN) {
        guest_put(what);
        guest_put_hex(value);
    }
}

static void say_trap(void)
{
    if (trap_cause != 0) {
        say(" cause ", trap_cause);
        say(" tval ", trap_value);
    }
}

/* ---- CSRs ------------------------------------------------------------------------------------ */

#define FORMS 10u

/* Every form of rd, rs1 and immediate, with x0 and without; one of them is one instruction. */
#define FORM(csr)                                                 \
    switch (form) {                                               \
    case 0: BY_REGISTER("csrrw %0, " #csr ", %1"); break;         \
    case 1: BY_REGISTER("csrrw x0, " #csr ", %1"); break;         \
    case 2: BY_REGISTER("csrrw %0, " #csr ", x0"); break;         \
    case 3: BY_REGISTER("csrrs %0, " #csr ", %1"); break;         \
    case 4: BY_REGISTER("csrrs %0, " #csr ", x0"); break;         \
    case 5: BY_REGISTER("csrrc %0, " #csr ", %1"); break;         \
    case 6: BY_REGISTER("csrrwi %0, " #csr ", 17"); break;        \
    case 7: BY_REGISTER("csrrsi %0, " #csr ", 2"); break;         \
    case 8: BY_REGISTER("csrrci %0, " #csr ", 31"); break;        \
    default:                                                      \
        __asm__ volatile("csrrs %0, " #csr ", %0" : "+r"(value)); \
        old = value;                                              \
        break;                                                    \
    }
#define BY_REGISTER(insn) __asm__ volatile(insn : "+r"(old) : "r"(value) : "memory")

/* Only these may be 0 in a register: see above. */
static uint64_t by_form(unsigned csr, uint64_t form, uint64_t value)
{
    uint64_t old = 0x5555; /* It stays if the instruction traps or rd is x0. */
    switch (csr) {
    case SISELECT: FORM(0x150); break;
    case SIREG: FORM(0x151); break;
    default: FORM(0x15c); break;
    }
    return old;
}

static void access(unsigned csr, uint64_t form, uint64_t value)
{
    say("csr ", csr);
    say(" form ", form);
    say(" of ", value);
    trap_cause = 0;
    say(" was ", by_form(csr, form, value));
    say_trap();
}

static uint64_t draw_value(void)
{
    switch (draw(6)) {
    case 0: return draw(0);
    case 1: return UINT64_MAX;
    case 2: return draw(300);
    case 3: return 0x40000000;
    case 4: return draw(2);
    default: return UINT64_C(1) << draw(64);
    }
}

static uint64_t draw_select(void)
{
    switch (draw(6)) {
    case 0: return EIP + draw(0x80);
    case 1: return draw(IPRIO);
    case 2: return EIDELIVERY;
    case 3: return EITHRESHOLD;
    case 4: return draw(2) == 0 ? IPRIO + draw(16) : 0x100 + draw(0x100);
    default: return EIP + 0x40 * draw(2) + 2 * draw(4);
    }
}

static void registers(void)
{
    uint64_t select = draw_select();
    uint64_t value = draw_value();
    if (select == EIDELIVERY && draw(4) != 0) {
        value = 1;
    }
    if (select == EITHRESHOLD && draw(2) == 0) {
        value = 0;
    }
    access(SISELECT, draw(2), select);
    access(SIREG, draw(FORMS), value);
}

/* ---- Messages -------------------------------------------------------------------------------- */

#define STORE(insn)                                                                 \
    __asm__ volatile(".option push\n.option norvc\n" insn " %1, 0(%0)\n.option pop" \
                     :                                                              \
                     : "r"(at), "r"(value)                                          \
                     : "memory")

static void store(void)
{
    uint64_t at = PAGE + 4 * (draw(2) == 0 ? draw(4) : draw(1022));
    uint64_t value = draw(300) << 32 | draw(300);
    uint64_t size = draw(8);
    say("store ", at);
    say(" of ", value);
    say(" size ", size);
    trap_cause = 0;
    switch (size) {
    case 0: STORE("sh"); break;
    case 1:
    case 2: STORE("sd"); break;
    default: STORE("sw"); break;
    }
    __asm__ volatile("fence" : : : "memory");
    say_trap();
}

/* ---- The walk -------------------------------------------------------------------------------- */

static void step(void)
{
    switch (draw(8)) {
    case 0:
    case 1: store(); break;
    case 2: access(STOPEI, draw(FORMS), draw_value() | 1); break;
    case 3: access(SISELECT, draw(FORMS), draw(SELECT_END)); break;
    default: registers(); break;
    }
    say(" sip ", guest_csr_read(sip));
    say(" stopi ", guest_csr_read(0xdb0));
    say(" stopei ", by_form(STOPEI, 4, 0));
}

static void line(void)
{
    if (steps >= SHOWN) {
        guest_put_dec(steps);
        guest_put(" digest ");
        guest_put_hex(digest);
    }
    guest_put("\n");
}

void guest_main(uint64_t hart, const void *fdt)
{
    (void)hart;
    (void)fdt;
    guest_csr_write(sie, SEIE); /* sstatus.SIE stays 0: nothing interrupts. */
    for (steps = 0; steps < STEPS; steps++) {
        step();
        if (steps < SHOWN || (steps + 1) % STEPS_A_LINE == 0) {
            line();
        }
    }
    check(true, "the walk");
    check_end();
}
