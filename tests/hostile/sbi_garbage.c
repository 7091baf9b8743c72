/* SPDX-License-Identifier: Apache-2.0 */
/* SBI calls with arguments that make no sense: the error of the specification, and nothing else. */
#include "hostile.h"

#define SUCCESS 0
#define NOT_SUPPORTED (-2)
#define INVALID_PARAM (-3)
#define INVALID_ADDRESS (-5)
#define ALREADY_AVAILABLE (-6)
#define ERROR_LAST (-13) /* The last error of SBI 3.0. */
#define ALL UINT64_MAX
#define HSM_STOPPED 1
#define HUGE_SIZE (UINT64_C(1) << 63)

static volatile uint64_t second_state;
static uint8_t buffer[64];

void hostile_second(uint64_t hart, uint64_t opaque)
{
    (void)hart;
    second_state = opaque;
    (void)guest_sbi(EXT_HSM, 1, 0, 0, 0);
}

struct call {
    const char *name;
    uint64_t ext, fid, a0, a1, a2;
    int64_t error;
};

static const struct call calls[] = {
    {"no_ext.0x12345", 0x12345, 0, 0, 0, 0, NOT_SUPPORTED},
    {"no_ext.all_ones", ALL, ALL, ALL, ALL, ALL, NOT_SUPPORTED},
    {"no_ext.upper_half", UINT64_C(0x100000010), 0, 0, 0, 0, NOT_SUPPORTED},
    {"no_ext.legacy_set_timer", 0, 0, 0, 0, 0, NOT_SUPPORTED},
    {"no_ext.legacy_putchar", 1, 0, 'x', 0, 0, NOT_SUPPORTED},
    {"no_ext.legacy_send_ipi", 4, 0, ALL, 0, 0, NOT_SUPPORTED},
    {"no_ext.legacy_shutdown", 8, 0, 0, 0, 0, NOT_SUPPORTED},
    {"no_ext.pmu", 0x504d55, 0, 0, 0, 0, NOT_SUPPORTED},
    {"no_ext.susp", 0x53555350, 0, 0, RAM, 0, NOT_SUPPORTED},
    {"no_ext.nacl", 0x4e41434c, 1, RAM, 0, 0, NOT_SUPPORTED},
    {"no_ext.sta", 0x535441, 0, RAM, 0, 0, NOT_SUPPORTED},
    {"base.fid", EXT_BASE, 99, 0, 0, 0, NOT_SUPPORTED},
    {"base.upper_half", EXT_BASE, UINT64_C(1) << 32, 0, 0, 0, NOT_SUPPORTED},
    {"base.probe_garbage", EXT_BASE, 3, ALL, 0, 0, SUCCESS},
    {"time.fid", EXT_TIME, 1, 0, 0, 0, NOT_SUPPORTED},
    {"time.never", EXT_TIME, 0, ALL, 0, 0, SUCCESS},
    {"ipi.fid", EXT_IPI, 1, 1, 0, 0, NOT_SUPPORTED},
    {"ipi.no_hart", EXT_IPI, 0, 4, 0, 0, INVALID_PARAM},
    {"ipi.all_ones", EXT_IPI, 0, ALL, 0, 0, INVALID_PARAM},
    {"ipi.base_far", EXT_IPI, 0, 1, 1000, 0, INVALID_PARAM},
    {"ipi.base_wraps", EXT_IPI, 0, 2, ALL - 1, 0, INVALID_PARAM},
    {"ipi.base_2", EXT_IPI, 0, 1, 2, 0, INVALID_PARAM},
    {"ipi.base_64", EXT_IPI, 0, 1, 64, 0, INVALID_PARAM},
    {"ipi.nobody", EXT_IPI, 0, 0, 0, 0, SUCCESS},
    {"ipi.stopped_hart", EXT_IPI, 0, 2, 0, 0, SUCCESS},
    {"rfence.fid", EXT_RFENCE, 7, 1, 0, 0, NOT_SUPPORTED},
    {"rfence.fid_all", EXT_RFENCE, ALL, 1, 0, 0, NOT_SUPPORTED},
    {"rfence.hfence_gvma", EXT_RFENCE, 4, 1, 0, 0, NOT_SUPPORTED},
    {"rfence.no_hart", EXT_RFENCE, 0, 4, 0, 0, INVALID_PARAM},
    {"rfence.base_far", EXT_RFENCE, 1, 1, 77, 0, INVALID_PARAM},
    {"rfence.stopped_hart", EXT_RFENCE, 0, 3, 0, 0, SUCCESS},
    {"hsm.fid", EXT_HSM, 4, 0, 0, 0, NOT_SUPPORTED},
    {"hsm.start_no_hart", EXT_HSM, 0, 2, RAM, 0, INVALID_PARAM},
    {"hsm.start_hart_all", EXT_HSM, 0, ALL, RAM, 0, INVALID_PARAM},
    {"hsm.start_self", EXT_HSM, 0, 0, RAM, 0, ALREADY_AVAILABLE},
    {"hsm.start_unmapped", EXT_HSM, 0, 1, UNMAPPED, 0, INVALID_ADDRESS},
    {"hsm.start_null", EXT_HSM, 0, 1, 0, 0, INVALID_ADDRESS},
    {"hsm.start_odd", EXT_HSM, 0, 1, RAM + 1, 0, INVALID_ADDRESS},
    {"hsm.start_behind", EXT_HSM, 0, 1, RAM + RAM_SIZE, 0, INVALID_ADDRESS},
    {"hsm.start_plic", EXT_HSM, 0, 1, PLIC, 0, INVALID_ADDRESS},
    {"hsm.start_rom", EXT_HSM, 0, 1, ROM, 0, INVALID_ADDRESS},
    {"hsm.start_all_ones", EXT_HSM, 0, 1, ALL, 0, INVALID_ADDRESS},
    {"hsm.start_high", EXT_HSM, 0, 1, UINT64_C(0xffffffc000000000), 0, INVALID_ADDRESS},
    {"hsm.status_no_hart", EXT_HSM, 2, 2, 0, 0, INVALID_PARAM},
    {"hsm.status_all_ones", EXT_HSM, 2, ALL, 0, 0, INVALID_PARAM},
    {"hsm.suspend_reserved", EXT_HSM, 3, 1, 0, 0, INVALID_PARAM},
    {"hsm.suspend_all_ones", EXT_HSM, 3, ALL, RAM, 0, INVALID_PARAM},
    {"hsm.suspend_unmapped", EXT_HSM, 3, 0x80000000, UNMAPPED, 0, INVALID_ADDRESS},
    {"hsm.suspend_odd", EXT_HSM, 3, 0x80000000, RAM + 3, 0, INVALID_ADDRESS},
    {"srst.fid", EXT_SRST, 1, 0, 0, 0, NOT_SUPPORTED},
    {"srst.type", EXT_SRST, 0, 3, 0, 0, INVALID_PARAM},
    {"srst.type_all_ones", EXT_SRST, 0, ALL, 0, 0, INVALID_PARAM},
    {"srst.reason", EXT_SRST, 0, 0, 2, 0, INVALID_PARAM},
    {"srst.reason_all_ones", EXT_SRST, 0, 0, ALL, 0, INVALID_PARAM},
    {"dbcn.fid", EXT_DBCN, 3, 1, RAM, 0, NOT_SUPPORTED},
    {"dbcn.write_huge", EXT_DBCN, 0, HUGE_SIZE, RAM, 0, INVALID_PARAM},
    {"dbcn.write_all_ones", EXT_DBCN, 0, ALL, RAM, 0, INVALID_PARAM},
    {"dbcn.write_wraps", EXT_DBCN, 0, 16, ALL - 7, 0, INVALID_PARAM},
    {"dbcn.write_behind", EXT_DBCN, 0, 2, RAM + RAM_SIZE - 1, 0, INVALID_PARAM},
    {"dbcn.write_unmapped", EXT_DBCN, 0, 1, UNMAPPED, 0, INVALID_PARAM},
    {"dbcn.write_plic", EXT_DBCN, 0, 4, PLIC, 0, INVALID_PARAM},
    {"dbcn.write_high_half", EXT_DBCN, 0, 1, RAM, 1, INVALID_PARAM},
    {"dbcn.write_high_va", EXT_DBCN, 0, 1, UINT64_C(0xffffffc000000000), 0, INVALID_PARAM},
    {"dbcn.write_nothing", EXT_DBCN, 0, 0, RAM, 0, SUCCESS},
    {"dbcn.read_rom", EXT_DBCN, 1, 16, ROM, 0, INVALID_PARAM},
    {"dbcn.read_unmapped", EXT_DBCN, 1, 16, UNMAPPED, 0, INVALID_PARAM},
    {"dbcn.read_huge", EXT_DBCN, 1, HUGE_SIZE, RAM, 0, INVALID_PARAM},
    {"dbcn.read_high_half", EXT_DBCN, 1, 1, RAM, ALL, INVALID_PARAM},
};

