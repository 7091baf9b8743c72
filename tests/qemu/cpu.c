/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One hart that has the extensions which its device tree lists.
 *
 * An extension that the hypervisor grants by a bit of a CSR is checked in both directions: if it is
 * listed, it works; if it is not, it traps. Other extensions must work if they are listed.
 * Bootargs "fail": the guest only shuts down with reason 1. "wild": it stores to an address with
 * no memory. "sleep": it does nothing.
 */
#include "check.h"

#include <libfdt.h>
#include <string.h>

#define SSTATUS_SIE UINT64_C(2)
#define SSTATUS_SPP (UINT64_C(1) << 8)
#define CAUSE_ECALL_U 8
#define SSTATUS_VS (UINT64_C(3) << 9)
#define SIE_STIE (UINT64_C(1) << 5)
#define CAUSE_TIMER (UINT64_C(1) << 63 | 5)
#define NEVER UINT64_MAX
#define WAIT (60 * GUEST_TIMEBASE_HZ)

static const void *tree;
static volatile uint64_t trap_cause; /* Cause of the last exception; 0: none. */
static volatile uint64_t timer_count;
static volatile uint64_t timer_time;
static bool timer_by_csr;

uint64_t guest_trap(uint64_t cause, uint64_t epc, uint64_t tval)
{
    (void)tval;
    if (cause == CAUSE_TIMER) {
        timer_time = guest_time();
        timer_count++;
        if (timer_by_csr) {
            guest_csr_write(0x14d, NEVER);
        } else {
            guest_set_timer(NEVER);
        }
        return epc;
    }
    if (cause == CAUSE_ECALL_U) {
        guest_csr_set(sstatus, SSTATUS_SPP); /* PROBE_USER() ends by this exception. */
    } else {
        trap_cause = cause;
    }
    return epc + 4; /* Every instruction that is probed has four bytes. */
}

/* The cause that `insn` traps with, 0 if it does not; t0 is its operand. */
#define PROBE(insn)                                                                     \
    __extension__({                                                                     \
        trap_cause = 0;                                                                 \
        __asm__ volatile(".option push\n.option norvc\nli t0, 0\n" insn "\n.option pop" \
                         :                                                              \
                         :                                                              \
                         : "t0", "t1", "memory");                                       \
        trap_cause;                                                                     \
    })

/* The same in user mode. */
#define PROBE_USER(insn) \
    PROBE("la t0, 1f\ncsrw sepc, t0\nli t0, 0x100\ncsrc sstatus, t0\nsret\n1: " insn "\necall")

#define ILLEGAL 2

static void put_cause(uint64_t cause)
{
    guest_put("cause ");
    guest_put_dec(cause);
    guest_put("\n");
}

/* It works if it is listed, and is an illegal instruction otherwise. */
static void check_iff(const char *name, uint64_t cause)
{
    uint64_t want = tree_has_isa(tree, name) ? 0 : ILLEGAL;
    if (cause != want) {
        put_cause(cause);
    }
    guest_put(want == 0 ? "listed: " : "not listed: ");
    check(cause == want, name);
}

static void check_if(const char *name, uint64_t cause)
{
    if (tree_has_isa(tree, name)) {
        check_iff(name, cause);
    }
}

static void check_illegal(const char *what, uint64_t cause)
{
    check_is(cause, ILLEGAL, what);
}

/* ---- Floating point -------------------------------------------------------------------------- */

static void check_fp(void)
{
    uint64_t sum;
    uint64_t fcsr;
    __asm__ volatile("fcvt.d.lu fs0, zero\nfcvt.d.lu fs1, zero\nli t0, 1\nfcvt.d.lu fs2, t0\n"
                     "li t0, 0x21\ncsrw fcsr, t0"
                     :
                     :
                     : "t0");
    for (int i = 0; i < 1000; i++) {
        __asm__ volatile("fadd.d fs1, fs1, fs2\nfadd.d fs0, fs0, fs1");
        (void)guest_sbi(i % 2 == 0 ? 0x10 : 0x48534d, i % 2 == 0 ? 0 : 2, 0, 0, 0);
    }
    __asm__ volatile("csrr %1, fcsr\nfcvt.lu.d %0, fs0" : "=r"(sum), "=r"(fcsr));
    check_is(sum, 500500, "floating point over 1000 calls");
    check_is(fcsr, 0x21, "fcsr over 1000 calls");
}

