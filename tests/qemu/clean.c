/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The registers of a hart that starts: the first hart of a VM, and hart 1 when it is started,
 * started again after all its registers were written and it was stopped, and resumed from a
 * non-retentive suspend. No register holds a value of another world or of the time before.
 *
 * Bootargs "native": the same guest without a hypervisor. Then the registers are those that
 * firmware leaves, and want() has the differences of a VM.
 */
#include "check.h"

#include <string.h>

#define EXT_HSM 0x48534d
#define HSM_START 0
#define HSM_STOP 1
#define HSM_STATUS 2
#define HSM_SUSPEND 3
#define NON_RETENTIVE 0x80000000
#define STOPPED 1
#define WAIT (60 * GUEST_TIMEBASE_HZ)

#define SSTATUS_ON (UINT64_C(1) << 63 | UINT64_C(2) << 32 | UINT64_C(3) << 13) /* SD, UXL, FS */
#define SSTATUS_UXL (UINT64_C(2) << 32)
#define SSTATUS_VS (UINT64_C(3) << 9)
#define SIP_SSIP UINT64_C(2)
#define VTYPE_VILL (UINT64_C(1) << 63)
#define ABSENT 0xab5e

/* Indices of found.reg, which clean.S writes. */
enum reg {
    SSTATUS = 1,
    SIE,
    SIP,
    STVEC,
    SSCRATCH,
    SEPC,
    SCAUSE,
    STVAL,
    SATP,
    SENVCFG,
    SCOUNTEREN,
    STIMECMP,
    SISELECT,
    SSTATEEN0,
    SSTATEEN1,
    SSTATEEN2,
    SSTATEEN3,
    FCSR,
    VCSR,
    VSTART,
    VL,
    VTYPE,
    VLENB,
};

struct found {
    uint64_t reg[24]; /* 0: 1 if all integer registers but a0 and a1 are 0. */
    uint64_t f[32];
    uint64_t gap[8];
    uint8_t v[8192 - 512];
};

_Static_assert(sizeof(struct found) == 8192, "FOUND_SIZE of clean.S");

extern struct found clean_found[8];
void clean_entry(void);
void clean_spoil(bool vectors, unsigned words);

static const void *tree;
static bool is_native;
static volatile uint64_t starts;

uint64_t guest_trap(uint64_t cause, uint64_t epc, uint64_t tval)
{
    (void)tval;
    check_is(cause, 0, "no trap");
    return epc + 4;
}

/* 0, which firmware leaves, if the extension is listed. */
static uint64_t zero_if(const char *extension)
{
    return tree_has_isa(tree, extension) ? 0 : ABSENT;
}

static uint64_t want(unsigned reg)
{
    bool has_vectors = tree_has_isa(tree, "v");
    switch (reg) {
    case SSTATUS:
        return (tree_has_isa(tree, "f") ? SSTATUS_ON : SSTATUS_UXL) |
               (has_vectors ? SSTATUS_VS : 0);
    case FCSR: return zero_if("f");
    case SCOUNTEREN:
        return 7; /* cycle, time and instret in user mode, as vDSOs use them. */
    /*
     * OpenSBI leaves the address where the hart starts. SBI does not specify the value, and 0 is
     * better: a guest that traps before it has set its vector is stopped with a line in the log,
     * while on the machine it would start over for ever.
     */
    case STVEC: return is_native ? (uint64_t)clean_entry : 0;
    /* Firmware leaves 0, a timer that is due; a VM's timer is off until the guest sets it. */
    case STIMECMP: return !is_native && tree_has_isa(tree, "sstc") ? UINT64_MAX : zero_if("sstc");
    case SISELECT: return zero_if("ssaia");
    case SSTATEEN0: return zero_if("ssstateen");
    case SSTATEEN1: return ABSENT;
    case SSTATEEN2: return ABSENT;
    case SSTATEEN3: return ABSENT;
    case VTYPE: return has_vectors ? VTYPE_VILL : 0;
    default: return 0;
    }
}

