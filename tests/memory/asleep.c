/* SPDX-License-Identifier: Apache-2.0 */
/* A guest whose harts suspend themselves for good: one retentive, one not. */
#include <hyp/guest/guest.h>

#define EXT_HSM 0x48534d
#define HSM_START 0
#define HSM_SUSPEND 3
#define RETENTIVE 0
#define NON_RETENTIVE 0x80000000

uint64_t guest_trap(uint64_t cause, uint64_t epc, uint64_t tval)
{
    (void)epc;
    (void)tval;
    guest_put("FAIL trap ");
    guest_put_hex(cause);
    guest_put("\n");
    guest_shutdown(true);
}

void guest_main(uint64_t hart, const void *fdt)
{
    (void)fdt;
    if (hart == 0) {
        guest_put("asleep\n");
        (void)guest_sbi(EXT_HSM, HSM_START, 1, (uint64_t)(uintptr_t)_start, 0);
    }
    for (;;) {
        (void)guest_sbi(EXT_HSM, HSM_SUSPEND, hart == 0 ? RETENTIVE : NON_RETENTIVE,
                        (uint64_t)(uintptr_t)_start, 0);
    }
}