/* A register of an emulated device by instructions of F alone: its PLIC's threshold, if it has one.
 */
static void check_fp_device(void)
{
    uint64_t first;
    uint64_t loaded;
    uint64_t last;
    if (fdt_node_offset_by_compatible(tree, -1, "sifive,plic-1.0.0") < 0) {
        return;
    }
    __asm__ volatile("li t0, 0x0c201000\nli t1, 5\nli t2, 0x1234\n"
                     "fmv.w.x f0, t2\nfmv.w.x f8, zero\nfmv.w.x f31, t1\n"
                     "fsw f31, 0(t0)\nflw f8, 0(t0)\n"
                     "fmv.x.w %0, f0\nfmv.x.w %1, f8\nfmv.x.w %2, f31"
                     : "=r"(first), "=r"(loaded), "=r"(last)
                     :
                     : "t0", "t1", "t2", "memory");
    check_is(loaded, 5, "flw of what fsw has stored to a device");
    check_is(first, 0x1234, "f0 behind them");
    check_is(last, 5, "f31 behind them");
}

/* ---- Time ------------------------------------------------------------------------------------ */

static bool wait_for_timer(uint64_t count)
{
    uint64_t end = guest_time() + WAIT;
    while (timer_count < count && guest_time() < end) {
        guest_csr_clear(sstatus, SSTATUS_SIE);
        if (timer_count < count) {
            __asm__ volatile("wfi");
        }
        guest_csr_set(sstatus, SSTATUS_SIE);
    }
    return timer_count >= count;
}

static void check_time(void)
{
    uint64_t start = guest_time();
    uint64_t last = start;
    bool monotonic = true;
    while (last < start + 1000) {
        uint64_t now = guest_time();
        monotonic = monotonic && now >= last;
        last = now;
    }
    check(monotonic, "time advances");
}

/* Three deadlines 10 ms apart; none comes early, and none twice. */
static void check_timer(const char *name)
{
    bool right = true;
    guest_csr_set(sie, SIE_STIE);
    timer_count = 0;
    for (uint64_t i = 1; i <= 3; i++) {
        uint64_t due = guest_time() + GUEST_TIMEBASE_HZ / 100;
        if (timer_by_csr) {
            guest_csr_write(0x14d, due);
        } else {
            guest_set_timer(due);
        }
        right = right && wait_for_timer(i) && timer_time >= due && timer_count == i;
    }
    check(right, name);
    /* A deadline that has long passed interrupts at once. */
    if (timer_by_csr) {
        guest_csr_write(0x14d, 0);
    } else {
        guest_set_timer(0);
    }
    check(wait_for_timer(4), "a timer of the past");
    guest_csr_clear(sie, SIE_STIE);
}

/* ---- Cache blocks ---------------------------------------------------------------------------- */

static uint8_t block[8192] __attribute__((aligned(4096)));

static uint64_t cbo(void)
{
    trap_cause = 0;
    register uint64_t at __asm__("a0") = (uint64_t)&block[4096];
    __asm__ volatile(".word 0x0045200f" : : "r"(at) : "memory"); /* cbo.zero (a0) */
    return trap_cause;
}

static uint64_t cbo_manage(uint32_t which)
{
    trap_cause = 0;
    register uint64_t at __asm__("a0") = (uint64_t)&block[4096];
    if (which == 0) {
        __asm__ volatile(".word 0x0005200f" : : "r"(at) : "memory"); /* cbo.inval */
    } else if (which == 1) {
        __asm__ volatile(".word 0x0015200f" : : "r"(at) : "memory"); /* cbo.clean */
    } else {
        __asm__ volatile(".word 0x0025200f" : : "r"(at) : "memory"); /* cbo.flush */
    }
    return trap_cause;
}

