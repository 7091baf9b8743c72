/* SPDX-License-Identifier: Apache-2.0 */
/* A Linux program that makes the RTC interrupt each second until /tmp/end exists. */
#include <stdint.h>

#define SYS_IOCTL 29
#define SYS_FACCESSAT 48
#define SYS_OPENAT 56
#define SYS_READ 63
#define SYS_EXIT 93
#define AT_FDCWD (-100)
#define RTC_UIE_ON 0x7003

void _start(void);

static int64_t call(uint64_t number, int64_t a, const void *b, uint64_t c)
{
    register int64_t a0 __asm__("a0") = a;
    register const void *a1 __asm__("a1") = b;
    register uint64_t a2 __asm__("a2") = c;
    register uint64_t a3 __asm__("a3") = 0;
    register uint64_t a7 __asm__("a7") = number;
    __asm__ volatile("ecall" : "+r"(a0) : "r"(a1), "r"(a2), "r"(a3), "r"(a7) : "memory");
    return a0;
}

void _start(void)
{
    uint64_t data;
    int64_t rtc = call(SYS_OPENAT, AT_FDCWD, "/dev/rtc0", 0);
    int64_t failed = rtc < 0 || call(SYS_IOCTL, rtc, (const void *)RTC_UIE_ON, 0) < 0;
    while (!failed && call(SYS_FACCESSAT, AT_FDCWD, "/tmp/end", 0) < 0) {
        failed = call(SYS_READ, rtc, &data, sizeof(data)) < 0;
    }
    (void)call(SYS_EXIT, failed, 0, 0);
    for (;;) {
    }
}