static void table(void)
{
    for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
        const struct call *c = &calls[i];
        hostile_check(c->name, (uint64_t)guest_sbi(c->ext, c->fid, c->a0, c->a1, c->a2).error,
                      (uint64_t)c->error);
    }
    hostile_check("hsm.status_still_stopped", guest_sbi(EXT_HSM, 2, 1, 0, 0).value, HSM_STOPPED);
    hostile_check("dbcn.read_nothing_typed",
                  guest_sbi(EXT_DBCN, 1, sizeof(buffer), (uint64_t)buffer, 0).value, 0);
}

/* a0 and a1 are the answer; all other registers are the caller's. */
static bool call_keeps_registers(const uint64_t in[8], uint64_t out[32])
{
    hostile_ecall(in, out);
    bool same = true;
    for (unsigned x = 1; x < 32; x++) {
        if (x == 2 || x == 10 || x == 11) {
            continue;
        }
        uint64_t was = x >= 12 && x <= 17 ? in[x - 10] : x * 0x0101;
        same = same && out[x] == was;
    }
    return same;
}

static void range_of_fence(void)
{
    uint64_t in[8] = {1, 0, ALL - 4095, 8192, 0, 0, 1, EXT_RFENCE};
    uint64_t out[32];
    hostile_check("rfence.wraps_keeps", call_keeps_registers(in, out), 1);
    hostile_check("rfence.wraps", out[10], (uint64_t)INVALID_ADDRESS);
    in[2] = 0;
    in[3] = ALL;
    hostile_ecall(in, out);
    hostile_check("rfence.everything", out[10], SUCCESS);
}

