/* SPDX-License-Identifier: Apache-2.0 */
/* machine_probe() on harts that lack extensions, CSRs or bits of them. */
#include "test_machine.h"

#include <hyp/arch/csr.h>
#include <hyp/arch/sbi_call.h>
#include <hyp/arch/world.h>
#include <hyp/arch_backend/sbi_call_host.h>
#include <hyp/arch_backend/world_host.h>

static void test_probe(void **state)
{
    (void)state;
    begin();
    begin_root();
    one_cpu("rv64imach_zihpm_sscofpmf_sstc_svade_svadu", 0);
    assert_int_equal(finish(), HYP_OK);
    csr_host_reset();
    /* The host's CSRs keep all that is written. */
    assert_int_equal(machine_probe(&m), HYP_OK);
    assert_int_equal(m.gpa_bits, 59);
    assert_int_equal(m.vmid_bits, 14);
    assert_true((m.all.isa & BIT(GUEST_ISA_SSTC)) != 0);
    assert_false(m.svpbmt);
    assert_int_equal(machine_henvcfg(m.all.isa), HENVCFG_STCE);
    assert_int_equal(m.all.isa & (BIT(GUEST_ISA_ZIHPM) | BIT(GUEST_ISA_SSCOFPMF)),
                     BIT(GUEST_ISA_ZIHPM));
    assert_int_equal(machine_hcounteren(&m, m.all.isa), UINT32_MAX);
    assert_int_equal(m.all.isa & (BIT(GUEST_ISA_SVADE) | BIT(GUEST_ISA_SVADU)),
                     BIT(GUEST_ISA_SVADE));
    assert_int_equal(csr_read(CSR_HENVCFG), 0);
    assert_int_equal(csr_read(CSR_HGATP), 0);
}

/* A hart whose hgatp has Sv39x4 alone, and 5 bits of VMID. */
static bool small_hgatp(void *state, unsigned number, enum csr_host_op op, uint64_t value,
                        uint64_t *old)
{
    uint64_t *hgatp = csr_host(CSR_HGATP);
    (void)state;
    if (number != CSR_HGATP) {
        return false;
    }
    *old = *hgatp;
    if (op == CSR_HOST_WRITE) {
        bool works = value >> 60 == HGATP_SV39X4;
        *hgatp = works ? value & ~(UINT64_C(0x3fe0) << HGATP_VMID_SHIFT) : 0;
    }
    return true;
}

static void test_probe_of_small_hgatp(void **state)
{
    (void)state;
    begin();
    begin_root();
    one_cpu("rv64imach", 0);
    assert_int_equal(finish(), HYP_OK);
    csr_host_reset();
    csr_host_attach(small_hgatp, NULL);
    assert_int_equal(machine_probe(&m), HYP_OK);
    csr_host_attach(NULL, NULL);
    assert_int_equal(m.gpa_bits, 41);
    assert_int_equal(m.vmid_bits, 5);
    assert_int_equal(csr_read(CSR_HGATP), 0);
}

/* The bits that a hart's henvcfg, except CBIE, and hcounteren can hold. */
static struct {
    uint64_t henvcfg;
    uint64_t hcounteren;
    uint64_t cbie[4]; /* Entry n: the value of CBIE after n was written. */
} holds;

static bool small_env(void *state, unsigned number, enum csr_host_op op, uint64_t value,
                      uint64_t *old)
{
    (void)state;
    if (op != CSR_HOST_WRITE || (number != CSR_HENVCFG && number != CSR_HCOUNTEREN)) {
        return false;
    }
    *old = *csr_host(number);
    if (number == CSR_HENVCFG) {
        *csr_host(number) = (value & holds.henvcfg) | holds.cbie[value >> 4 & 3] << 4;
    } else {
        *csr_host(number) = value & holds.hcounteren;
    }
    return true;
}

