/* SPDX-License-Identifier: Apache-2.0 */
/* Tries the extensions of the boot hart, and the bits of its CSRs. */
#include <hyp/vm/machine.h>

#include <hyp/arch/csr.h>
#include <hyp/arch/sbi_call.h>
#include <hyp/arch/world.h>

#define PMU_FIXED UINT64_C(5) /* cycle, instret */

/* hgatp.MODE is WARL: an unsupported write leaves it Bare. */
static bool gstage_mode_works(uint64_t mode)
{
    csr_write(CSR_HGATP, mode << HGATP_MODE_SHIFT);
    bool works = csr_read(CSR_HGATP) >> HGATP_MODE_SHIFT == mode;
    csr_write(CSR_HGATP, 0);
    return works;
}

/* VMIDLEN: the low bits of VMID that keep what is written. */
static uint32_t probe_vmid_bits(void)
{
    csr_write(CSR_HGATP,
              (uint64_t)HGATP_SV39X4 << HGATP_MODE_SHIFT | HGATP_VMID_MASK << HGATP_VMID_SHIFT);
    uint64_t vmid = csr_read(CSR_HGATP) >> HGATP_VMID_SHIFT & HGATP_VMID_MASK;
    csr_write(CSR_HGATP, 0);
    return bits_first(~vmid);
}

static enum hyp_status probe_gstage(struct machine *machine)
{
    if (!gstage_mode_works(HGATP_SV39X4)) {
        return HYP_E_UNSUPPORTED;
    }
    machine->vmid_bits = probe_vmid_bits();
    machine->gpa_bits = 41;
    if (gstage_mode_works(HGATP_SV57X4)) {
        machine->gpa_bits = 59;
    } else if (gstage_mode_works(HGATP_SV48X4)) {
        machine->gpa_bits = 50;
    }
    return HYP_OK;
}

/* Extensions whose registers are those of another one. */
#define NEED_F (BIT(GUEST_ISA_F) | BIT(GUEST_ISA_ZFA) | BIT(GUEST_ISA_ZFH) | BIT(GUEST_ISA_ZFHMIN))
#define NEED_V \
    (BIT(GUEST_ISA_V) | BIT(GUEST_ISA_ZVBB) | BIT(GUEST_ISA_ZVFHMIN) | BIT(GUEST_ISA_ZVKT))

/* Extensions that a guest has by bits of henvcfg. */
static const uint64_t env_bits[] = {
    HENVCFG_STCE, HENVCFG_PBMTE, HENVCFG_CBIE_FLUSH | HENVCFG_CBCFE, HENVCFG_CBZE, HENVCFG_ADUE,
};
static const uint8_t env_ext[] = {
    GUEST_ISA_SSTC, GUEST_ISA_SVPBMT, GUEST_ISA_ZICBOM, GUEST_ISA_ZICBOZ, GUEST_ISA_SVADU,
};

uint64_t machine_henvcfg(uint64_t isa)
{
    uint64_t bits = 0;
    for (uint32_t i = 0; i < ARRAY_COUNT(env_bits); i++) {
        bits |= (isa & BIT(env_ext[i])) != 0 ? env_bits[i] : 0;
    }
    return bits;
}

/*
 * Guests can be granted the bits that henvcfg keeps, which the firmware's menvcfg allows. Returns
 * the extensions that they cannot get. cbo.inval flushes, or it is not granted: an invalidation
 * would undo what the hypervisor has stored into guest memory.
 */
static uint64_t probe_env(struct machine *machine)
{
    uint64_t denied = 0;
    uint64_t granted = 0;
    machine->envcfg = csr_probe(CSR_HENVCFG);
    if (machine->envcfg) {
        csr_write(CSR_HENVCFG, ~HENVCFG_CBIE | HENVCFG_CBIE_FLUSH);
        granted = csr_read(CSR_HENVCFG);
        csr_write(CSR_HENVCFG, 0);
    }
    for (uint32_t i = 0; i < ARRAY_COUNT(env_bits); i++) {
        uint64_t bits = env_bits[i];
        uint64_t field = bits | ((bits & HENVCFG_CBIE) != 0 ? HENVCFG_CBIE : 0);
        denied |= (granted & field) != bits ? BIT(env_ext[i]) : 0;
    }
    return denied;
}

