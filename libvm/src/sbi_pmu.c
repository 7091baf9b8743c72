/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SBI performance monitoring unit (PMU) for guests: RISC-V SBI 2.0, "Performance Monitoring Unit
 * Extension".
 *
 * A vCPU has its hart for itself, so it gets the hart's own counters, and the firmware below runs
 * them. Each argument is checked here: the firmware sees counters that the VM was granted, and no
 * address. Every counter is told to stand still outside VS-mode and VU-mode, so that it counts the
 * guest's own. There are no firmware counters: the firmware's events are the hypervisor's.
 */
#include "sbi.h"
#include "vcpu.h"

#define COUNTER_CYCLE 0u
#define COUNTER_INSTRET 2u
#define FIXED (BIT(COUNTER_CYCLE) | BIT(COUNTER_INSTRET))

#define CFG_SKIP_MATCH BIT(0)
#define CFG_CLEAR_VALUE BIT(1)
#define CFG_AUTO_START BIT(2)
#define CFG_VUINH BIT(3)
#define CFG_VSINH BIT(4)
#define CFG_UINH BIT(5)
#define CFG_SINH BIT(6)
#define CFG_MINH BIT(7)
#define CFG_ALL (BIT(8) - 1)
#define START_SET_INIT_VALUE BIT(0)
#define STOP_RESET BIT(0)
#define SNAPSHOT BIT(1) /* A flag of start and stop. */

/* event_idx: type, code. */
#define EVENT_CYCLES UINT64_C(1)
#define EVENT_INSTRUCTIONS UINT64_C(2)
#define EVENT_RAW UINT64_C(0x20000) /* The last one of hardware. */
#define RAW_DATA (BIT(48) - 1)

#define INVALID UINT64_MAX

static struct sbi_ret call(enum sbi_pmu_fid fid, uint64_t counters, uint64_t flags, uint64_t a3,
                           uint64_t a4)
{
    const uint64_t arg[5] = {0, counters, flags, a3, a4};
    return sbi_call_5(SBI_EXT_PMU, fid, arg);
}

/* The set of counters base + n, for each bit n of mask; INVALID: one is not the VM's. */
static uint64_t counter_set(const struct vm *vm, uint64_t base, uint64_t mask)
{
    uint64_t granted = vm->grant.counters;
    if (mask == 0) {
        return 0;
    }
    return base < 32 && (mask & ~(granted >> base)) == 0 ? mask << base : INVALID;
}

/* One more than the number of the last counter. */
static uint64_t counter_count(const struct vm *vm)
{
    uint64_t count = 0;
    for (uint32_t left = vm->grant.counters; left != 0; left >>= 1) {
        count++;
    }
    return count;
}

/* The guest's U-mode and S-mode are VU-mode and VS-mode; nothing else is counted. */
static uint64_t filter(uint64_t flags)
{
    return (flags & (CFG_SKIP_MATCH | CFG_CLEAR_VALUE | CFG_AUTO_START)) | CFG_UINH | CFG_SINH |
           CFG_MINH | ((flags & CFG_UINH) != 0 ? CFG_VUINH : 0) |
           ((flags & CFG_SINH) != 0 ? CFG_VSINH : 0);
}

static struct sbi_ret config_matching(struct vcpu *vcpu, uint64_t set, uint64_t flags,
                                      uint64_t event, uint64_t data)
{
    if (set == INVALID || (flags & ~CFG_ALL) != 0) {
        return sbi_error(SBI_ERR_INVALID_PARAM);
    }
    if (set == 0 || event > EVENT_RAW) {
        return sbi_error(SBI_ERR_NOT_SUPPORTED);
    }
    if ((flags & CFG_SKIP_MATCH) != 0) {
        set &= -set;
        /* A counter of one event: matched, since firmware sets its filter only then. */
        flags &= (set & FIXED) != 0 ? ~CFG_SKIP_MATCH : CFG_ALL;
    }
    struct sbi_ret ret = call(SBI_PMU_CONFIG_MATCHING, set, filter(flags), event,
                              event == EVENT_RAW ? data & RAW_DATA : 0);
    if (ret.error != SBI_SUCCESS) {
        return sbi_error(ret.error);
    }
    /* Firmware may take a fixed counter though it is not in the set. */
    if (ret.value >= 32 || (set & BIT(ret.value)) == 0) {
        return sbi_error(SBI_ERR_NOT_SUPPORTED);
    }
    vcpu->counters_used |= (uint32_t)BIT(ret.value);
    return ret;
}

static struct sbi_ret start_or_stop(struct vcpu *vcpu, enum sbi_pmu_fid fid, uint64_t set,
                                    uint64_t flags, uint64_t value)
{
    if (set == INVALID || (flags & ~(START_SET_INIT_VALUE | SNAPSHOT)) != 0) {
        return sbi_error(SBI_ERR_INVALID_PARAM);
    }
    if ((flags & SNAPSHOT) != 0) {
        return sbi_error(SBI_ERR_NO_SHMEM);
    }
    if (set == 0) {
        return sbi_ok(0);
    }
    vcpu->counters_used |= (uint32_t)set;
    return sbi_error(call(fid, set, flags, value, 0).error);
}

HYP_COLD struct sbi_ret sbi_pmu(struct vcpu *vcpu, const uint64_t arg[6], uint64_t fid)
{
    const struct vm *vm = vcpu->vm;
    if (vm->grant.counters == 0) {
        return sbi_error(SBI_ERR_NOT_SUPPORTED);
    }
    switch (fid) {
    case SBI_PMU_NUM_COUNTERS: return sbi_ok(counter_count(vm));
    case SBI_PMU_GET_INFO:
        return counter_set(vm, arg[0], 1) == INVALID
                   ? sbi_error(SBI_ERR_INVALID_PARAM)
                   : sbi_call(SBI_EXT_PMU, SBI_PMU_GET_INFO, arg[0], 0, 0);
    case SBI_PMU_CONFIG_MATCHING:
        return config_matching(vcpu, counter_set(vm, arg[0], arg[1]), arg[2], arg[3], arg[4]);
    case SBI_PMU_START:
    case SBI_PMU_STOP:
        return start_or_stop(vcpu, (enum sbi_pmu_fid)fid, counter_set(vm, arg[0], arg[1]), arg[2],
                             arg[3]);
    case SBI_PMU_FW_READ:
    case SBI_PMU_FW_READ_HI: return sbi_error(SBI_ERR_INVALID_PARAM);
    default: return sbi_error(SBI_ERR_NOT_SUPPORTED); /* Shared memory is optional. */
    }
}

HYP_COLD void sbi_pmu_reset(struct vcpu *vcpu)
{
    for (uint64_t left = vcpu->counters_used; left != 0; left &= left - 1) {
        uint64_t set = left & -left;
        if ((set & FIXED) != 0) {
            (void)call(SBI_PMU_CONFIG_MATCHING, set, filter(CFG_CLEAR_VALUE | CFG_AUTO_START),
                       set == BIT(COUNTER_CYCLE) ? EVENT_CYCLES : EVENT_INSTRUCTIONS, 0);
            continue;
        }
        (void)call(SBI_PMU_STOP, set, 0, 0, 0);
        (void)call(SBI_PMU_START, set, START_SET_INIT_VALUE, 0, 0);
        (void)call(SBI_PMU_STOP, set, STOP_RESET, 0, 0);
    }
    vcpu->counters_used = 0;
}
