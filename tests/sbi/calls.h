/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SBI calls of a guest and their results, as plain data: RISC-V SBI specification 3.0. The guest
 * (guest.c) and the host test of libvm (calls_test.c) make the same calls.
 *
 * The VM has the vCPUs 0, 1 and 2. vCPU 0 calls; vCPU 2 is stopped. A VM without a console lacks
 * DBCN, a machine whose counters cannot be kept to the guest lacks PMU.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define SBI_RAM UINT64_C(0x80000000)
#define SBI_ROM UINT64_C(0x90000000)  /* A page to read and execute. */
#define SBI_DATA UINT64_C(0xa0000000) /* A page to read and write. */
#define SBI_HOLE UINT64_C(0x40000000)
#define SBI_PAGE UINT64_C(0x1000)
#define SBI_VCPUS 3

#define ERR_NOT_SUPPORTED (-2)
#define ERR_INVALID_PARAM (-3)
#define ERR_INVALID_ADDRESS (-5)
#define ERR_ALREADY_AVAILABLE (-6)
#define ERR_NO_SHMEM (-9)

#define BASE 0x10
#define TIME 0x54494d45
#define IPI 0x735049
#define RFENCE 0x52464e43
#define HSM 0x48534d
#define SRST 0x53525354
#define PMU 0x504d55
#define DBCN 0x4442434e
#define SUSP 0x53555350
#define CPPC 0x43505043
#define NACL 0x4e41434c
#define STA 0x535441
#define SSE 0x535345
#define FWFT 0x46574654
#define DBTR 0x44425452
#define MPXY 0x4d505859

#define LEGACY_LAST 0x0f /* These calls return nothing in a1: it is preserved. */

enum sbi_presence { ABSENT, PRESENT, OPTIONAL };

/*
 * All extensions. While one is absent, each function of it is an error, and probe_extension says 0.
 * The ranges at the end have their first and last id, and the ids of known implementations.
 */
struct sbi_extension {
    const char *name;
    uint64_t eid;
    uint64_t functions; /* Function ids are 0 … functions - 1. */
    enum sbi_presence presence;
};

static const struct sbi_extension sbi_extensions[] = {
    {"legacy set_timer", 0x00, 1, ABSENT},
    {"legacy console_putchar", 0x01, 1, ABSENT},
    {"legacy console_getchar", 0x02, 1, ABSENT},
    {"legacy clear_ipi", 0x03, 1, ABSENT},
    {"legacy send_ipi", 0x04, 1, ABSENT},
    {"legacy remote_fence_i", 0x05, 1, ABSENT},
    {"legacy remote_sfence_vma", 0x06, 1, ABSENT},
    {"legacy remote_sfence_vma_asid", 0x07, 1, ABSENT},
    {"legacy shutdown", 0x08, 1, ABSENT},
    {"legacy reserved 9", 0x09, 1, ABSENT},
    {"legacy reserved a", 0x0a, 1, ABSENT},
    {"legacy reserved b", 0x0b, 1, ABSENT},
    {"legacy reserved c", 0x0c, 1, ABSENT},
    {"legacy reserved d", 0x0d, 1, ABSENT},
    {"legacy reserved e", 0x0e, 1, ABSENT},
    {"legacy reserved f", 0x0f, 1, ABSENT},
    {"BASE", BASE, 7, PRESENT},
    {"TIME", TIME, 1, PRESENT},
    {"IPI", IPI, 1, PRESENT},
    {"RFENCE", RFENCE, 7, PRESENT},
    {"HSM", HSM, 4, PRESENT},
    {"SRST", SRST, 1, PRESENT},
    {"PMU", PMU, 9, OPTIONAL},
    {"DBCN", DBCN, 3, OPTIONAL},
    {"SUSP", SUSP, 1, ABSENT},
    {"CPPC", CPPC, 4, ABSENT},
    {"NACL", NACL, 5, ABSENT},
    {"STA", STA, 1, ABSENT},
    {"SSE", SSE, 10, ABSENT},
    {"FWFT", FWFT, 2, ABSENT},
    {"DBTR", DBTR, 8, ABSENT},
    {"MPXY", MPXY, 8, ABSENT},
    {"experimental first", 0x08000000, 1, ABSENT},
    {"experimental last", 0x08ffffff, 1, ABSENT},
    {"vendor first", 0x09000000, 1, ABSENT},
    {"vendor SiFive", 0x09000489, 1, ABSENT},
    {"vendor last", 0x09ffffff, 1, ABSENT},
    {"firmware first", 0x0a000000, 1, ABSENT},
    {"firmware OpenSBI", 0x0a000001, 1, ABSENT},
    {"firmware libhyp", 0x0a687970, 1, ABSENT},
    {"firmware last", 0x0affffff, 1, ABSENT},
};

