/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HS-mode's own faults and broken contracts: one dump over SBI, the embedder is told, then this
 * hart stops. Each is done at most twice, so that a fault in here ends, too.
 */
#include <hyp/arch/csr.h>
#include <hyp/arch/hart.h>
#include <hyp/arch/sbi_call.h>
#include <hyp/arch/world.h>
#include <hyp/base/types.h>

_Noreturn void hart_fault_report(const struct hart_fault_frame *f);
_Noreturn void hart_fault_nested(uint64_t depth);
_Noreturn void hart_panic_report(const struct hart_fault_frame *f);

static void put_char(char c)
{
    struct sbi_ret r = sbi_call(SBI_EXT_DBCN, SBI_DBCN_WRITE_BYTE, (uint8_t)c, 0, 0);
    if (r.error != SBI_SUCCESS) {
        (void)sbi_call(SBI_EXT_LEGACY_PUTCHAR, 0, (uint8_t)c, 0, 0);
    }
}

HYP_COLD static void put(const char *s)
{
    for (; *s != 0; s++) {
        put_char(*s);
    }
}

HYP_COLD static void put_hex(const char *name, uint64_t x)
{
    put(name);
    put("=0x");
    int shift = 60;
    while (shift > 0 && (x >> shift) == 0) {
        shift -= 4;
    }
    for (; shift >= 0; shift -= 4) {
        put_char("0123456789abcdef"[(x >> shift) & 15]);
    }
}

static bool is_muted(void)
{
    const bool *muted = hart_self()->muted;
    return muted != 0 && __atomic_load_n(muted, __ATOMIC_RELAXED);
}

HYP_COLD static void put_head(const char *what)
{
    const struct hart *h = hart_self();
    put("\030\033%G\017\033(B\033[0m\r\nhyp: panic=\""); /* CAN: a guest may have left a sequence
                                                            open. */
    put(what);
    put("\"");
    put_hex(" hart", h->id);
    put(" vm=");
    put(h->vm_name != 0 ? h->vm_name : "-");
    put(" build=");
    put(hyp_build_id);
    put("\r\n");
}

HYP_COLD static void put_gprs(const uint64_t gpr[32])
{
    static const char names[32][5] = {"zero", "ra", "sp",  "gp",  "tp", "t0", "t1", "t2",
                                      "s0",   "s1", "a0",  "a1",  "a2", "a3", "a4", "a5",
                                      "a6",   "a7", "s2",  "s3",  "s4", "s5", "s6", "s7",
                                      "s8",   "s9", "s10", "s11", "t3", "t4", "t5", "t6"};
    for (unsigned i = 1; i < 32; i++) {
        put((i & 3) == 1 ? "\r\n" : " ");
        put_hex(names[i], gpr[i]);
    }
    put("\r\n");
}

/* Once. */
HYP_COLD static void tell_embedder(void)
{
    struct hart *h = hart_self();
    void (*panicked)(struct hart *) = h->panicked;
    h->panicked = 0;
    if (panicked != 0) {
        panicked(h);
    }
}

HYP_COLD static _Noreturn void give_up(void)
{
    tell_embedder();
    hart_park();
}

/* The embedder may stop the VM that the console belongs to; where it does not, nothing is said. */
HYP_COLD static void require_voice(void)
{
    if (is_muted()) {
        tell_embedder();
    }
    if (is_muted()) {
        hart_park();
    }
}

HYP_COLD _Noreturn void hart_fault_report(const struct hart_fault_frame *f)
{
    require_voice();
    put_head("fault in HS-mode");
    put_hex("scause", f->scause);
    put_hex(" sepc", f->sepc);
    put_hex(" stval", f->stval);
    put_hex(" hstatus", f->hstatus);
    put_gprs(f->gpr);
    give_up();
}

/* The frame has hyp_panic_at()'s arguments in a0 … a2. */
HYP_COLD _Noreturn void hart_panic_report(const struct hart_fault_frame *f)
{
    require_voice();
    put_head((const char *)f->gpr[12]);
    put((const char *)f->gpr[10]);
    put_hex(" line", f->gpr[11]);
    put_gprs(f->gpr);
    give_up();
}

/* depth: 1 where the report faulted, 2 where this did. */
HYP_COLD _Noreturn void hart_fault_nested(uint64_t depth)
{
    if (depth == 1) {
        put(is_muted() ? "" : "\r\nhyp: panic=nested\r\n");
        give_up();
    }
    hart_park();
}

_Noreturn void hart_park(void)
{
    csr_write(CSR_SIE, 0);
    (void)sbi_call(SBI_EXT_HSM, SBI_HSM_STOP, 0, 0, 0);
    for (;;) {
        hart_wait();
    }
}