/*
 * Counters are the hart's own, so a guest sees no other VM's events. Zihpm: as many as hcounteren
 * can grant; the others trap on the machine as well.
 */
static uint64_t probe_counters(struct machine *machine)
{
    csr_write(CSR_HCOUNTEREN, UINT32_MAX);
    uint64_t granted = csr_read(CSR_HCOUNTEREN);
    csr_write(CSR_HCOUNTEREN, 0);
    machine->hcounteren = granted;
    return ((granted & ~COUNTEREN_ZICNTR) == 0 ? BIT(GUEST_ISA_ZIHPM) : 0) |
           ((~granted & COUNTEREN_ZICNTR) != 0 ? BIT(GUEST_ISA_ZICNTR) : 0);
}

uint64_t machine_hcounteren(const struct machine *machine, uint64_t isa)
{
    return (isa & BIT(GUEST_ISA_ZIHPM)) != 0 ? machine->hcounteren
                                             : machine->hcounteren & COUNTEREN_ZICNTR;
}

/*
 * Counters that the firmware's PMU can keep from counting outside guests: cycle and instret with
 * Smcntrpmf, the others with Sscofpmf. The rest would count the hypervisor's work.
 */
static uint32_t probe_pmu(uint64_t isa, uint64_t hcounteren)
{
    bool has_sscofpmf = (isa & BIT(GUEST_ISA_SSCOFPMF)) != 0 && csr_probe(CSR_SCOUNTOVF);
    uint64_t filtered = ((isa & BIT(GUEST_ISA_SMCNTRPMF)) != 0 ? PMU_FIXED : 0) |
                        (has_sscofpmf ? ~COUNTEREN_ZICNTR : 0);
    if (filtered == 0 || sbi_call(SBI_EXT_BASE, SBI_BASE_PROBE, SBI_EXT_PMU, 0, 0).value == 0) {
        return 0;
    }
    uint64_t count = sbi_call(SBI_EXT_PMU, SBI_PMU_NUM_COUNTERS, 0, 0, 0).value;
    uint32_t counters = 0;
    for (uint32_t i = 0; i < 32 && i < count; i++) {
        if ((filtered & hcounteren & BIT(i)) == 0) {
            continue;
        }
        struct sbi_ret info = sbi_call(SBI_EXT_PMU, SBI_PMU_GET_INFO, i, 0, 0);
        bool is_csr = info.value >> 63 == 0 && (info.value & 0xfff) == CSR_CYCLE + i;
        counters |= info.error == SBI_SUCCESS && is_csr ? UINT32_C(1) << i : 0;
    }
    return counters;
}

static uint64_t probe_fp(const struct machine *machine)
{
    uint64_t any = 0;
    for (uint32_t k = 0; k < machine->kind_count; k++) {
        any |= machine->kind[k].isa;
    }
    unsigned fp = world_probe_fp((any & BIT(GUEST_ISA_V)) != 0 ? WORLD_V : 0);
    return ((fp & WORLD_F) == 0 ? NEED_F : 0) | ((fp & WORLD_D) == 0 ? BIT(GUEST_ISA_D) : 0) |
           ((fp & WORLD_V) == 0 ? NEED_V : 0);
}

enum hyp_status machine_probe(struct machine *machine)
{
    if (!csr_probe(CSR_HSTATUS)) {
        return HYP_E_UNSUPPORTED;
    }
    HYP_TRY(probe_gstage(machine));
    /* Overflow interrupts of counters are not given to guests. */
    uint64_t denied =
        probe_env(machine) | probe_counters(machine) | probe_fp(machine) | GUEST_ISA_NEVER;
    machine->counters =
        probe_pmu(machine_common(machine, machine_harts(machine)).isa, machine->hcounteren);
    machine->stateen = csr_probe(CSR_HSTATEEN0);
    for (uint32_t k = 0; k < machine->kind_count; k++) {
        uint64_t *isa = &machine->kind[k].isa;
        *isa &= ~denied;
        /* A hart with both starts the guest with Svade. */
        *isa &= ~((*isa & BIT(GUEST_ISA_SVADE)) != 0 ? BIT(GUEST_ISA_SVADU) : 0);
    }
    machine->all = machine_common(machine, machine_harts(machine));
    machine->svpbmt = (machine->all.isa & BIT(GUEST_ISA_SVPBMT)) != 0;
    return HYP_OK;
}