/* Calls that would end the guest, or print, are left out; hart 1 is not started. */
static bool is_harmless(const uint64_t in[8])
{
    switch (in[7]) {
    case EXT_SRST: return false;
    case EXT_HSM: return in[6] == 2 || in[6] > 3;
    case EXT_DBCN: return in[6] != 2 && (in[6] > 2 || in[1] < RAM || in[1] >= RAM + RAM_SIZE);
    default: return true;
    }
}

static uint64_t some_argument(void)
{
    static const uint64_t edge[] = {0, 1, 2, 3, 64, RAM, PLIC, ALL, HUGE_SIZE, UNMAPPED};
    uint64_t r = hostile_random();
    return r % 3 == 0 ? hostile_random() >> (r >> 8) % 64 : edge[(r >> 8) % 10];
}

static void random_calls(void)
{
    static const uint64_t exts[] = {EXT_BASE, EXT_TIME, EXT_IPI,  EXT_RFENCE,
                                    EXT_HSM,  EXT_SRST, EXT_DBCN, 0};
    uint64_t wrong_error = 0;
    uint64_t wrong_registers = 0;
    uint64_t tried = 0;
    for (unsigned i = 0; i < 20000; i++) {
        uint64_t in[8];
        uint64_t out[32];
        for (unsigned k = 0; k < 6; k++) {
            in[k] = some_argument();
        }
        in[6] = hostile_random() % 4 != 0 ? hostile_random() % 9 : some_argument();
        in[7] = hostile_random() % 8 != 0 ? exts[hostile_random() % 7] : some_argument();
        if (!is_harmless(in)) {
            continue;
        }
        wrong_registers += call_keeps_registers(in, out) ? 0 : 1;
        int64_t error = (int64_t)out[10];
        wrong_error += error > 0 || error < ERROR_LAST ? 1 : 0;
        tried++;
    }
    hostile_sweep_done("random.error", wrong_error, tried);
    hostile_sweep_done("random.registers", wrong_registers, tried);
}

/* After all that, a start at a good address works, again and again. */
static void good_start(void)
{
    for (uint64_t i = 1; i <= 3; i++) {
        uint64_t error = (uint64_t)guest_sbi(EXT_HSM, 0, 1, (uint64_t)_start, i).error;
        hostile_check("start.good", error, SUCCESS);
        uint64_t until = guest_time() + 5 * GUEST_TIMEBASE_HZ;
        while (guest_time() < until &&
               (second_state != i || guest_sbi(EXT_HSM, 2, 1, 0, 0).value != HSM_STOPPED)) {
        }
        hostile_check("start.ran", second_state, i);
    }
    (void)guest_sbi(EXT_TIME, 0, guest_time() + 1000, 0, 0);
    guest_csr_set(sie, UINT64_C(0x20));
    hostile_check("suspend.wakes", (uint64_t)guest_sbi(EXT_HSM, 3, 0, 0, 0).error, SUCCESS);
    guest_csr_clear(sie, UINT64_C(0x20));
}

void guest_main(uint64_t hart, const void *fdt)
{
    (void)hart;
    (void)fdt;
    hostile_begin();
    table();
    range_of_fence();
    random_calls();
    good_start();
    hostile_done("sbi_garbage");
    guest_shutdown(false);
}
