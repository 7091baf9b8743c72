/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SBI calls of guests: RISC-V SBI 2.0. tests/sbi/calls.h has all calls and their results.
 *
 * Locks   These functions take vm->lock where necessary; the caller holds none.
 * Context The hart of the calling vCPU.
 */
#pragma once

#include <hyp/arch/sbi_call.h>
#include <hyp/vm/vm.h>

static inline struct sbi_ret sbi_ok(uint64_t value)
{
    return (struct sbi_ret){.error = SBI_SUCCESS, .value = value};
}

static inline struct sbi_ret sbi_error(int64_t error)
{
    return (struct sbi_ret){.error = error, .value = 0};
}

/* ---- sbi.c ----------------------------------------------------------------------------------- */

/* Handles an ecall from VS-mode: writes a0 and a1 of the guest. */
enum vcpu_action sbi_handle(struct vcpu *vcpu);

/*
 * world.fast_ecall: handles BASE, TIME, IPI and RFENCE for the vCPU that runs on this hart. These
 * calls access neither guest memory nor the state of another vCPU. Returns the guest's a0 with its
 * gpr[11] written, or SBI_DECLINED with nothing changed for any other call. sbi_handle() calls this
 * function first. The arguments stay in the registers in which the guest passes them.
 */
#define SBI_DECLINED 1
int64_t vcpu_fast_ecall(uint64_t a0, uint64_t a1, uint64_t a2, uint64_t a3, uint64_t a4,
                        uint64_t a5, uint64_t fid, uint64_t ext);

/*
 * Handles DBCN. One call moves at most this many bytes, so that it costs this hart at most 2500
 * instructions (tests/qemu: dbcn_cost).
 */
#define SBI_DBCN_WRITE_MAX 48u
#define SBI_DBCN_READ_MAX 16u
struct sbi_ret sbi_dbcn(struct vcpu *vcpu, const uint64_t arg[6], uint64_t fid);

/* ---- sbi_rfence.c ---------------------------------------------------------------------------- */

/* Handles RFENCE for the vCPU that runs on this hart. Returns the guest's a0. a5 is not used. */
int64_t sbi_rfence(uint64_t mask, uint64_t hart_base, uint64_t start, uint64_t size, uint64_t asid,
                   uint64_t a5, uint64_t fid);

/* ---- sbi_pmu.c ------------------------------------------------------------------------------- */

/* Handles PMU. The calls that reach the firmware act on this hart alone, and take no lock there. */
struct sbi_ret sbi_pmu(struct vcpu *vcpu, const uint64_t arg[6], uint64_t fid);

/* Makes the counters that the guest has used as they are on a hart that starts: without events, and
 * 0. The guest no longer runs on this hart. */
void sbi_pmu_reset(struct vcpu *vcpu);

/* ---- sbi_hsm.c ------------------------------------------------------------------------------- */

/* Handles HSM. Sets *action to VCPU_WAIT if the calling vCPU has stopped or suspended itself. */
struct sbi_ret sbi_hsm(struct vcpu *vcpu, const uint64_t arg[6], uint64_t fid,
                       enum vcpu_action *action);

/* ---- All that take a set of harts ------------------------------------------------------------ */

/*
 * The set of vCPUs that a "Hart list parameter" names: bit n of mask is hart base + n; base -1 is
 * all harts. SBI_ERR_INVALID_PARAM if a hart of the set does not exist.
 */
static inline struct sbi_ret sbi_hart_set(const struct vm *vm, uint64_t mask, uint64_t base)
{
    uint64_t all = vm_all_vcpus(vm);
    if (base == UINT64_MAX) {
        return sbi_ok(all);
    }
    bool exist = base < vm->vcpu_count ? (mask & ~(all >> base)) == 0 : mask == 0;
    if (!exist) {
        return sbi_error(SBI_ERR_INVALID_PARAM);
    }
    return sbi_ok(base < vm->vcpu_count ? mask << base : 0);
}
