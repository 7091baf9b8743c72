/* SPDX-License-Identifier: Apache-2.0 */
/* Every trap cause, from VS (USER = 0) or from VU (USER = 1). */
#include "hostile.h"

static volatile uint64_t word[2];

void hostile_second(uint64_t hart, uint64_t opaque)
{
    (void)hart;
    (void)opaque;
}

static void illegal(void)
{
    hostile_illegal("illegal.zeros", try_zeros);
    hostile_illegal("illegal.ones", try_ones);
    hostile_illegal("illegal.reserved_c", try_reserved_c);
    hostile_illegal("illegal.mret", try_mret);
    hostile_illegal("illegal.mstatus", try_mstatus);
    hostile_illegal("illegal.no_csr", try_no_csr);
    hostile_illegal("illegal.read_only_csr", try_read_only_csr);
}

/* Virtual-instruction exceptions below: the guest knows no such thing. */
static void virtual_insn(void)
{
    hostile_illegal("virtual.hstatus", try_hstatus);
    hostile_illegal("virtual.hgatp", try_hgatp);
    hostile_illegal("virtual.htimedelta", try_htimedelta);
    hostile_illegal("virtual.vsstatus", try_vsstatus);
    hostile_illegal("virtual.vsatp", try_vsatp);
    hostile_illegal("virtual.hfence_gvma", try_hfence_gvma);
    hostile_illegal("virtual.hfence_vvma", try_hfence_vvma);
    hostile_illegal("virtual.hlv", try_hlv);
    hostile_illegal("virtual.hsv", try_hsv);
    hostile_illegal("virtual.hpmcounter31", try_hpmcounter31);
    if (USER) {
        hostile_illegal("virtual.sret", try_sret);
        hostile_illegal("virtual.wfi", try_wfi);
        hostile_illegal("virtual.sfence", try_sfence);
        hostile_illegal("virtual.sstatus", try_sstatus);
        guest_csr_write(scounteren, 0);
        hostile_illegal("virtual.rdcycle", try_rdcycle);
        hostile_illegal("virtual.rdtime", try_rdtime);
        hostile_illegal("virtual.rdinstret", try_rdinstret);
        guest_csr_write(scounteren, 7);
    }
}

static void counters(void)
{
    hostile_check("rdcycle", hostile_trap_is(try_rdcycle, 0, 0, NO_TRAP), 1);
    hostile_check("rdtime", hostile_trap_is(try_rdtime, 0, 0, NO_TRAP), 1);
    hostile_check("rdinstret", hostile_trap_is(try_rdinstret, 0, 0, NO_TRAP), 1);
}

static void calls(void)
{
    hostile_trap("ebreak", try_ebreak, 0, BREAKPOINT, hostile_view((uint64_t)try_ebreak));
    if (USER) {
        hostile_trap("ecall", try_ecall, 0, ECALL_U, 0);
    }
}

static void fp_off(void)
{
    guest_csr_clear(sstatus, UINT64_C(0x6000));
    hostile_illegal("fp_off.fadd", try_fadd);
    hostile_illegal("fp_off.fld", try_fld);
    guest_csr_set(sstatus, UINT64_C(0x2000));
    hostile_check("fp_on.fadd", hostile_trap_is(try_fadd, 0, 0, NO_TRAP), 1);
}

/* The machine does misaligned accesses to memory by itself. */
static void misaligned(void)
{
    uint64_t at = hostile_view((uint64_t)word);
    word[0] = 0x1122334455667788;
    word[1] = 0x99aabbccddeeff00;
    hostile_value("misaligned.lw", try_lw, at + 2, 0, 0x33445566);
    hostile_value("misaligned.ld", try_ld, at + 4, 0, 0xddeeff0011223344);
    hostile_check("misaligned.sd", hostile_trap_is(try_sd, at + 5, 0x0102030405060708, NO_TRAP), 1);
    hostile_value("misaligned.sd_is", try_ld, at + 5, 0, 0x0102030405060708);
    /* Atomics it does not; under -icount QEMU makes a load and a store of an AMO: cause 4. */
    hostile_trap("misaligned.lr.w", try_lr, at + 2, LOAD_MISALIGNED, at + 2);
    hostile_trap("misaligned.lr.d", try_lr_d, at + 4, LOAD_MISALIGNED, at + 4);
    hostile_trap("misaligned.amoadd.w", try_amo, at + 1, LOAD_MISALIGNED, at + 1);
    hostile_trap("misaligned.amoswap.d", try_amo_d, at + 4, LOAD_MISALIGNED, at + 4);
    hostile_value("misaligned.amo_kept", try_ld, at + 5, 0, 0x0102030405060708);
}

