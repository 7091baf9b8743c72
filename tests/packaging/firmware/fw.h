/* SPDX-License-Identifier: Apache-2.0 */
/* Each of these firmwares is fw_main(), and start.S or another file that calls it. */
#pragma once

#include <hyp/arch/sbi_call.h>
#include <hyp/base/assert.h>
#include <hyp/base/types.h>

void fw_main(void);

/* Prints the verdict, which needs no length, and ends the machine with it. */
_Noreturn static inline void fw_end(const char *verdict, bool passed)
{
    for (const char *c = passed ? "PASS " : "FAIL "; *c != '\0'; c++) {
        (void)sbi_call(SBI_EXT_DBCN, SBI_DBCN_WRITE_BYTE, (uint8_t)*c, 0, 0);
    }
    for (const char *c = verdict; *c != '\0'; c++) {
        (void)sbi_call(SBI_EXT_DBCN, SBI_DBCN_WRITE_BYTE, (uint8_t)*c, 0, 0);
    }
    (void)sbi_call(SBI_EXT_DBCN, SBI_DBCN_WRITE_BYTE, '\n', 0, 0);
    for (;;) {
        (void)sbi_call(SBI_EXT_SRST, 0, 0, !passed, 0);
    }
}