static void check_cbo(void)
{
    memset(block, 0xa5, sizeof(block));
    guest_csr_set(0x10a, UINT64_C(0xf0)); /* senvcfg, which does not restrict VS-mode itself */
    uint64_t cause = cbo();
    check_iff("zicboz", cause);
    uint32_t zeroes = 0;
    for (uint32_t i = 0; i < sizeof(block); i++) {
        zeroes += block[i] == 0 ? 1 : 0;
    }
    check_is(zeroes, cause == 0 ? tree_cpu_u32(tree, "riscv,cboz-block-size") : 0,
             "cbo.zero clears riscv,cboz-block-size");
    for (uint32_t i = 0; i < 3; i++) {
        check_iff("zicbom", cbo_manage(i));
    }
    check((tree_cpu_u32(tree, "riscv,cbom-block-size") != 0) == tree_has_isa(tree, "zicbom"),
          "riscv,cbom-block-size iff zicbom");
    check((tree_cpu_u32(tree, "riscv,cbop-block-size") != 0) == tree_has_isa(tree, "zicbop"),
          "riscv,cbop-block-size iff zicbop");
}

/* ---- Page tables ----------------------------------------------------------------------------- */

static uint64_t root[512] __attribute__((aligned(4096)));

/* The cause of a load at 3 GiB, which `pte` maps to guest RAM. */
static uint64_t load_through(uint64_t pte)
{
    root[2] = PTE_OF(0x80000000) | PTE_LEAF;
    root[3] = pte;
    sfence_vma();
    guest_csr_write(satp, SATP_SV39(root));
    sfence_vma();
    trap_cause = 0;
    __asm__ volatile("li t0, 0xc0000000\n.option push\n.option norvc\nlw t1, 0(t0)\n.option pop"
                     :
                     :
                     : "t0", "t1", "memory");
    uint64_t cause = trap_cause;
    guest_csr_write(satp, 0);
    sfence_vma();
    return cause;
}

static void check_paging(void)
{
    uint64_t leaf = PTE_OF(0x80000000) | PTE_V | PTE_RWX | PTE_D;
    check_is(load_through(leaf | PTE_A), 0, "Sv39");
    uint64_t cause = load_through(leaf | PTE_A | UINT64_C(1) << 61);
    check_is(cause, tree_has_isa(tree, "svpbmt") ? 0 : 13, "svpbmt: works iff listed");
    bool updates = tree_has_isa(tree, "svadu") && !tree_has_isa(tree, "svade");
    cause = load_through(leaf);
    if (tree_has_isa(tree, "svadu") || tree_has_isa(tree, "svade")) {
        check_is(cause, updates ? 0 : 13, "svadu, svade: A = 0 faults as listed");
        check_is(root[3] & PTE_A, updates ? PTE_A : 0, "svadu, svade: A as listed");
    }
}

/* ---- The rest -------------------------------------------------------------------------------- */

static void check_csrs(void)
{
    check_iff("zicntr", PROBE("rdcycle t0"));
    check_iff("zicntr", PROBE("rdtime t0"));
    check_iff("zicntr", PROBE("rdinstret t0"));
    /* Firmware sets scounteren, and the vDSO of Linux relies on its value. */
    check_iff("zicntr", PROBE_USER("rdcycle t0"));
    check_iff("zicntr", PROBE_USER("rdtime t0"));
    check_iff("zicntr", PROBE_USER("rdinstret t0"));
    check_iff("zihpm", PROBE("csrr t0, hpmcounter3"));
    check_illegal("hpmcounter3 in user mode", PROBE_USER("csrr t0, hpmcounter3"));
    check_iff("sstc", PROBE("csrr t0, 0x14d"));
    check_iff("ssstateen", PROBE("csrr t0, 0x10c"));
    check_is(PROBE("csrr t0, 0x10a"), 0, "senvcfg");
    check_iff("ssaia", PROBE("csrr t0, 0x150"));              /* siselect */
    check_iff("ssaia", PROBE("li t0, 0x70\ncsrw 0x150, t0")); /* eidelivery, */
    check_iff("ssaia", PROBE("csrr t0, 0x151"));              /* by sireg */
    check_iff("ssaia", PROBE("csrr t0, 0x15c"));              /* stopei */
    check_iff("ssaia", PROBE("csrr t0, 0xdb0"));              /* stopi */
    check_illegal("no h: hstatus", PROBE("csrr t0, 0x600"));
    check_illegal("no h: vsstatus", PROBE("csrr t0, 0x200"));
    check_illegal("no h: hvip", PROBE("csrw 0x645, t0"));
    check_illegal("no h: hfence.gvma", PROBE(".word 0x62000073"));
    check_illegal("no h: hlv.d", PROBE(".word 0x6c02c2f3"));
    check_illegal("mstatus", PROBE("csrr t0, 0x300"));
    check_illegal("mret", PROBE(".word 0x30200073"));
    check(!tree_has_isa(tree, "h"), "h is not listed");
}