/* Instructions that S-mode may execute do not trap in a guest. */
static void allowed(void)
{
    if (!USER) {
        hostile_check("allowed.sfence", hostile_trap_is(try_sfence, 0, 0, NO_TRAP), 1);
        hostile_check("allowed.sstatus", hostile_trap_is(try_sstatus, 0, 0, NO_TRAP), 1);
        guest_set_timer(0);
        guest_csr_write(sie, UINT64_C(0x20));
        hostile_check("allowed.wfi", hostile_trap_is(try_wfi, 0, 0, NO_TRAP), 1);
        guest_csr_write(sie, 0);
        guest_set_timer(UINT64_MAX);
    }
    hostile_check("allowed.nothing", hostile_trap_is(try_nothing, 0, 0, NO_TRAP), 1);
}

/* An instruction of which the second half is where no memory is. */
static void fetch_straddles(void)
{
    uint64_t end = hostile_view(RAM + RAM_SIZE);
    *(volatile uint16_t *)(RAM + RAM_SIZE - 2) = 0x0513;
    __asm__ volatile("fence.i" : : : "memory");
    bool other = hostile_trap_is(try_jump, end - 2, 0, INSN_ACCESS);
    hostile_check("fetch_straddles.not_at_its_start", other, 0);
    hostile_check("fetch_straddles.cause", hostile_frames[0].cause, INSN_ACCESS);
    hostile_check("fetch_straddles.epc", hostile_frames[0].epc, end - 2);
    hostile_check("fetch_straddles.tval", hostile_frames[0].tval, end);
}

struct access {
    const char *name;
    const char *snippet;
    bool store;
};

static const struct access accesses[] = {
    {"lb", try_lb, false},       {"lbu", try_lbu, false},        {"lh", try_lh, false},
    {"lhu", try_lhu, false},     {"lw", try_lw, false},          {"lwu", try_lwu, false},
    {"ld", try_ld, false},       {"c.lw", try_c_lw, false},      {"c.ld", try_c_ld, false},
    {"lw_x0", try_lw_x0, false}, {"lr.w", try_lr, false},        {"lr.d", try_lr_d, false},
    {"flw", try_flw, false},     {"fld", try_fld, false},        {"c.fld", try_c_fld, false},
    {"sb", try_sb, true},        {"sh", try_sh, true},           {"sw", try_sw, true},
    {"sd", try_sd, true},        {"c.sw", try_c_sw, true},       {"c.sd", try_c_sd, true},
    {"amoadd.w", try_amo, true}, {"amoswap.d", try_amo_d, true}, {"fsw", try_fsw, true},
    {"fsd", try_fsd, true},
};
#define ACCESS_COUNT (sizeof(accesses) / sizeof(accesses[0]))

static char name[64];
static const char *join(const char *a, const char *b)
{
    size_t n = 0;
    for (; *a != 0; a++) {
        name[n++] = *a;
    }
    for (; *b != 0; b++) {
        name[n++] = *b;
    }
    name[n] = 0;
    return name;
}

/* No memory there, not even an emulated device. */
static void unmapped(void)
{
    uint64_t at = hostile_view(UNMAPPED + 0x1230);
    for (size_t i = 0; i < ACCESS_COUNT; i++) {
        uint64_t cause = accesses[i].store ? STORE_ACCESS : LOAD_ACCESS;
        hostile_trap(join("unmapped.", accesses[i].name), accesses[i].snippet, at, cause, at);
    }
    hostile_trap("unmapped.fetch", try_jump, at, INSN_ACCESS, at);
    hostile_trap("unmapped.null", try_ld, hostile_view(0), LOAD_ACCESS, hostile_view(0));
    hostile_trap("unmapped.misaligned_ld", try_ld, at + 1, LOAD_ACCESS, at + 1);
    hostile_trap("unmapped.misaligned_sw", try_sw, at + 3, STORE_ACCESS, at + 3);
    uint64_t end = hostile_view(RAM + RAM_SIZE);
    hostile_trap("unmapped.behind_ram", try_lb, end, LOAD_ACCESS, end);
    hostile_trap("unmapped.fetch_behind_ram", try_jump, end, INSN_ACCESS, end);
    hostile_check("unmapped.last_of_ram", hostile_trap_is(try_lb, end - 1, 0, NO_TRAP), 1);
    /* Half in memory, half not: the fault names the half that is not. */
    *(volatile uint64_t *)(RAM + RAM_SIZE - 8) = 0x5555555555555555;
    hostile_trap("unmapped.straddles_ld", try_ld, end - 4, LOAD_ACCESS, end);
    hostile_trap("unmapped.straddles_sd", try_sd, end - 4, STORE_ACCESS, end);
    hostile_value("unmapped.straddle_kept", try_ld, end - 8, 0, 0x5555555555555555);
}

/* Memory that the VM may read only. */
static void rom(void)
{
    uint64_t at = hostile_view(ROM);
    hostile_value("rom.ld", try_ld, at, 0, 0);
    hostile_trap("rom.sd", try_sd, at, STORE_ACCESS, at);
    hostile_trap("rom.sb", try_sb, at + 1, STORE_ACCESS, at + 1);
    hostile_trap("rom.amo", try_amo, at, STORE_ACCESS, at);
    hostile_trap("rom.fsd", try_fsd, at, STORE_ACCESS, at);
    hostile_trap("rom.fetch", try_jump, at, INSN_ACCESS, at);
    hostile_value("rom.kept", try_ld, at, 0, 0);
}

