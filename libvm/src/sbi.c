/* SPDX-License-Identifier: Apache-2.0 */
/* SBI 2.0 for guests: dispatch, BASE, TIME, IPI, SRST, DBCN. */
#include <hyp/vm/exit.h>

#include <hyp/arch/guest_mem.h>
#include <hyp/arch/hart.h>

#define SBI_SPEC_2_0 (2u << 24)
#define SBI_IMPL_LIBHYP 0x687970 /* "hyp": not one of the registered numbers. */
#define SBI_IMPL_VERSION 1

#define SRST_TYPE_LAST 2 /* shutdown, cold reboot, warm reboot */
#define SRST_REASON_FAILURE 1

static struct sbi_ret ok(uint64_t value)
{
    return (struct sbi_ret){.error = SBI_SUCCESS, .value = value};
}

static struct sbi_ret fail(int64_t error)
{
    return (struct sbi_ret){.error = error, .value = 0};
}

static bool has_extension(const struct vm *vm, uint64_t ext)
{
    switch (ext) {
    case SBI_EXT_BASE:
    case SBI_EXT_TIME:
    case SBI_EXT_IPI:
    case SBI_EXT_RFENCE:
    case SBI_EXT_HSM:
    case SBI_EXT_SRST: return true;
    case SBI_EXT_DBCN: return vm->console_write != 0;
    default: return false;
    }
}

/* mvendorid, marchid and mimpid are 0: the guest's hart is nobody's chip. */
static __attribute__((noinline)) struct sbi_ret base(const struct vm *vm, uint64_t fid,
                                                     uint64_t arg)
{
    switch (fid) {
    case SBI_BASE_SPEC_VERSION: return ok(SBI_SPEC_2_0);
    case SBI_BASE_IMPL_ID: return ok(SBI_IMPL_LIBHYP);
    case SBI_BASE_IMPL_VERSION: return ok(SBI_IMPL_VERSION);
    case SBI_BASE_PROBE: return ok(has_extension(vm, arg));
    case SBI_BASE_MVENDORID:
    case SBI_BASE_MARCHID:
    case SBI_BASE_MIMPID: return ok(0);
    default: return fail(SBI_ERR_NOT_SUPPORTED);
    }
}

bool sbi_quick(struct vcpu *vcpu, const uint64_t arg[6], uint64_t fid, uint64_t ext,
               struct sbi_ret *ret)
{
    switch (ext) {
    case SBI_EXT_TIME:
        if (fid == 0) {
            vcpu_set_timer(vcpu, arg[0]);
        }
        *ret = fid == 0 ? ok(0) : fail(SBI_ERR_NOT_SUPPORTED);
        return true;
    case SBI_EXT_IPI:
        *ret = fid == 0 ? sbi_ipi(vcpu, arg[0], arg[1]) : fail(SBI_ERR_NOT_SUPPORTED);
        return true;
    case SBI_EXT_RFENCE: *ret = sbi_rfence(vcpu, arg, fid); return true;
    case SBI_EXT_BASE: *ret = base(vcpu->vm, fid, arg[0]); return true;
    default: return false;
    }
}

bool vcpu_fast_ecall(uint64_t a0, uint64_t a1, uint64_t a2, uint64_t a3, uint64_t a4, uint64_t a5,
                     uint64_t fid, uint64_t ext)
{
    struct vcpu *vcpu = (struct vcpu *)hart_self()->world;
    uint64_t *gpr = vcpu->world.gpr;
    (void)a0, (void)a1, (void)a2, (void)a3, (void)a4, (void)a5;
    /* The trap entry has saved a0 to a5 where sbi_handle() finds them, too. */
    return sbi_quick(vcpu, &gpr[10], fid, ext, (struct sbi_ret *)(void *)&gpr[10]);
}

struct sbi_ret sbi_hart_set(const struct vm *vm, uint64_t mask, uint64_t hart_base)
{
    uint64_t all = vm->vcpu_count == 64 ? UINT64_MAX : BIT(vm->vcpu_count) - 1;
    if (hart_base == UINT64_MAX) {
        return ok(all);
    }
    if (hart_base >= vm->vcpu_count) {
        return mask == 0 ? ok(0) : fail(SBI_ERR_INVALID_PARAM);
    }
    if ((mask & ~(all >> hart_base)) != 0) {
        return fail(SBI_ERR_INVALID_PARAM);
    }
    return ok(mask << hart_base);
}

static __attribute__((noinline)) void ipi_others(const struct vm *vm, uint64_t set)
{
    for (uint32_t i = 0; set != 0; i++, set >>= 1) {
        if ((set & 1) != 0) {
            vcpu_notify(vm->vcpus[i], VCPU_PENDING_IPI);
        }
    }
}

