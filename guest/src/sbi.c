/* SPDX-License-Identifier: Apache-2.0 */
/* SBI calls. */
#include <hyp/guest/print.h>
#include <hyp/guest/sbi.h>

#define EXT_SRST 0x53525354

struct guest_sbi guest_sbi(uint64_t ext, uint64_t fid, uint64_t a0, uint64_t a1, uint64_t a2)
{
    register uint64_t r0 __asm__("a0") = a0;
    register uint64_t r1 __asm__("a1") = a1;
    register uint64_t r2 __asm__("a2") = a2;
    register uint64_t r6 __asm__("a6") = fid;
    register uint64_t r7 __asm__("a7") = ext;
    __asm__ volatile("ecall" : "+r"(r0), "+r"(r1) : "r"(r2), "r"(r6), "r"(r7) : "memory");
    return (struct guest_sbi){.error = (long)r0, .value = r1};
}

_Noreturn void guest_shutdown(bool failed)
{
    guest_flush();
    (void)guest_sbi(EXT_SRST, 0, 0, failed ? 1 : 0, 0);
    for (;;) {
    }
}
