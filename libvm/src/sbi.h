/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SBI calls of guests: RISC-V SBI 2.0.
 *
 * Locks   The functions take vm->lock where they need it; the caller holds nothing.
 * Context The hart of the vCPU that calls.
 */
#pragma once

#include <hyp/arch/sbi_call.h>
#include <hyp/vm/vm.h>

/* An ecall from VS-mode. Writes a0 and a1 of the guest. */
enum vcpu_action sbi_handle(struct vcpu *vcpu);

/*
 * The calls that need neither guest memory nor another vCPU's state, by the vCPU that runs on
 * this hart. Returns its a0 and has set its gpr[11]; or SBI_DECLINED for all others, with
 * nothing changed. It is world.fast_ecall, and sbi_handle() comes here first. The
 * arguments stay in the registers that they came in.
 */
#define SBI_DECLINED 1
int64_t vcpu_fast_ecall(uint64_t a0, uint64_t a1, uint64_t a2, uint64_t a3, uint64_t a4,
                        uint64_t a5, uint64_t fid, uint64_t ext);
/* The guest's a0. */
int64_t sbi_rfence(uint64_t mask, uint64_t hart_base, uint64_t start, uint64_t size, uint64_t asid,
                   uint64_t a5, uint64_t fid);
/*
 * The most bytes that one DBCN call moves, so that no call costs this hart more than 2500
 * instructions (tests/qemu: dbcn_cost).
 */
#define SBI_DBCN_WRITE_MAX 48u
#define SBI_DBCN_READ_MAX 32u
struct sbi_ret sbi_dbcn(struct vcpu *vcpu, const uint64_t arg[6], uint64_t fid);

/* HSM: *action tells what the calling vCPU does next (VCPU_WAIT for stop and suspend). */
struct sbi_ret sbi_hsm(struct vcpu *vcpu, const uint64_t arg[6], uint64_t fid,
                       enum vcpu_action *action);

/*
 * The set of vCPUs that (mask, base) names, as SBI's "Hart list parameter": base -1 is all.
 * SBI_ERR_INVALID_PARAM if one of them does not exist.
 */
static inline struct sbi_ret sbi_hart_set(const struct vm *vm, uint64_t mask, uint64_t base)
{
    uint64_t all = vm_all_vcpus(vm);
    if (base == UINT64_MAX) {
        return (struct sbi_ret){.value = all};
    }
    bool exist = base < vm->vcpu_count ? (mask & ~(all >> base)) == 0 : mask == 0;
    if (!exist) {
        return (struct sbi_ret){.error = SBI_ERR_INVALID_PARAM};
    }
    return (struct sbi_ret){.value = base < vm->vcpu_count ? mask << base : 0};
}
