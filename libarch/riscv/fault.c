/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reports faults of HS-mode and failed assertions: writes a dump over SBI, calls the embedder's
 * panicked(), then stops this hart. A fault in the report goes to hart_fault_nested(), which does
 * less each time, so that reporting always ends.
 */
#include <hyp/arch/csr.h>
#include <hyp/arch/hart.h>
#include <hyp/arch/mem.h>
#include <hyp/arch/sbi_call.h>
#include <hyp/arch/world.h>
#include <hyp/base/types.h>

#define STACK_DUMP 1024u   /* Bytes of the stack that a dump shows, from sp upwards. */
#define STACK_REACH 16384u /* A stack pointer farther below the top belongs to no stack. */

_Noreturn void hart_fault_report(const struct hart_fault_frame *frame);
_Noreturn void hart_fault_nested(uint64_t depth);
_Noreturn void hart_panic_report(const struct hart_fault_frame *frame);

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

HYP_COLD static void put_digit(uint64_t x)
{
    put_char("0123456789abcdef"[x & 15]);
}

HYP_COLD static void put_number(uint64_t x)
{
    put("0x");
    int shift = 60;
    while (shift > 0 && (x >> shift) == 0) {
        shift -= 4;
    }
    for (; shift >= 0; shift -= 4) {
        put_digit(x >> shift);
    }
}

HYP_COLD static void put_hex(const char *name, uint64_t x)
{
    put(name);
    put("=");
    put_number(x);
}

static bool is_muted(void)
{
    const bool *muted = hart_self()->muted;
    return muted != NULL && __atomic_load_n(muted, __ATOMIC_RELAXED);
}

HYP_COLD static void put_head(const char *what)
{
    const struct hart *hart = hart_self();
    /* CAN first: a guest may have left an escape sequence incomplete. */
    put("\030\033%G\017\033(B\033[0m\r\nhyp: panic=\"");
    put(what);
    put("\"");
    put_hex(" hart", hart->id);
    put(" vm=");
    put(hart->vm_name != NULL ? hart->vm_name : "-");
    put(" build=");
    put(hyp_build_name);
    put(" build_id=");
    for (unsigned i = 0; i < HYP_BUILD_ID_SIZE; i++) {
        put_digit(hyp_build_id[i] >> 4);
        put_digit(hyp_build_id[i]);
    }
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

/* A load that faults is no fault of the report. Only the stack is read: devices are mapped, too. */
HYP_COLD static void put_stack(uint64_t sp)
{
    uint64_t top = hart_self()->stack_top;
    uint64_t start = sp & ~(uint64_t)7;
    if (start >= top || top - start > STACK_REACH) {
        start = top - STACK_DUMP;
    }
    uint64_t end = top - start > STACK_DUMP ? start + STACK_DUMP : top;
    for (uint64_t at = start; at < end; at += 8) {
        if (((at - start) & 31) == 0) {
            put_hex(at == start ? "stack" : "\r\nstack", at);
        }
        put(" ");
        if (mem_find_inaccessible(at, at + 1, false) == at) {
            put("-");
        } else {
            put_number(*(const volatile uint64_t *)(uintptr_t)at);
        }
    }
    put("\r\n");
}

/* Calls the embedder's panicked(), at most once. */
HYP_COLD static void call_panicked(const struct hart_fault_frame *fault)
{
    struct hart *hart = hart_self();
    void (*panicked)(struct hart *, const struct hart_fault_frame *) = hart->panicked;
    hart->panicked = NULL;
    if (panicked != NULL) {
        panicked(hart, fault);
    }
}

HYP_COLD static _Noreturn void call_panicked_and_park(const struct hart_fault_frame *fault)
{
    call_panicked(fault);
    hart_park();
}

/*
 * While dumps are muted, lets the embedder act first: it may stop the VM that owns the console. If
 * dumps stay muted, this hart stops without one.
 */
HYP_COLD static void unmute_or_park(const struct hart_fault_frame *fault)
{
    if (is_muted()) {
        call_panicked(fault);
    }
    if (is_muted()) {
        hart_park();
    }
}

HYP_COLD _Noreturn void hart_fault_report(const struct hart_fault_frame *frame)
{
    unmute_or_park(frame);
    put_head("fault in HS-mode");
    put_hex("scause", frame->scause);
    put_hex(" sepc", frame->sepc);
    put_hex(" stval", frame->stval);
    put_hex(" hstatus", frame->hstatus);
    put_gprs(frame->gpr);
    put_stack(frame->gpr[2]);
    call_panicked_and_park(frame);
}

/* The frame holds the arguments of hyp_panic_at() in a0 … a2. */
HYP_COLD _Noreturn void hart_panic_report(const struct hart_fault_frame *frame)
{
    unmute_or_park(NULL);
    put_head((const char *)frame->gpr[12]);
    put((const char *)frame->gpr[10]);
    put_hex(" line", frame->gpr[11]);
    put_gprs(frame->gpr);
    put_stack(frame->gpr[2]);
    call_panicked_and_park(NULL);
}

/* depth: 1 if the report has faulted, 2 if this function has. */
HYP_COLD _Noreturn void hart_fault_nested(uint64_t depth)
{
    if (depth == 1) {
        put(is_muted() ? "" : "\r\nhyp: panic=nested\r\n");
        call_panicked_and_park(NULL);
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