static void probe_small_env(const char *isa)
{
    begin();
    begin_root();
    one_cpu(isa, 64);
    assert_int_equal(finish(), HYP_OK);
    csr_host_reset();
    csr_host_attach(small_env, NULL);
    assert_int_equal(machine_probe(&m), HYP_OK);
    csr_host_attach(NULL, NULL);
    assert_int_equal(csr_read(CSR_HENVCFG), 0);
    assert_int_equal(csr_read(CSR_HCOUNTEREN), 0);
}

/* Guests have Zicbom if cbo.inval can be made a flush; an invalidation is never granted. */
static void test_probe_of_cbie(void **state)
{
    (void)state;
    static const struct {
        uint64_t henvcfg;
        uint64_t cbie[4];
        bool has;
    } harts[] = {
        {HENVCFG_CBCFE | HENVCFG_CBZE, {0, 1, 0, 3}, true},
        {HENVCFG_CBCFE | HENVCFG_CBZE, {0, 1, 0, 0}, true},  /* Flushes at most. */
        {HENVCFG_CBCFE | HENVCFG_CBZE, {0, 3, 3, 3}, false}, /* Invalidates or traps. */
        {HENVCFG_CBCFE | HENVCFG_CBZE, {0, 0, 0, 3}, false},
        {HENVCFG_CBCFE | HENVCFG_CBZE, {0, 0, 0, 0}, false},
        {HENVCFG_CBZE, {0, 1, 0, 3}, false},
    };
    for (unsigned i = 0; i < ARRAY_COUNT(harts); i++) {
        holds.henvcfg = harts[i].henvcfg;
        holds.hcounteren = UINT32_MAX;
        memcpy(holds.cbie, harts[i].cbie, sizeof(holds.cbie));
        probe_small_env("rv64imach_zicbom");
        assert_int_equal((m.all.isa & BIT(GUEST_ISA_ZICBOM)) != 0, harts[i].has);
        assert_int_equal(machine_henvcfg(m.all.isa),
                         harts[i].has ? HENVCFG_CBIE_FLUSH | HENVCFG_CBCFE : 0);
        probe_small_env("rv64imach");
        assert_int_equal(machine_henvcfg(m.all.isa), 0);
    }
}

static void test_probe_of_counters(void **state)
{
    (void)state;
    static const struct {
        const char *isa;
        uint64_t holds;
        uint64_t granted;
        bool zicntr, zihpm;
    } harts[] = {
        {"rv64imach_zicntr_zihpm", UINT32_MAX, UINT32_MAX, true, true},
        {"rv64imach_zicntr_zihpm", 0xf, 0xf, true, true},
        {"rv64imach_zicntr_zihpm", 0x80000007, 0x80000007, true, true},
        {"rv64imach_zicntr_zihpm", 7, 7, true, false}, /* There is no counter. */
        {"rv64imach_zicntr_zihpm", 0, 0, false, false},
        {"rv64imach_zicntr_zihpm", 0x1d, 0x1d, false, true}, /* No time. */
        {"rv64imach", UINT32_MAX, UINT32_MAX, true, true},   /* A string's i stands for both. */
        {"i h zicntr", UINT32_MAX, 7, true, false},
        {"i h", UINT32_MAX, 7, false, false},
    };
    holds.henvcfg = 0;
    memset(holds.cbie, 0, sizeof(holds.cbie));
    for (unsigned i = 0; i < ARRAY_COUNT(harts); i++) {
        holds.hcounteren = harts[i].holds;
        probe_small_env(harts[i].isa);
        assert_int_equal(machine_hcounteren(&m, m.all.isa), harts[i].granted);
        assert_int_equal((m.all.isa & BIT(GUEST_ISA_ZICNTR)) != 0, harts[i].zicntr);
        assert_int_equal((m.all.isa & BIT(GUEST_ISA_ZIHPM)) != 0, harts[i].zihpm);
    }
}

/* ---- The firmware's PMU --------------------------------------------------------------------- */

