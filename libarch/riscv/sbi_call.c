/* SPDX-License-Identifier: Apache-2.0 */
/* An SBI call is an ecall; the firmware preserves all registers but a0 and a1. */
#include <hyp/arch/sbi_call.h>

#include <hyp/base/types.h>

struct sbi_ret sbi_call(uint64_t ext, uint64_t fid, uint64_t a0, uint64_t a1, uint64_t a2)
{
    register uint64_t r0 __asm__("a0") = a0;
    register uint64_t r1 __asm__("a1") = a1;
    register uint64_t r2 __asm__("a2") = a2;
    register uint64_t r6 __asm__("a6") = fid;
    register uint64_t r7 __asm__("a7") = ext;
    __asm__ volatile("ecall" : "+r"(r0), "+r"(r1) : "r"(r2), "r"(r6), "r"(r7) : "memory");
    return (struct sbi_ret){.error = (int64_t)r0, .value = r1};
}

HYP_COLD struct sbi_ret sbi_call_5(uint64_t ext, uint64_t fid, const uint64_t arg[5])
{
    register uint64_t r0 __asm__("a0") = arg[0];
    register uint64_t r1 __asm__("a1") = arg[1];
    register uint64_t r2 __asm__("a2") = arg[2];
    register uint64_t r3 __asm__("a3") = arg[3];
    register uint64_t r4 __asm__("a4") = arg[4];
    register uint64_t r6 __asm__("a6") = fid;
    register uint64_t r7 __asm__("a7") = ext;
    __asm__ volatile("ecall"
                     : "+r"(r0), "+r"(r1)
                     : "r"(r2), "r"(r3), "r"(r4), "r"(r6), "r"(r7)
                     : "memory");
    return (struct sbi_ret){.error = (int64_t)r0, .value = r1};
}