/* `sip` has the interrupts that are pending when the hart starts. */
static void check_clean(const struct found *f, uint64_t sip)
{
    static const char *const names[] = {
        [SSTATUS] = "sstatus",
        [SIE] = "sie",
        [SIP] = "sip",
        [STVEC] = "stvec",
        [SSCRATCH] = "sscratch",
        [SEPC] = "sepc",
        [SCAUSE] = "scause",
        [STVAL] = "stval",
        [SATP] = "satp",
        [SENVCFG] = "senvcfg",
        [SCOUNTEREN] = "scounteren",
        [STIMECMP] = "stimecmp",
        [SISELECT] = "siselect",
        [SSTATEEN0] = "sstateen0",
        [SSTATEEN1] = "sstateen1",
        [SSTATEEN2] = "sstateen2",
        [SSTATEEN3] = "sstateen3",
        [FCSR] = "fcsr",
        [VCSR] = "vcsr",
        [VSTART] = "vstart",
        [VL] = "vl",
        [VTYPE] = "vtype",
    };
    uint64_t vlenb = f->reg[VLENB];
    uint64_t floats = 0;
    uint64_t vectors = 0;
    /* Firmware leaves values of its own. */
    check(f->reg[0] == 1 || is_native, "all registers but a0 and a1 are 0");
    for (unsigned i = SSTATUS; i < VLENB; i++) {
        check_is(f->reg[i], i == SIP ? sip : want(i), names[i]);
    }
    for (unsigned i = 0; i < 32; i++) {
        floats |= f->f[i];
    }
    /* Firmware writes zeroes of single precision: the upper halves are ones. */
    check_is(is_native ? (uint32_t)floats : floats, 0, "f0 to f31");
    check((vlenb != 0) == tree_has_isa(tree, "v"), "vectors are there iff listed");
    for (uint64_t i = 0; i < 32 * vlenb && i < sizeof(f->v); i++) {
        vectors |= f->v[i];
    }
    check_is(vectors, 0, "v0 to v31");
}

static bool stops(uint64_t hart)
{
    uint64_t limit = guest_time() + WAIT;
    while (guest_time() < limit) {
        if (guest_sbi(EXT_HSM, HSM_STATUS, hart, 0, 0).value == STOPPED) {
            return true;
        }
    }
    return false;
}

static void start(uint64_t hart, uint64_t count)
{
    uint64_t limit = guest_time() + WAIT;
    check_is((uint64_t)guest_sbi(EXT_HSM, HSM_START, hart, (uint64_t)clean_entry, 0).error, 0,
             "hart_start");
    while (starts < count && guest_time() < limit) {
    }
    check(starts == count && stops(hart), "starts and stops");
}

static uint64_t root[512] __attribute__((aligned(4096)));

/* Writes all registers. The third time the hart suspends itself, and the pending interrupt resumes
 * it. */
static _Noreturn void second_hart(void)
{
    starts++;
    if (!is_native && starts < 4) {
        root[2] = PTE_OF(0x80000000) | PTE_LEAF;
        guest_csr_write(satp, SATP_SV39(root));
        sfence_vma();
        clean_spoil(tree_has_isa(tree, "v"), tree_has_isa(tree, "d")   ? 2
                                             : tree_has_isa(tree, "f") ? 1
                                                                       : 0);
    }
    if (starts == 3) {
        (void)guest_sbi(EXT_HSM, HSM_SUSPEND, NON_RETENTIVE, (uint64_t)clean_entry, 0);
    }
    (void)guest_sbi(EXT_HSM, HSM_STOP, 0, 0, 0);
    for (;;) {
    }
}

void guest_main(uint64_t hart, const void *fdt)
{
    if (hart == 1) {
        second_hart();
    }
    tree = fdt;
    is_native = strcmp(tree_bootargs(fdt), "native") == 0;
    check_is(hart, 0, "hart id");
    check_clean(&clean_found[0], 0);
    start(1, 1);
    check_clean(&clean_found[1], 0);
    if (!is_native) {
        start(1, 2);
        check_clean(&clean_found[1], 0);
        start(1, 4);
        check_clean(&clean_found[1], SIP_SSIP);
    }
    check_end();
}
