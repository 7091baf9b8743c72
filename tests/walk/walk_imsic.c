/* SPDX-License-Identifier: Apache-2.0 */
/* The walk over an APLIC in MSI mode and over the IMSIC of the hart that walks. */
#include "walk_aplic.h"

#define IMSIC(hart) (UINT64_C(0x28000000) + 0x1000 * (uint64_t)(hart))
#define HARTS 2
#define IMSIC_END IMSIC(HARTS)

/* CSRs by number: names that this assembler does not know. */
#define SISELECT 0x150
#define SIREG 0x151
#define STOPEI 0x15c
#define STOPI 0xdb0
#define STOPI_IPRIO UINT64_C(0xff) /* At VS level it says only that there is one. */

#define SIE_SEIE UINT64_C(0x200)

#define IPRIO 0x30
#define IPRIO_LAST 0x3f
#define EIDELIVERY 0x70
#define EITHRESHOLD 0x72
#define EIP 0x80
#define EIE 0xc0

enum op { OP_READ, OP_WRITE, OP_SET, OP_CLEAR };
#define OPS 4

#define CSR_OP(insn, csr, old, value) \
    __asm__ volatile(insn " %0, " #csr ", %1" : "=r"(old) : "r"(value) : "memory")

#define CSR_ACCESS(csr, op, old, value)                                                   \
    do {                                                                                  \
        switch (op) {                                                                     \
        case OP_READ: __asm__ volatile("csrr %0, " #csr : "=r"(old) : : "memory"); break; \
        case OP_WRITE: CSR_OP("csrrw", csr, old, value); break;                           \
        case OP_SET: CSR_OP("csrrs", csr, old, value); break;                             \
        case OP_CLEAR: CSR_OP("csrrc", csr, old, value); break;                           \
        }                                                                                 \
    } while (0)

/* Priorities of major interrupts: the machine has none at VS level. */
static bool selects_iprio(void)
{
    uint64_t select;
    __asm__ volatile("csrr %0, 0x150" : "=r"(select) : : "memory");
    return select >= IPRIO && select <= IPRIO_LAST;
}

static void csr_access(uint32_t csr, enum op op, uint64_t value)
{
    if (csr == SIREG && selects_iprio()) {
        return;
    }
    static const char *const names[OPS] = {"csrr", "csrrw", "csrrs", "csrrc"};
    uint64_t old = 0;
    log_word(names[op]);
    log_value(csr);
    if (op != OP_READ) {
        log_value(value);
    }
    trap_none();
    switch (csr) {
    case SISELECT: CSR_ACCESS(0x150, op, old, value); break;
    case SIREG: CSR_ACCESS(0x151, op, old, value); break;
    case STOPI: CSR_ACCESS(0xdb0, op, old, value); break;
    default: CSR_ACCESS(0x15c, op, old, value); break;
    }
    if (!trap_logged()) {
        log_word(" =");
        log_value(csr == STOPI ? old & ~STOPI_IPRIO : old);
    }
    log_end();
}

static void indirect(uint32_t select, enum op op, uint64_t value)
{
    csr_access(SISELECT, OP_WRITE, select);
    csr_access(SIREG, op, value);
}

/* All of its identities come to it. */
void walk_other_begin(void)
{
    guest_csr_write(0x150, EITHRESHOLD);
    guest_csr_write(0x151, 0);
    for (uint32_t word = 0; word < 4; word++) {
        guest_csr_write(0x150, EIP + 2 * word);
        guest_csr_write(0x151, 0);
        guest_csr_write(0x150, EIE + 2 * word);
        guest_csr_write(0x151, UINT64_MAX);
    }
    guest_csr_write(0x150, EIDELIVERY);
    guest_csr_write(0x151, 1);
}

uint64_t walk_other_claim(void)
{
    uint64_t top;
    __asm__ volatile("csrrw %0, 0x15c, zero" : "=r"(top) : : "memory");
    return top;
}

void walk_begin(void)
{
    guest_csr_write(sie, SIE_SEIE); /* For stopi; sstatus.SIE stays 0. */
    aplic_begin();
    indirect(EIDELIVERY, OP_WRITE, 0);
    indirect(EITHRESHOLD, OP_WRITE, 0);
    for (uint32_t word = 0; word < 4; word++) {
        indirect(EIP + 2 * word, OP_WRITE, 0);
        indirect(EIE + 2 * word, OP_WRITE, 0);
    }
}

bool walk_leaves_out(uint64_t address, unsigned size)
{
    return crosses(address, size, APLIC_END) || crosses(address, size, IMSIC_END);
}

uint32_t walk_mask(uint64_t address)
{
    (void)address;
    return ~UINT32_C(0);
}

void walk_was_read(uint64_t address, uint32_t value)
{
    (void)address;
    (void)value;
}

void walk_was_written(uint64_t address, uint32_t value)
{
    (void)address;
    (void)value;
}

/* Harts that are not there, and guest interrupt files, are the machine's own affair. */
uint32_t walk_legal(uint64_t address, uint32_t value)
{
    uint32_t legal = aplic_legal(address, value);
    bool target = address >= GENMSI && address < IDC(0);
    return target ? legal & (1u << HART_SHIFT | 0xfff) : legal;
}

void mode_wire_set(uint32_t source, bool high)
{
    wire_set(source, high);
}

/* There are no IDC structures; page registers of the IMSICs instead. */
uint64_t mode_draw_register(void)
{
    switch (draw(4)) {
    case 0: return IDC(draw(4)) + 4 * draw(8);
    case 1: return IMSIC(draw(HARTS)) + 4 * draw(4);
    case 2: return IMSIC(0) + 4 * draw(one_in(4) ? 0x3000 / 4 : 1);
    default: return GENMSI;
    }
}

static uint32_t draw_select(void)
{
    switch (draw(5)) {
    case 0: return EIP + (uint32_t)draw(0x80);
    case 1: return (uint32_t)draw(0x30);
    case 2: return EIDELIVERY;
    case 3: return EITHRESHOLD;
    default: return EIP + 0x40 * (uint32_t)draw(2) + 2 * (uint32_t)draw(4);
    }
}

static void step_csr(void)
{
    uint32_t select = draw_select();
    uint64_t value = draw_value();
    enum op op = (enum op)draw(OPS);
    if (select == EIDELIVERY && !one_in(4)) {
        value = 1;
    }
    if (select == EITHRESHOLD && one_in(2)) {
        value = 0;
    }
    if (one_in(4)) {
        csr_access(one_in(2) ? SISELECT : SIREG, op, one_in(2) ? draw_value() : draw_select());
    } else {
        indirect(select, op, value);
    }
}

static void step_claim(void)
{
    if (has_other() && one_in(3)) {
        other_claim();
        return;
    }
    csr_access(one_in(2) ? STOPEI : STOPI, OP_READ, 0);
    if (one_in(2)) {
        csr_access(STOPEI, (enum op)draw(OPS), draw_value());
    }
}

static void step_message(void)
{
    access_write(IMSIC(one_in(4) ? 1 : 0), 4, draw(one_in(4) ? 300 : 64));
}

static void step_open_hart(void)
{
    uint64_t identity = 1 + draw(63);
    indirect(EIDELIVERY, OP_WRITE, 1);
    indirect(EITHRESHOLD, OP_WRITE, 0);
    indirect(EIE, OP_SET, UINT64_C(1) << identity);
    uint32_t beyond = one_in(6) ? 0x100u << draw(3) : 0; /* No identity of this IMSIC. */
    aplic_step_open((one_in(3) ? 1u << HART_SHIFT : 0) | beyond | (uint32_t)identity);
}

/* Until little is left: what pends would hide the rest. */
static void step_drain(void)
{
    for (uint32_t word = 0; word < 4; word++) {
        indirect(one_in(2) ? EIP + 2 * word : EIE + 2 * word, OP_CLEAR, ~draw_value());
    }
    for (uint32_t n = 0; has_other() && n < 8; n++) {
        other_claim();
    }
}

/* The end of an interrupt, as a driver has it. */
static void step_retrigger(void)
{
    access_write(SETIPNUM_LE, 4, one_in(2) ? UART_SOURCE : RTC_SOURCE);
}

void walk_step(void)
{
    switch (draw(16)) {
    case 0:
    case 1: step_claim(); break;
    case 2:
    case 3:
    case 4: aplic_step_wire(); break;
    case 5:
    case 6: step_open_hart(); break;
    case 7: step_message(); break;
    case 8: one_in(2) ? step_drain() : step_retrigger(); break;
    case 9:
    case 10:
    case 11: step_csr(); break;
    default: aplic_step_register();
    }
}
