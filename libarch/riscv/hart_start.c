/* SPDX-License-Identifier: Apache-2.0 */
/* The start address of harts that SBI HSM starts. */
#include <hyp/arch/hart.h>
#include <hyp/base/types.h>

/* boot.S */
extern const char hart_start_entry[];
extern const char _start[];

HYP_COLD uint64_t hart_start_address(uint64_t load_hpa)
{
    return load_hpa + (uint64_t)(hart_start_entry - _start);
}
