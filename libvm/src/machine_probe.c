/* SPDX-License-Identifier: Apache-2.0 */
/* What the CSRs of the boot hart keep of what is written to them. */
#include <hyp/vm/machine.h>

#include <hyp/arch/csr.h>

/* hgatp.MODE is WARL: an unsupported write leaves it Bare. */
static bool gstage_mode_works(uint64_t mode)
{
    csr_write(CSR_HGATP, mode << 60);
    bool works = csr_read(CSR_HGATP) >> 60 == mode;
    csr_write(CSR_HGATP, 0);
    return works;
}

/* VMIDLEN: the low bits of VMID that keep what is written. */
static uint32_t probe_vmid_bits(void)
{
    csr_write(CSR_HGATP, (uint64_t)HGATP_SV39X4 << 60 | HGATP_VMID_MASK << HGATP_VMID_SHIFT);
    uint64_t vmid = csr_read(CSR_HGATP) >> HGATP_VMID_SHIFT & HGATP_VMID_MASK;
    csr_write(CSR_HGATP, 0);
    return bits_first(~vmid);
}

static enum hyp_status probe_gstage(struct machine *m)
{
    if (!gstage_mode_works(HGATP_SV39X4)) {
        return HYP_E_UNSUPPORTED;
    }
    m->vmid_bits = probe_vmid_bits();
    m->gpa_bits = 41;
    if (gstage_mode_works(HGATP_SV57X4)) {
        m->gpa_bits = 59;
    } else if (gstage_mode_works(HGATP_SV48X4)) {
        m->gpa_bits = 50;
    }
    return HYP_OK;
}

static void keep(struct machine *m, enum guest_isa ext, uint64_t bits, uint64_t granted)
{
    uint64_t field = bits | ((bits & HENVCFG_CBIE) != 0 ? HENVCFG_CBIE : 0);
    if ((m->isa & BIT(ext)) != 0 && (granted & field) == bits) {
        m->henvcfg |= bits;
    } else {
        m->isa &= ~BIT(ext);
    }
}

/*
 * What the firmware's menvcfg lets henvcfg hold is what guests can be granted. cbo.inval flushes,
 * or it is not granted: an invalidation would undo what the hypervisor has stored into guest
 * memory.
 */
static void probe_env(struct machine *m)
{
    if (!csr_probe(CSR_HENVCFG)) {
        m->isa &= ~(BIT(GUEST_ISA_SSTC) | BIT(GUEST_ISA_SVPBMT) | BIT(GUEST_ISA_ZICBOM) |
                    BIT(GUEST_ISA_ZICBOZ) | BIT(GUEST_ISA_SVADU));
        return;
    }
    csr_write(CSR_HENVCFG, ~HENVCFG_CBIE | HENVCFG_CBIE_FLUSH);
    uint64_t granted = csr_read(CSR_HENVCFG);
    csr_write(CSR_HENVCFG, 0);
    keep(m, GUEST_ISA_SSTC, HENVCFG_STCE, granted);
    keep(m, GUEST_ISA_SVPBMT, HENVCFG_PBMTE, granted);
    keep(m, GUEST_ISA_ZICBOM, HENVCFG_CBIE_FLUSH | HENVCFG_CBCFE, granted);
    keep(m, GUEST_ISA_ZICBOZ, HENVCFG_CBZE, granted);
    if ((m->isa & BIT(GUEST_ISA_SVADE)) != 0) {
        m->isa &= ~BIT(GUEST_ISA_SVADU); /* Both: the guest starts with Svade. */
    } else {
        keep(m, GUEST_ISA_SVADU, HENVCFG_ADUE, granted);
    }
    m->sstc = (m->isa & BIT(GUEST_ISA_SSTC)) != 0;
    m->svpbmt = (m->isa & BIT(GUEST_ISA_SVPBMT)) != 0;
}

/*
 * Counters are the hart's own, so a guest sees no other VM's events. Zihpm: as many as hcounteren
 * can grant; the others trap on the machine as well.
 */
static void probe_counters(struct machine *m)
{
    csr_write(CSR_HCOUNTEREN, UINT32_MAX);
    uint64_t granted = csr_read(CSR_HCOUNTEREN);
    csr_write(CSR_HCOUNTEREN, 0);
    bool hpm = (m->isa & BIT(GUEST_ISA_ZIHPM)) != 0 && (granted & ~COUNTEREN_ZICNTR) != 0;
    m->hcounteren = hpm ? granted : granted & COUNTEREN_ZICNTR;
    m->isa &= ~(hpm ? 0 : BIT(GUEST_ISA_ZIHPM));
    m->isa &= ~((~granted & COUNTEREN_ZICNTR) != 0 ? BIT(GUEST_ISA_ZICNTR) : 0);
}

enum hyp_status machine_probe(struct machine *m)
{
    if (!m->has_h) {
        return HYP_E_UNSUPPORTED;
    }
    HYP_TRY(probe_gstage(m));
    probe_env(m);
    probe_counters(m);
    m->stateen = csr_probe(CSR_HSTATEEN0);
    /* Overflow interrupts of counters are not given to guests. */
    m->isa &= ~BIT(GUEST_ISA_SSCOFPMF);
    return HYP_OK;
}