struct sbi_ret sbi_ipi(struct vcpu *vcpu, uint64_t mask, uint64_t hart_base)
{
    struct sbi_ret set = sbi_hart_set(vcpu->vm, mask, hart_base);
    if (set.error != SBI_SUCCESS) {
        return set;
    }
    uint64_t self = BIT(vcpu->id);
    if ((set.value & self) != 0) {
        csr_set(CSR_HVIP, BIT(IRQ_VS_SOFT));
    }
    if ((set.value & ~self) != 0) {
        ipi_others(vcpu->vm, set.value & ~self);
    }
    return ok(0);
}

static struct sbi_ret srst(struct vcpu *vcpu, const uint64_t arg[6], uint64_t fid,
                           enum vcpu_action *action)
{
    if (fid != 0) {
        return fail(SBI_ERR_NOT_SUPPORTED);
    }
    uint32_t type = (uint32_t)arg[0];
    uint32_t reason = (uint32_t)arg[1];
    if (type > SRST_TYPE_LAST || reason > SRST_REASON_FAILURE) {
        return fail(SBI_ERR_INVALID_PARAM);
    }
    enum vm_stop_reason why = type == 0 ? VM_STOP_SHUTDOWN : VM_STOP_REBOOT;
    vm_stop(vcpu->vm, reason == SRST_REASON_FAILURE ? VM_STOP_FAILURE : why);
    *action = VCPU_STOP;
    return ok(0);
}

#define DBCN_CHUNK 64u

/* Bytes until the console has no room; each is read from the guest once. */
static struct sbi_ret dbcn_write(struct vm *vm, uint64_t gpa, uint64_t size)
{
    uint64_t done = 0;
    while (done < size) {
        uint8_t bytes[DBCN_CHUNK];
        uint32_t want = size - done < DBCN_CHUNK ? (uint32_t)(size - done) : DBCN_CHUNK;
        if (guest_mem_read(GPA(gpa + done), bytes, want) != HYP_OK) {
            return fail(SBI_ERR_INVALID_PARAM);
        }
        spinlock_lock(&vm->lock);
        uint32_t taken = vm->console_write(vm->console_ctx, bytes, want);
        spinlock_unlock(&vm->lock);
        done += taken;
        if (taken < want) {
            break;
        }
    }
    return ok(done);
}

static struct sbi_ret dbcn_read(struct vm *vm, uint64_t gpa, uint64_t size)
{
    uint8_t bytes[DBCN_CHUNK];
    uint32_t want = size < DBCN_CHUNK ? (uint32_t)size : DBCN_CHUNK;
    spinlock_lock(&vm->lock);
    uint32_t got = vm->console_read(vm->console_ctx, bytes, want);
    spinlock_unlock(&vm->lock);
    if (guest_mem_write(GPA(gpa), bytes, got) != HYP_OK) {
        return fail(SBI_ERR_INVALID_PARAM);
    }
    return ok(got);
}

struct sbi_ret sbi_dbcn(struct vcpu *vcpu, const uint64_t arg[6], uint64_t fid)
{
    struct vm *vm = vcpu->vm;
    if (vm->console_write == 0 || fid > SBI_DBCN_WRITE_BYTE) {
        return fail(SBI_ERR_NOT_SUPPORTED);
    }
    if (fid == SBI_DBCN_WRITE_BYTE) {
        uint8_t byte = (uint8_t)arg[0];
        spinlock_lock(&vm->lock);
        uint32_t taken = vm->console_write(vm->console_ctx, &byte, 1);
        spinlock_unlock(&vm->lock);
        return taken == 1 ? ok(0) : fail(SBI_ERR_FAILED);
    }
    unsigned access = fid == SBI_DBCN_WRITE ? HYP_ACCESS_R : HYP_ACCESS_W;
    if (arg[0] == 0) {
        return ok(0);
    }
    if (arg[2] != 0 || !vm_has_memory(vm, arg[1], arg[0], access)) {
        return fail(SBI_ERR_INVALID_PARAM);
    }
    return fid == SBI_DBCN_WRITE ? dbcn_write(vm, arg[1], arg[0]) : dbcn_read(vm, arg[1], arg[0]);
}

enum vcpu_action sbi_handle(struct vcpu *vcpu)
{
    uint64_t *gpr = vcpu->world.gpr;
    uint64_t fid = gpr[16];
    uint64_t ext = gpr[17];
    enum vcpu_action action = VCPU_NEXT_INSN;
    struct sbi_ret ret;
    if (!sbi_quick(vcpu, &gpr[10], fid, ext, &ret)) {
        switch (ext) {
        case SBI_EXT_HSM: ret = sbi_hsm(vcpu, &gpr[10], fid, &action); break;
        case SBI_EXT_SRST: ret = srst(vcpu, &gpr[10], fid, &action); break;
        case SBI_EXT_DBCN: ret = sbi_dbcn(vcpu, &gpr[10], fid); break;
        default: ret = fail(SBI_ERR_NOT_SUPPORTED); break;
        }
    }
    gpr[10] = (uint64_t)ret.error;
    gpr[11] = ret.value;
    return action;
}
