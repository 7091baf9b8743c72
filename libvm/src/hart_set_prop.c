/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Property: sbi_hart_set() returns the hart of each bit, for each size of a VM and at both ends of
 * a word.
 */
#include <hyp/base/bits.h>
#include <prop.h>

#include "sbi.h"

void prop_run(void)
{
    static const uint64_t bases[] = {0, 1, 2, 3, 58, 62, 63, 64, 65, UINT64_MAX - 1, UINT64_MAX};
    struct vm vm = {.vcpu_count = (uint32_t)prop_range(1, 64)};
    uint64_t base = bases[prop_u64(ARRAY_COUNT(bases))];
    uint64_t mask = prop_u64(32) << (prop_bool() ? 59 : 0);
    uint64_t set = 0;
    bool exist = true;
    for (unsigned i = 0; i < 64; i++) {
        bool in = base == UINT64_MAX ? i < vm.vcpu_count : ((mask >> i) & 1) != 0;
        uint64_t id = base == UINT64_MAX ? i : base + i;
        bool wraps = base != UINT64_MAX && id < base;
        if (in && !wraps && id < vm.vcpu_count) {
            set |= BIT(id);
        } else if (in) {
            exist = false;
        }
    }
    struct sbi_ret ret = sbi_hart_set(&vm, mask, base);
    PROP_ASSERT(ret.error == (exist ? SBI_SUCCESS : SBI_ERR_INVALID_PARAM));
    PROP_ASSERT(ret.value == (exist ? set : 0));
}
