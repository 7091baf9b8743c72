/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The seam to the firmware below: SBI calls (RISC-V SBI specification 2.0, "Binary
 * Encoding"), extension and function ids, error numbers.
 */
#pragma once

#include <stdint.h>

struct sbi_ret {
    int64_t error;
    uint64_t value;
};

#define SBI_SUCCESS 0
#define SBI_ERR_FAILED (-1)
#define SBI_ERR_NOT_SUPPORTED (-2)
#define SBI_ERR_INVALID_PARAM (-3)
#define SBI_ERR_DENIED (-4)
#define SBI_ERR_INVALID_ADDRESS (-5)
#define SBI_ERR_ALREADY_AVAILABLE (-6)
#define SBI_ERR_ALREADY_STARTED (-7)
#define SBI_ERR_ALREADY_STOPPED (-8)
#define SBI_ERR_NO_SHMEM (-9)

#define SBI_EXT_LEGACY_SET_TIMER 0x00
#define SBI_EXT_LEGACY_PUTCHAR 0x01
#define SBI_EXT_LEGACY_GETCHAR 0x02
#define SBI_EXT_LEGACY_LAST 0x0f
#define SBI_EXT_BASE 0x10
#define SBI_EXT_TIME 0x54494d45
#define SBI_EXT_IPI 0x735049
#define SBI_EXT_RFENCE 0x52464e43
#define SBI_EXT_HSM 0x48534d
#define SBI_EXT_SRST 0x53525354
#define SBI_EXT_DBCN 0x4442434e
#define SBI_EXT_PMU 0x504d55

enum sbi_base_fid {
    SBI_BASE_SPEC_VERSION,
    SBI_BASE_IMPL_ID,
    SBI_BASE_IMPL_VERSION,
    SBI_BASE_PROBE,
    SBI_BASE_MVENDORID,
    SBI_BASE_MARCHID,
    SBI_BASE_MIMPID,
};

enum sbi_hsm_fid { SBI_HSM_START, SBI_HSM_STOP, SBI_HSM_STATUS, SBI_HSM_SUSPEND };

enum sbi_hsm_state {
    SBI_HSM_STARTED,
    SBI_HSM_STOPPED,
    SBI_HSM_START_PENDING,
    SBI_HSM_STOP_PENDING,
    SBI_HSM_SUSPENDED,
    SBI_HSM_SUSPEND_PENDING,
    SBI_HSM_RESUME_PENDING,
};

enum sbi_rfence_fid {
    SBI_RFENCE_FENCE_I,
    SBI_RFENCE_SFENCE_VMA,
    SBI_RFENCE_SFENCE_VMA_ASID,
    SBI_RFENCE_HFENCE_GVMA_VMID,
    SBI_RFENCE_HFENCE_GVMA,
    SBI_RFENCE_HFENCE_VVMA_ASID,
    SBI_RFENCE_HFENCE_VVMA,
};

enum sbi_pmu_fid {
    SBI_PMU_NUM_COUNTERS,
    SBI_PMU_GET_INFO,
    SBI_PMU_CONFIG_MATCHING,
    SBI_PMU_START,
    SBI_PMU_STOP,
    SBI_PMU_FW_READ,
    SBI_PMU_FW_READ_HI,
};

enum sbi_dbcn_fid { SBI_DBCN_WRITE, SBI_DBCN_READ, SBI_DBCN_WRITE_BYTE };

/* Calls the firmware. riscv: an ecall. host: the function that a test has set. */
struct sbi_ret sbi_call(uint64_t ext, uint64_t fid, uint64_t a0, uint64_t a1, uint64_t a2);

/* The same for calls with more arguments. */
struct sbi_ret sbi_call_5(uint64_t ext, uint64_t fid, const uint64_t arg[5]);