/* Function ids beside those of any extension; the last ones have a right id in bits 31:0. */
static const uint64_t sbi_no_functions[] = {
    16,
    0x7fffffff,
    0x80000000,
    0xffffffff,
    UINT64_MAX,
    UINT64_C(0xffffffff80000000),
    UINT64_C(1) << 63,
    UINT64_C(1) << 32,
    UINT64_C(1) << 32 | 1,
    UINT64_C(1) << 32 | 2,
};

enum sbi_vcpu_1 { STOPPED, STARTED, SUSPENDED }; /* State of vCPU 1 at the call. */

struct sbi_call {
    uint64_t eid;
    uint64_t fid;
    uint64_t arg[6];
    int64_t error;
    uint64_t value; /* a1; 0 beside an error, where the specification leaves it open. */
    enum sbi_vcpu_1 vcpu_1;
};

#define ALL UINT64_MAX /* hart_mask_base: all harts. */
#define TOP (UINT64_C(1) << 63)
#define HIGH (UINT64_C(1) << 32) /* The lowest bit that a 32-bit parameter does not have. */

/* clang-format off: a row is a line. */
#define CALL(e, f, err, ...)                                           \
    {                                                                  \
        .eid = (e), .fid = (f), .error = (err), .arg = { __VA_ARGS__ } \
    }
#define GETS(e, f, val, ...)                                           \
    {                                                                  \
        .eid = (e), .fid = (f), .value = (val), .arg = { __VA_ARGS__ } \
    }
#define BESIDE(state, ...)             \
    {                                  \
        .vcpu_1 = (state), __VA_ARGS__ \
    }

/* "Hart list parameter": mask and base, of each function that takes them. */
#define HART_MASKS(eid, fid)                                                                       \
    CALL(eid, fid, 0, 1, 0), CALL(eid, fid, 0, 7, 0), CALL(eid, fid, 0, 6, 0),                     \
        CALL(eid, fid, 0, 1, 2), CALL(eid, fid, 0, 0, ALL),                                        \
        CALL(eid, fid, 0, UINT64_MAX, ALL),               /* The mask is ignored. */               \
        CALL(eid, fid, 0, 0, 0), CALL(eid, fid, 0, 0, 3), /* The base alone need not be a hart. */ \
        CALL(eid, fid, 0, 0, TOP), CALL(eid, fid, ERR_INVALID_PARAM, 8, 0),                        \
        CALL(eid, fid, ERR_INVALID_PARAM, 9, 0), CALL(eid, fid, ERR_INVALID_PARAM, TOP, 0),        \
        CALL(eid, fid, ERR_INVALID_PARAM, UINT64_MAX, 0), CALL(eid, fid, ERR_INVALID_PARAM, 2, 2), \
        CALL(eid, fid, ERR_INVALID_PARAM, 1, 3), CALL(eid, fid, ERR_INVALID_PARAM, 1, 63),         \
        CALL(eid, fid, ERR_INVALID_PARAM, 1, 64), CALL(eid, fid, ERR_INVALID_PARAM, 1, HIGH),      \
        CALL(eid, fid, ERR_INVALID_PARAM, 1, TOP), CALL(eid, fid, ERR_INVALID_PARAM, 1, ALL - 1),  \
        CALL(eid, fid, ERR_INVALID_PARAM, 2, ALL - 1)

