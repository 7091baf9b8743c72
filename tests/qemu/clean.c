/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A hart that starts is clean: nothing in its registers is another world's, or left from its last
 * start. Hart 0 says what its VM began with; hart 1 is spoilt, stops, and is started again.
 */
#include "check.h"

#define EXT_HSM 0x48534d
#define HSM_START 0
#define HSM_STOP 1
#define HSM_STATUS 2
#define STOPPED 1
#define WAIT (60 * GUEST_TIMEBASE_HZ)

#define SSTATUS_UXL_64 (UINT64_C(2) << 32)

/* As clean.S writes it. */
struct found {
    uint64_t gprs_clean;
    uint64_t sstatus;
    uint64_t csr[9]; /* sie, sip, sscratch, sepc, scause, stval, satp, senvcfg, scounteren */
    uint64_t fcsr;
    uint64_t vcsr;
    uint64_t vstart;
    uint64_t vlenb;
    uint64_t fill;
    uint64_t f[32];
    uint64_t gap[16];
    uint8_t v[8192 - 512];
};

_Static_assert(sizeof(struct found) == 8192, "FOUND_SIZE of clean.S");

extern struct found clean_found[8];
void clean_entry(void);
void clean_spoil(bool vectors);

static const void *tree;
static volatile uint64_t starts;

uint64_t guest_trap(uint64_t cause, uint64_t epc, uint64_t tval)
{
    (void)tval;
    check_is(cause, 0, "no trap");
    return epc + 4;
}

static void check_clean(const struct found *f)
{
    static const char *const csrs[] = {"sie",   "sip",  "sscratch", "sepc",      "scause",
                                       "stval", "satp", "senvcfg",  "scounteren"};
    uint64_t vectors = 0;
    uint64_t floats = f->fcsr;
    check(f->gprs_clean == 1, "all registers but a0 and a1 are 0");
    check_is(f->sstatus, SSTATUS_UXL_64, "sstatus: no interrupts, FP and vectors off");
    for (unsigned i = 0; i < sizeof(csrs) / sizeof(csrs[0]); i++) {
        check_is(f->csr[i], 0, csrs[i]);
    }
    for (unsigned i = 0; i < 32; i++) {
        floats |= f->f[i];
    }
    check_is(floats, 0, "f0 to f31, fcsr");
    check((f->vlenb != 0) == tree_has_isa(tree, "v"), "vectors are there iff listed");
    for (uint64_t i = 0; i < 32 * f->vlenb && i < sizeof(f->v); i++) {
        vectors |= f->v[i];
    }
    check_is(vectors | f->vcsr | f->vstart, 0, "v0 to v31, vcsr, vstart");
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

void guest_main(uint64_t hart, const void *fdt)
{
    if (hart == 1) {
        starts++;
        root[2] = PTE_OF(0x80000000) | PTE_LEAF;
        guest_csr_write(satp, SATP_SV39(root));
        sfence_vma();
        clean_spoil(tree_has_isa(tree, "v"));
        (void)guest_sbi(EXT_HSM, HSM_STOP, 0, 0, 0);
    }
    tree = fdt;
    check_clean(&clean_found[0]);
    start(1, 1);
    check_clean(&clean_found[1]);
    start(1, 2);
    check_clean(&clean_found[1]);
    check_end();
}