/* Counters that the firmware has, what it says about them, and whether it has PMU at all. */
static struct {
    uint64_t hardware, others; /* Firmware counters, or with another CSR. */
    uint64_t count;
    bool present;
    unsigned calls;
} pmu;

static struct sbi_ret pmu_firmware(uint64_t ext, uint64_t fid, uint64_t a0, uint64_t a1,
                                   uint64_t a2)
{
    (void)a1, (void)a2;
    pmu.calls++;
    if (ext == SBI_EXT_BASE) {
        assert_true(fid == SBI_BASE_PROBE && a0 == SBI_EXT_PMU);
        return (struct sbi_ret){0, pmu.present};
    }
    assert_true(ext == SBI_EXT_PMU && pmu.present);
    if (fid == SBI_PMU_NUM_COUNTERS) {
        return (struct sbi_ret){0, pmu.count};
    }
    assert_int_equal(fid, SBI_PMU_GET_INFO);
    assert_true(a0 < pmu.count);
    if ((pmu.others >> a0 & 1) != 0) {
        return (struct sbi_ret){0, a0 % 2 != 0 ? BIT(63) | (CSR_CYCLE + a0) : CSR_CYCLE + 31};
    }
    return (pmu.hardware >> a0 & 1) != 0 ? (struct sbi_ret){0, 63 << 12 | (CSR_CYCLE + a0)}
                                         : (struct sbi_ret){SBI_ERR_INVALID_PARAM, CSR_CYCLE + a0};
}

static bool is_scountovf(unsigned number)
{
    return number == CSR_SCOUNTOVF;
}

static uint32_t probe_pmu_of(const char *isa, bool (*absent)(unsigned))
{
    begin();
    begin_root();
    one_cpu(isa, 0);
    assert_int_equal(finish(), HYP_OK);
    csr_host_reset();
    csr_host_set_absent(absent);
    sbi_host_set(pmu_firmware);
    pmu.calls = 0;
    assert_int_equal(machine_probe(&m), HYP_OK);
    sbi_host_set(NULL);
    csr_host_set_absent(NULL);
    assert_int_equal(m.all.isa & (BIT(GUEST_ISA_SSCOFPMF) | BIT(GUEST_ISA_SMCNTRPMF)), 0);
    return m.counters;
}

/* A counter is given if the hart can keep it from counting the hypervisor. */
static void test_probe_of_pmu(void **state)
{
    (void)state;
    pmu.present = true;
    pmu.hardware = 0xfffffffd;
    pmu.others = 0;
    pmu.count = 48;
    assert_int_equal(probe_pmu_of("rv64imach_zihpm", NULL), 0);
    assert_int_equal(pmu.calls, 0);
    assert_int_equal(probe_pmu_of("rv64imach_zihpm_smcntrpmf", NULL), 5);
    assert_int_equal(probe_pmu_of("rv64imach_zihpm_sscofpmf", NULL), 0xfffffff8);
    assert_int_equal(probe_pmu_of("rv64imach_zihpm_smcntrpmf_sscofpmf", NULL), 0xfffffffd);
    assert_int_equal(probe_pmu_of("rv64imach_zihpm_sscofpmf", is_scountovf), 0);
    pmu.hardware = 0x80000035;
    assert_int_equal(probe_pmu_of("rv64imach_zihpm_smcntrpmf_sscofpmf", NULL), 0x80000035);
    pmu.count = 5;
    assert_int_equal(probe_pmu_of("rv64imach_zihpm_smcntrpmf_sscofpmf", NULL), 0x15);
    pmu.count = 32;
    pmu.others = 0x30;
    assert_int_equal(probe_pmu_of("rv64imach_zihpm_smcntrpmf_sscofpmf", NULL), 0x80000005);
    pmu.present = false;
    assert_int_equal(probe_pmu_of("rv64imach_zihpm_smcntrpmf_sscofpmf", NULL), 0);
}

