/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A guest that makes every SBI call of calls.h, each function of every extension, and ids beside
 * them, with different values in all other registers. A line for each call that is answered
 * wrongly, a check for each group. Bootargs "silent": the VM has no console, and its end alone
 * tells. Bootargs "pmu": the VM has counters.
 */
#include "tests/qemu/check.h"
#include "tests/sbi/calls.h"

#include <string.h>

#define FILL UINT64_C(0x9e3779b97f4a7c15)
#define ECALL 0x73
#define SSIE UINT64_C(0x2)
#define WAIT_S 5

void exits_run(uint64_t frame[35]); /* x0 … x31, scause, stval, sepc: tests/qemu/exits.S */
extern volatile uint32_t exits_slot;

static bool silent;
static bool has_pmu;
static uint64_t calls;
static uint64_t wrong;

/* The state that vCPU 1 shall have. */
static volatile enum sbi_vcpu_1 order;

uint64_t guest_trap(uint64_t cause, uint64_t epc, uint64_t tval)
{
    (void)cause, (void)tval;
    check(false, "an unexpected trap");
    guest_shutdown(true);
    return epc;
}

static bool is_present(uint64_t eid)
{
    const struct sbi_extension *ext = sbi_extension_of(eid);
    if (ext != 0 && ext->presence == OPTIONAL) {
        return eid == DBCN ? !silent : has_pmu;
    }
    return ext != 0 && ext->presence == PRESENT;
}

static void put_wrong(const char *what, const struct sbi_call *call, const uint64_t f[35])
{
    const uint64_t shown[] = {call->eid,    call->fid,    call->arg[0], call->arg[1], call->arg[2],
                              call->arg[3], call->arg[4], f[10],        f[11],        f[32]};
    guest_put(what);
    guest_put(": eid, fid, a0 to a4; a0, a1, scause:");
    for (unsigned i = 0; i < SBI_COUNT(shown); i++) {
        guest_put(" ");
        guest_put_hex(shown[i]);
    }
    guest_put("\n");
    wrong++;
}

/* All registers but a0 and a1 are preserved; no call traps. */
static void make(const struct sbi_call *call)
{
    uint64_t was[35];
    uint64_t f[35];
    for (unsigned i = 0; i < 35; i++) {
        was[i] = i * FILL ^ calls;
    }
    memcpy(&was[10], call->arg, sizeof(call->arg));
    was[16] = call->fid;
    was[17] = call->eid;
    memcpy(f, was, sizeof(f));
    exits_run(f);
    calls++;
    if (f[32] != 0) {
        put_wrong("trap", call, f);
    } else if ((int64_t)f[10] != call->error || f[11] != call->value) {
        put_wrong("answer", call, f);
    }
    for (unsigned i = 1; i < 32; i++) {
        if (f[i] != was[i] && i != 10 && i != 11) {
            put_wrong("register", call, f);
        }
    }
}

/* With zeros and with ones in a0 to a5. */
static void make_unsupported(uint64_t eid, uint64_t fid)
{
    struct sbi_call call = {.eid = eid, .fid = fid, .error = ERR_NOT_SUPPORTED};
    make(&call);
    memset(call.arg, 0xff, sizeof(call.arg));
    call.value = eid <= LEGACY_LAST ? call.arg[1] : 0;
    make(&call);
}

static void probe(uint64_t eid)
{
    make(&(struct sbi_call)GETS(BASE, 3, is_present(eid), eid));
}

static void check_group(const char *name)
{
    check(wrong == 0, name);
    wrong = 0;
}

static void check_extension(const struct sbi_extension *ext)
{
    probe(ext->eid);
    for (uint64_t fid = is_present(ext->eid) ? ext->functions : 0; fid < 16; fid++) {
        make_unsupported(ext->eid, fid);
    }
    for (unsigned i = 0; i < SBI_COUNT(sbi_no_functions); i++) {
        make_unsupported(ext->eid, sbi_no_functions[i]);
    }
    check_group(ext->name);
}

/* Ids that differ from an extension's by one bit, or by one. */
static void check_neighbours(uint64_t eid)
{
    for (unsigned bit = 0; bit < 66; bit++) {
        uint64_t other = bit < 64 ? eid ^ UINT64_C(1) << bit : bit == 64 ? eid - 1 : eid + 1;
        probe(other);
        if (!is_present(other)) {
            make_unsupported(other, 0);
            make_unsupported(other, 1);
        }
    }
}

static void check_calls(enum sbi_vcpu_1 state, const char *name)
{
    for (unsigned i = 0; i < SBI_COUNT(sbi_calls); i++) {
        struct sbi_call call = sbi_calls[i];
        if (call.vcpu_1 != state) {
            continue;
        }
        if (!is_present(call.eid)) {
            call.error = ERR_NOT_SUPPORTED;
            call.value = 0;
        }
        make(&call);
    }
    check_group(name);
}

static uint64_t status_of_1(void)
{
    return guest_sbi(HSM, 2, 1, 0, 0).value;
}

static void wait_for_status(uint64_t status)
{
    uint64_t end = guest_time() + WAIT_S * GUEST_TIMEBASE_HZ;
    while (status_of_1() != status && guest_time() < end) {
    }
    check_is(status_of_1(), status, "state of vCPU 1");
}

static void be_vcpu_1(void)
{
    while (order == STARTED) {
    }
    guest_csr_clear(sip, SSIE); /* IPIs of the calls. */
    guest_csr_set(sie, SSIE);
    (void)guest_sbi(HSM, 3, 0, 0, 0);
    (void)guest_sbi(HSM, 1, 0, 0, 0);
}

void guest_main(uint64_t hart, const void *fdt)
{
    if (hart == 1) {
        be_vcpu_1();
    }
    silent = strcmp(tree_bootargs(fdt), "silent") == 0;
    has_pmu = strcmp(tree_bootargs(fdt), "pmu") == 0;
    exits_slot = ECALL;
    __asm__ volatile("fence.i" : : : "memory");
    for (unsigned i = 0; i < SBI_COUNT(sbi_extensions); i++) {
        check_extension(&sbi_extensions[i]);
    }
    for (unsigned i = 0; i < SBI_COUNT(sbi_extensions); i++) {
        check_neighbours(sbi_extensions[i].eid);
    }
    probe(UINT64_MAX);
    check_group("ids beside those of extensions");
    check_calls(STOPPED, "calls");
    order = STARTED;
    (void)guest_sbi(HSM, 0, 1, (uint64_t)_start, 0);
    wait_for_status(0);
    check_calls(STARTED, "calls beside a started vCPU");
    order = SUSPENDED;
    wait_for_status(4);
    check_calls(SUSPENDED, "calls beside a suspended vCPU");
    (void)guest_sbi(IPI, 0, 2, 0, 0);
    wait_for_status(1);
    guest_put("sbi: ");
    guest_put_dec(calls);
    guest_put(" calls\n");
    check_end();
}
