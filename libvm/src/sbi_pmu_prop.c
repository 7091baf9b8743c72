/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Property: for any arguments of any PMU calls, and any answers of the firmware, the firmware sees
 * counters that the VM was granted, with a filter that leaves only the guest's modes, and no
 * address. The guest gets no counter that it did not ask for. At the end all that it used is reset.
 */
#include "sbi.h"
#include "test_vm.h"

#include <hyp/arch_backend/sbi_call_host.h>

#include <prop.h>

#define FILTER_OTHERS (BIT(5) | BIT(6) | BIT(7))
#define INVALID UINT64_MAX

static struct test_vm t;
static const uint64_t *arg; /* The guest's call; NULL: a reset. */
static uint64_t touched;    /* Counters that the firmware has configured, started or stopped. */
static uint64_t reset;
static struct sbi_ret answer;
static unsigned forwarded;

/* The counters that the guest names, one by one; INVALID: it has not all of them. */
static uint64_t named(void)
{
    uint64_t set = 0;
    for (unsigned i = 0; i < 64; i++) {
        if ((arg[1] >> i & 1) != 0) {
            uint64_t counter = arg[0] + i;
            if (counter < i || counter >= 32 || (t.vm.grant.counters >> counter & 1) == 0) {
                return INVALID;
            }
            set |= BIT(counter);
        }
    }
    return set;
}

static void check_match(uint64_t set, uint64_t flags)
{
    uint64_t event = sbi_host_arg(3);
    PROP_ASSERT(event <= 0x20000);
    PROP_ASSERT(sbi_host_arg(4) == (event == 0x20000 ? arg[4] & (BIT(48) - 1) : 0));
    PROP_ASSERT((flags & FILTER_OTHERS) == FILTER_OTHERS && flags >> 8 == 0);
    PROP_ASSERT((flags >> 3 & 1) == (arg[2] >> 5 & 1)); /* U becomes VU. */
    PROP_ASSERT((flags >> 4 & 1) == (arg[2] >> 6 & 1)); /* S becomes VS. */
    PROP_ASSERT((flags & 6) == (arg[2] & 6) && (flags & 1) <= (arg[2] & 1));
    PROP_ASSERT(event == arg[3] && (named() & set) == set);
    PROP_ASSERT((arg[2] & 1) != 0 || set == named());
}

static struct sbi_ret firmware(uint64_t ext, uint64_t fid, uint64_t a0, uint64_t set,
                               uint64_t flags)
{
    PROP_ASSERT(ext == SBI_EXT_PMU);
    forwarded++;
    if (fid == SBI_PMU_GET_INFO) {
        PROP_ASSERT(arg != NULL && a0 == arg[0] && a0 < 32);
        PROP_ASSERT((t.vm.grant.counters >> a0 & 1) != 0);
        return answer;
    }
    PROP_ASSERT(a0 == 0 && set != 0 && (set & ~(uint64_t)t.vm.grant.counters) == 0);
    if (arg == NULL) {
        PROP_ASSERT((set & (set - 1)) == 0);
        reset |= set;
    } else if (fid == SBI_PMU_CONFIG_MATCHING) {
        check_match(set, flags);
    } else {
        PROP_ASSERT((fid == SBI_PMU_START || fid == SBI_PMU_STOP) && flags <= 1);
        PROP_ASSERT(set == named() && flags == arg[2]);
        PROP_ASSERT(fid == SBI_PMU_STOP || sbi_host_arg(3) == arg[3]);
        touched |= set;
    }
    return answer;
}

static uint64_t draw_arg(void)
{
    switch (prop_u64(4)) {
    case 0: return prop_u64(0);
    case 1: return prop_u64(8);
    case 2: return t.vm.grant.counters & prop_u64(0);
    default: return BIT(prop_u64(64)) - prop_u64(2);
    }
}

static void one_call(void)
{
    uint64_t a[8];
    for (unsigned i = 0; i < 6; i++) {
        a[i] = draw_arg();
    }
    a[6] = prop_u64(10);
    a[7] = SBI_EXT_PMU;
    a[0] = prop_bool() ? 0 : a[0];
    answer = (struct sbi_ret){prop_bool() ? 0 : -(int64_t)prop_u64(9), prop_u64(34)};
    memcpy(&t.vcpu[0].world.gpr[10], a, sizeof(a));
    arg = a;
    forwarded = 0;
    PROP_ASSERT(sbi_handle(&t.vcpu[0]) == VCPU_NEXT_INSN);
    int64_t error = (int64_t)t.vcpu[0].world.gpr[10];
    uint64_t value = t.vcpu[0].world.gpr[11];
    PROP_ASSERT(error == SBI_SUCCESS || value == 0 || a[6] == SBI_PMU_GET_INFO);
    PROP_ASSERT(forwarded <= 1 && (forwarded == 0 || t.vm.grant.counters != 0));
    if (a[6] == SBI_PMU_CONFIG_MATCHING && error == SBI_SUCCESS) {
        PROP_ASSERT(forwarded == 1 && value < 32 && (named() >> value & 1) != 0);
        touched |= BIT(value);
    }
    PROP_ASSERT(t.vcpu[0].counters_used == touched);
}

void prop_run(void)
{
    test_vm_init(&t);
    t.vm.grant.counters = (uint32_t)prop_u64(0);
    sbi_host_set(firmware);
    touched = reset = 0;
    uint64_t calls = prop_range(1, 8);
    for (uint64_t i = 0; i < calls; i++) {
        one_call();
    }
    arg = NULL;
    answer = (struct sbi_ret){0, 0};
    sbi_pmu_reset(&t.vcpu[0]);
    PROP_ASSERT(reset == touched && t.vcpu[0].counters_used == 0);
    sbi_host_set(NULL);
}