/* Ranges of virtual addresses: start and size. */
#define RANGES(fid, mask, base)                                                              \
    CALL(RFENCE, fid, 0, mask, base, 0, 0), CALL(RFENCE, fid, 0, mask, base, 0, UINT64_MAX), \
        CALL(RFENCE, fid, 0, mask, base, UINT64_MAX, UINT64_MAX),                            \
        CALL(RFENCE, fid, 0, mask, base, 1, 0),                                              \
        CALL(RFENCE, fid, 0, mask, base, SBI_RAM, SBI_PAGE),                                 \
        CALL(RFENCE, fid, 0, mask, base, SBI_RAM + 1, 1),                                    \
        CALL(RFENCE, fid, 0, mask, base, UINT64_MAX, 1),                                     \
        CALL(RFENCE, fid, 0, mask, base, 2, UINT64_MAX - 1), /* It ends at 2^64. */          \
        CALL(RFENCE, fid, 0, mask, base, TOP, TOP),                                          \
        CALL(RFENCE, fid, ERR_INVALID_ADDRESS, mask, base, UINT64_MAX, 2),                   \
        CALL(RFENCE, fid, ERR_INVALID_ADDRESS, mask, base, 3, UINT64_MAX - 1),               \
        CALL(RFENCE, fid, ERR_INVALID_ADDRESS, mask, base, TOP, TOP + 1),                    \
        CALL(RFENCE, fid, ERR_INVALID_ADDRESS, mask, base, TOP + 1, TOP)

/* Functions for guests with the H extension, which none has: an error whatever the arguments. */
#define HFENCE(fid)                                                                         \
    CALL(RFENCE, fid, ERR_NOT_SUPPORTED, 1, 0), CALL(RFENCE, fid, ERR_NOT_SUPPORTED, 8, 0), \
        CALL(RFENCE, fid, ERR_NOT_SUPPORTED, 1, 0, UINT64_MAX, 2),                          \
        CALL(RFENCE, fid, ERR_NOT_SUPPORTED, 0, ALL, SBI_RAM, SBI_PAGE, UINT64_MAX)

/* Addresses at which the guest cannot execute an instruction. */
#define NO_CODE(fid, first)                                             \
    CALL(HSM, fid, ERR_INVALID_ADDRESS, first, SBI_HOLE),               \
        CALL(HSM, fid, ERR_INVALID_ADDRESS, first, 0),                  \
        CALL(HSM, fid, ERR_INVALID_ADDRESS, first, SBI_RAM + 1),        \
        CALL(HSM, fid, ERR_INVALID_ADDRESS, first, SBI_RAM - 2),        \
        CALL(HSM, fid, ERR_INVALID_ADDRESS, first, SBI_ROM + SBI_PAGE), \
        CALL(HSM, fid, ERR_INVALID_ADDRESS, first, SBI_DATA),           \
        CALL(HSM, fid, ERR_INVALID_ADDRESS, first, SBI_RAM | TOP),      \
        CALL(HSM, fid, ERR_INVALID_ADDRESS, first, UINT64_MAX - 1)

#define SUSPEND(type) CALL(HSM, 3, ERR_INVALID_PARAM, type, SBI_RAM)
#define RESET(type, reason) CALL(SRST, 0, ERR_INVALID_PARAM, type, reason)
#define NO_BUFFER(fid, ...) CALL(DBCN, fid, ERR_INVALID_PARAM, __VA_ARGS__)