static void check_instructions(void)
{
    guest_csr_set(sstatus, SSTATUS_VS);
    check_iff("f", PROBE("mv t0, sp\n.word 0x0002a007"));       /* flw ft0, (t0) */
    check_iff("d", PROBE("mv t0, sp\n.word 0x0002b007"));       /* fld ft0, (t0) */
    check_iff("v", PROBE(".word 0xcd0072d7"));                  /* vsetivli t0, 0, e8, m1 */
    check_if("zvfhmin", PROBE(".word 0xcc8072d7, 0x4a861157")); /* e16; vfwcvt.f.f.v v2, v8 */
    guest_csr_clear(sstatus, SSTATUS_VS);
    check_illegal("v with VS = Off", PROBE(".word 0xcd0072d7"));
    check_if("m", PROBE("mul t0, t0, t0"));
    check_if("zicond", PROBE(".word 0x0e02d2b3"));            /* czero.eqz t0, t0, zero */
    check_if("zicbop", PROBE("mv t0, sp\n.word 0x0012e013")); /* prefetch.r 0(t0) */
    check_if("zihintntl", PROBE(".word 0x00500033"));         /* ntl.all */
    check_if("zihintpause", PROBE(".word 0x0100000f"));
    check_if("zimop", PROBE(".word 0x81c042f3"));                         /* mop.r.0 t0, zero */
    check_if("zcmop", PROBE(".half 0x6081, 0x0001"));                     /* c.mop.1, c.nop */
    check_if("zcb", PROBE("mv t1, s0\n.half 0x9c61, 0x0001\nmv s0, t1")); /* c.zext.b s0 */
    check_if("zabha", PROBE("mv t0, sp\n.word 0x0002802f")); /* amoadd.b zero, zero, (t0) */
    check_if("zacas", PROBE("mv t0, sp\n.word 0x2802a02f")); /* amocas.w zero, zero, (t0) */
    check_if("zawrs", PROBE(".word 0x01d00073"));            /* wrs.sto */
    check_if("zba", PROBE(".word 0x2052a2b3"));              /* sh1add t0, t0, t0 */
    check_if("zbb", PROBE(".word 0x60029293"));              /* clz t0, t0 */
    check_if("zbc", PROBE(".word 0x0a5292b3"));              /* clmul t0, t0, t0 */
    check_if("zbs", PROBE(".word 0x4852d293"));              /* bexti t0, t0, 5 */
    check_if("zfh", PROBE(".word 0xf4028053"));              /* fmv.h.x ft0, t0 */
    check_if("zfhmin", PROBE(".word 0xf4028053"));           /* the same */
    check_if("zfa", PROBE(".word 0xf0100053"));              /* fli.s ft0, -1.0 */
    check_if("svinval", PROBE(".word 0x18000073"));          /* sfence.w.inval */
}

void guest_main(uint64_t hart, const void *fdt)
{
    tree = fdt;
    const char *args = tree_bootargs(fdt);
    if (strcmp(args, "fail") == 0) {
        guest_put("guest: fails\n");
        guest_shutdown(true);
    }
    if (strcmp(args, "wild") == 0) {
        guest_put("guest: wild\n");
        check_is(PROBE("li t0, 0x40000000\nsd zero, 0(t0)"), 7, "a store where nothing is");
        check_end();
    }
    while (strcmp(args, "sleep") == 0) {
        __asm__ volatile("wfi");
    }
    check_is(hart, 0, "hart id");
    if (tree_has_isa(tree, "d")) {
        check_fp();
    }
    if (tree_has_isa(tree, "f")) {
        check_fp_device();
    }
    check_time();
    check_timer("timer by SBI");
    check_csrs();
    if (tree_has_isa(tree, "sstc")) {
        timer_by_csr = true;
        check_timer("timer by stimecmp");
    }
    check_cbo();
    check_paging();
    check_instructions();
    check_end();
}