static void refused(const char *prefix, const struct access *access, size_t count, uint64_t at)
{
    for (size_t i = 0; i < count; i++) {
        uint64_t cause = access[i].store ? STORE_ACCESS : LOAD_ACCESS;
        hostile_trap(join(prefix, access[i].name), access[i].snippet, at, cause, at);
    }
}

/* An emulated device refuses atomics and fetches, and a doubleword where it has a word. */
static void device(const char *prefix, uint64_t base, uint64_t word)
{
    static const struct access atomics[] = {{".lr.w", try_lr, false},
                                            {".lr.d", try_lr_d, false},
                                            {".amoadd.w", try_amo, true},
                                            {".amoswap.d", try_amo_d, true}};
    static const struct access doublewords[] = {
        {".fld", try_fld, false}, {".c.fld", try_c_fld, false}, {".fsd", try_fsd, true}};
    uint64_t at = hostile_view(base);
    refused(prefix, atomics, sizeof(atomics) / sizeof(atomics[0]), at);
    hostile_trap(join(prefix, ".fetch"), try_jump, at, INSN_ACCESS, at);
    at = hostile_view(word);
    refused(prefix, doublewords, sizeof(doublewords) / sizeof(doublewords[0]), at);
    hostile_value(join(prefix, ".fsw"), try_fsw, at, 0, at);
    hostile_value(join(prefix, ".flw"), try_flw, at, 0, at);
}

static void cbo(void)
{
    uint64_t at = hostile_view(UNMAPPED + 0x40);
    guest_csr_write(senvcfg, USER ? 0xf0 : 0);
    hostile_trap("cbo.zero_unmapped", try_cbo_zero, at, STORE_ACCESS, at);
    hostile_trap("cbo.clean_unmapped", try_cbo_clean, at, STORE_ACCESS, at);
    hostile_trap("cbo.inval_unmapped", try_cbo_inval, at, STORE_ACCESS, at);
    at = hostile_view(PLIC + 0x40);
    hostile_trap("cbo.zero_plic", try_cbo_zero, at, STORE_ACCESS, at);
    hostile_value("cbo.clean_plic", try_cbo_clean, at, 0, at);
    hostile_value("cbo.inval_plic", try_cbo_inval, at, 0, at);
    at = hostile_view(ROM);
    hostile_trap("cbo.zero_rom", try_cbo_zero, at, STORE_ACCESS, at);
    guest_csr_write(senvcfg, 0);
    if (USER) {
        /* QEMU 10.0.2 does not keep these instructions' bits, 10.0.13 does. */
        hostile_illegal_or_zero("cbo.zero_off", try_cbo_zero, at);
        hostile_illegal_or_zero("cbo.inval_off", try_cbo_inval, at);
    }
}

/* The guest's own table says no: never seen below. */
static void own_page_faults(void)
{
    uint64_t hole = UINT64_C(0x3000000000);
    hostile_trap("page.load", try_ld, hole, LOAD_PAGE, hole);
    hostile_trap("page.store", try_sd, hole, STORE_PAGE, hole);
    hostile_trap("page.fetch", try_jump, hole, INSN_PAGE, hole);
    uint64_t strange = UINT64_C(0x8000000000000000);
    hostile_trap("page.not_canonical", try_ld, strange, LOAD_PAGE, strange);
    if (USER) {
        hostile_trap("page.supervisor_load", try_ld, RAM, LOAD_PAGE, RAM);
        hostile_trap("page.supervisor_store", try_sd, RAM, STORE_PAGE, RAM);
        hostile_trap("page.supervisor_fetch", try_jump, RAM, INSN_PAGE, RAM);
    } else {
        hostile_trap("page.user_load", try_ld, RAM + ALIAS, LOAD_PAGE, RAM + ALIAS);
        hostile_trap("page.user_fetch", try_jump, RAM + ALIAS, INSN_PAGE, RAM + ALIAS);
    }
}

static void all(void)
{
    illegal();
    virtual_insn();
    counters();
    calls();
    allowed();
    fp_off();
    misaligned();
    fetch_straddles();
    unmapped();
    rom();
    device("plic", PLIC + 0x40, PLIC + 0x40);
    device("uart", UART, UART + 4);
    cbo();
}

void guest_main(uint64_t hart, const void *fdt)
{
    (void)hart;
    (void)fdt;
    hostile_begin();
    guest_csr_write(scounteren, 7);
    if (!USER) {
        all(); /* Translation off, */
    }
    hostile_paging_on(); /* and on. */
    hostile_set_user(USER);
    all();
    own_page_faults();
    hostile_done(USER ? "traps_vu" : "traps_vs");
    guest_shutdown(false);
}