static const struct sbi_call sbi_calls[] = {
    /* "Base Extension": version 2.0; libhyp's id; 0 for the machine, which is not shown. */
    GETS(BASE, 0, 2 << 24, 0), GETS(BASE, 1, 0x687970, 0), GETS(BASE, 2, 1, 0), GETS(BASE, 4, 0, 0),
    GETS(BASE, 5, 0, 0), GETS(BASE, 6, 0, 0),

    /* "Timer Extension": always a success. */
    CALL(TIME, 0, 0, 0), CALL(TIME, 0, 0, TOP), CALL(TIME, 0, 0, UINT64_MAX),

    /* "IPI Extension" */
    HART_MASKS(IPI, 0),

    /* "RFENCE Extension" */
    HART_MASKS(RFENCE, 0), HART_MASKS(RFENCE, 1), HART_MASKS(RFENCE, 2),
    CALL(RFENCE, 0, 0, 1, 0, UINT64_MAX, 2), /* fence.i has no range, */
    RANGES(1, 1, 0), RANGES(1, 0, ALL), RANGES(2, 1, 0), RANGES(2, 0, ALL),
    CALL(RFENCE, 1, 0, 1, 0, 0, 0, UINT64_MAX), /* and this function no ASID. */
    CALL(RFENCE, 2, 0, 1, 0, 0, 0, 1), CALL(RFENCE, 2, 0, 1, 0, 0, 0, 0xffff),
    CALL(RFENCE, 2, ERR_INVALID_PARAM, 1, 0, 0, 0, 0x10000), /* An ASID has 16 bits at most. */
    CALL(RFENCE, 2, ERR_INVALID_PARAM, 0, ALL, SBI_RAM, SBI_PAGE, HIGH),
    CALL(RFENCE, 2, ERR_INVALID_PARAM, 1, 0, 0, UINT64_MAX, UINT64_MAX), HFENCE(3), HFENCE(4),
    HFENCE(5), HFENCE(6),

    /* "Hart State Management Extension" */
    CALL(HSM, 0, ERR_ALREADY_AVAILABLE, 0, SBI_RAM),
    BESIDE(STARTED, .eid = HSM, .fid = 0, .arg = {1, SBI_RAM}, .error = ERR_ALREADY_AVAILABLE),
    BESIDE(SUSPENDED, .eid = HSM, .fid = 0, .arg = {1, SBI_RAM}, .error = ERR_ALREADY_AVAILABLE),
    CALL(HSM, 0, ERR_INVALID_PARAM, 3, SBI_RAM), CALL(HSM, 0, ERR_INVALID_PARAM, 64, SBI_RAM),
    CALL(HSM, 0, ERR_INVALID_PARAM, HIGH, SBI_RAM),
    CALL(HSM, 0, ERR_INVALID_PARAM, HIGH | 1, SBI_RAM),
    CALL(HSM, 0, ERR_INVALID_PARAM, UINT64_MAX, SBI_RAM), NO_CODE(0, 1), GETS(HSM, 2, 0, 0),
    GETS(HSM, 2, 1, 1), /* vCPU 1 is still stopped: the errors above have not started it. */
    BESIDE(STARTED, .eid = HSM, .fid = 2, .arg = {1}, .value = 0),
    BESIDE(SUSPENDED, .eid = HSM, .fid = 2, .arg = {1}, .value = 4),
    CALL(HSM, 2, ERR_INVALID_PARAM, 3), CALL(HSM, 2, ERR_INVALID_PARAM, 64),
    CALL(HSM, 2, ERR_INVALID_PARAM, HIGH), CALL(HSM, 2, ERR_INVALID_PARAM, UINT64_MAX),
    SUSPEND(0x00000001), SUSPEND(0x0fffffff), SUSPEND(0x10000000), SUSPEND(0x7fffffff),
    SUSPEND(0x80000001), SUSPEND(0x8fffffff), SUSPEND(0x90000000), SUSPEND(0xffffffff),
    SUSPEND(HIGH | 1), SUSPEND(UINT64_MAX), NO_CODE(3, 0x80000000),
    NO_CODE(3, HIGH | 0x80000000), /* The type has 32 bits. */

    /* "System Reset Extension" */
    RESET(0x00000003, 0), RESET(0xefffffff, 0), RESET(0xf0000000, 0), RESET(0xffffffff, 0),
    RESET(UINT64_MAX, 0), RESET(HIGH | 3, 0), RESET(0, 0x00000002), RESET(0, 0xdfffffff),
    RESET(0, 0xe0000000), RESET(0, 0xefffffff), RESET(0, 0xf0000000), RESET(1, 0xffffffff),
    RESET(2, HIGH | 2), RESET(3, 2),

    /* "Debug Console Extension", "Shared memory physical address range parameter" */
    GETS(DBCN, 0, 0, 0, SBI_RAM, 0), NO_BUFFER(0, 1, SBI_HOLE), NO_BUFFER(0, 1, 0),
    NO_BUFFER(0, 1, SBI_RAM - 1), NO_BUFFER(0, 2, SBI_RAM - 1), NO_BUFFER(0, 1, SBI_ROM + SBI_PAGE),
    NO_BUFFER(0, 2, SBI_ROM + SBI_PAGE - 1), NO_BUFFER(0, SBI_PAGE + 1, SBI_ROM),
    NO_BUFFER(0, UINT64_MAX, SBI_RAM), NO_BUFFER(0, 1, UINT64_MAX), NO_BUFFER(0, 2, UINT64_MAX),
    NO_BUFFER(0, 1, SBI_RAM, 1), /* The high part of the address. */
    NO_BUFFER(0, 1, SBI_RAM, TOP), NO_BUFFER(0, 1, SBI_RAM, UINT64_MAX),
    GETS(DBCN, 1, 0, 0, SBI_RAM, 0), GETS(DBCN, 1, 0, 1, SBI_DATA, 0), /* There is no input. */
    GETS(DBCN, 1, 0, SBI_PAGE, SBI_DATA, 0),
    NO_BUFFER(1, 1, SBI_ROM), /* Memory that the guest may not write. */
    NO_BUFFER(1, 1, SBI_HOLE), NO_BUFFER(1, 2, SBI_DATA - 1), NO_BUFFER(1, SBI_PAGE + 1, SBI_DATA),
    NO_BUFFER(1, UINT64_MAX, SBI_DATA), NO_BUFFER(1, 1, SBI_DATA, 1),
    NO_BUFFER(1, 1, SBI_DATA, TOP), CALL(DBCN, 2, 0, '\n'),
    CALL(DBCN, 2, 0, HIGH | 0x100 | '\n'), /* The byte is the parameter's lowest. */

    /* "Performance Monitoring Unit Extension"; tests/pmu has calls that succeed. Counter 1 is time.
     */
    CALL(PMU, 1, ERR_INVALID_PARAM, 1), CALL(PMU, 1, ERR_INVALID_PARAM, 32),
    CALL(PMU, 1, ERR_INVALID_PARAM, HIGH), CALL(PMU, 1, ERR_INVALID_PARAM, UINT64_MAX),
    CALL(PMU, 2, ERR_INVALID_PARAM, 0, 2, 0, 1), /* cycles */
    CALL(PMU, 2, ERR_INVALID_PARAM, UINT64_MAX, 1, 0, 1),
    CALL(PMU, 2, ERR_NOT_SUPPORTED, 0, 1, 0, 0xf0000), /* An event of the firmware. */
    CALL(PMU, 3, ERR_INVALID_PARAM, 0, 2), CALL(PMU, 3, ERR_INVALID_PARAM, 32, 1),
    CALL(PMU, 3, ERR_INVALID_PARAM, UINT64_MAX, 2), CALL(PMU, 3, ERR_NO_SHMEM, 0, 1, 2),
    CALL(PMU, 4, ERR_INVALID_PARAM, 0, 2), CALL(PMU, 4, ERR_INVALID_PARAM, HIGH, 1),
    CALL(PMU, 4, ERR_NO_SHMEM, 0, 1, 2),
    CALL(PMU, 5, ERR_INVALID_PARAM, 0), /* A counter of hardware. */
    CALL(PMU, 5, ERR_INVALID_PARAM, UINT64_MAX), CALL(PMU, 6, ERR_INVALID_PARAM, 0),
    CALL(PMU, 7, ERR_NOT_SUPPORTED, SBI_DATA, 0, 0),    /* There are no snapshots. */
    CALL(PMU, 8, ERR_NOT_SUPPORTED, SBI_DATA, 0, 1, 0), /* SBI 3.0 */
};
/* clang-format on */

#define SBI_COUNT(a) (sizeof(a) / sizeof((a)[0]))

static inline const struct sbi_extension *sbi_extension_of(uint64_t eid)
{
    for (unsigned i = 0; i < SBI_COUNT(sbi_extensions); i++) {
        if (sbi_extensions[i].eid == eid) {
            return &sbi_extensions[i];
        }
    }
    return 0;
}