/* ---- Harts that lack what their tree says --------------------------------------------------- */

static bool is_of_h(unsigned number)
{
    return number >> 8 == 6 || number >> 8 == 2 || number == 0xe12;
}

static bool is_env(unsigned number)
{
    return number == CSR_HENVCFG || number == CSR_SENVCFG || number == CSR_HSTATEEN0;
}

static enum hyp_status probe_lacking(const char *isa, bool (*absent)(unsigned), unsigned fp)
{
    begin();
    begin_root();
    one_cpu(isa, 64);
    assert_int_equal(finish(), HYP_OK);
    csr_host_reset();
    csr_host_set_absent(absent);
    world_host_set_absent_fp(fp);
    enum hyp_status status = machine_probe(&m);
    csr_host_set_absent(NULL);
    world_host_set_absent_fp(0);
    return status;
}

/* No CSR of H is accessed on a hart without it: the host would abort. */
static void test_probe_without_h(void **state)
{
    (void)state;
    assert_int_equal(probe_lacking("rv64imafdch", is_of_h, 0), HYP_E_UNSUPPORTED);
}

static void test_probe_without_envcfg(void **state)
{
    (void)state;
    uint64_t env = BIT(GUEST_ISA_SSTC) | BIT(GUEST_ISA_SVPBMT) | BIT(GUEST_ISA_ZICBOM) |
                   BIT(GUEST_ISA_ZICBOZ) | BIT(GUEST_ISA_SVADU);
    const char *isa = "rv64imach_zicbom_zicboz_zba_sstc_svadu_svpbmt";
    assert_int_equal(probe_lacking(isa, is_env, 0), HYP_OK);
    assert_false(m.envcfg || m.stateen || m.svpbmt);
    assert_int_equal(m.all.isa & env, 0);
    assert_true((m.all.isa & BIT(GUEST_ISA_ZBA)) != 0);
    assert_int_equal(probe_lacking(isa, NULL, 0), HYP_OK);
    assert_true(m.envcfg && m.stateen && m.svpbmt);
    assert_int_equal(m.all.isa & env, env);
}

static void test_probe_of_fp(void **state)
{
    uint64_t f = BIT(GUEST_ISA_F) | BIT(GUEST_ISA_ZFA) | BIT(GUEST_ISA_ZFH) | BIT(GUEST_ISA_ZFHMIN);
    uint64_t d = BIT(GUEST_ISA_D);
    uint64_t v =
        BIT(GUEST_ISA_V) | BIT(GUEST_ISA_ZVBB) | BIT(GUEST_ISA_ZVFHMIN) | BIT(GUEST_ISA_ZVKT);
    const struct {
        unsigned absent;
        uint64_t has;
    } harts[] = {
        {0, f | d | v},
        {WORLD_V, f | d},
        {WORLD_V | WORLD_D, f},
        {WORLD_FP_ALL, 0},
    };
    (void)state;
    for (uint32_t i = 0; i < ARRAY_COUNT(harts); i++) {
        assert_int_equal(
            probe_lacking("rv64imafdcvh_zfa_zfh_zfhmin_zvbb_zvfhmin_zvkt", NULL, harts[i].absent),
            HYP_OK);
        assert_int_equal(m.all.isa & (f | d | v), harts[i].has);
    }
    /* Extensions that the tree does not say are not granted, though the hart has them. */
    assert_int_equal(probe_lacking("rv64imach", NULL, 0), HYP_OK);
    assert_int_equal(m.all.isa & (f | d | v), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_probe),
        cmocka_unit_test(test_probe_of_cbie),
        cmocka_unit_test(test_probe_of_counters),
        cmocka_unit_test(test_probe_of_small_hgatp),
        cmocka_unit_test(test_probe_without_h),
        cmocka_unit_test(test_probe_without_envcfg),
        cmocka_unit_test(test_probe_of_fp),
        cmocka_unit_test(test_probe_of_pmu),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
