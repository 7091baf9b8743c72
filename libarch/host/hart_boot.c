/* SPDX-License-Identifier: Apache-2.0 */
/* What boot.S and fault.c are on the machine: the start of a hart, and its end. */
#include <hyp/arch_backend/hart_host.h>

#include <hyp/base/assert.h>

#include <setjmp.h>

uint64_t boot_lottery;
uint64_t boot_tried;

static _Thread_local jmp_buf *way_out;

enum hart_host_end hart_host_run(void (*fn)(void *arg), void *arg)
{
    jmp_buf here;
    HYP_REQUIRE(way_out == 0);
    int how = setjmp(here);
    if (how == HART_HOST_RETURNED) {
        way_out = &here;
        fn(arg);
    }
    way_out = 0;
    return (enum hart_host_end)how;
}

void hart_host_leave(enum hart_host_end how)
{
    if (way_out != 0) {
        longjmp(*way_out, (int)how);
    }
}

_Noreturn void hart_park(void)
{
    hart_host_leave(HART_HOST_PARKED);
    HYP_PANIC("the test's hart parks");
}

_Noreturn void hart_enter(struct hart *h)
{
    hart_host_set(h);
    hart_host_leave(HART_HOST_ENTERED);
    HYP_PANIC("the test's hart is entered");
}

/* No code is copied: where the image begins. */
uint64_t hart_start_address(uint64_t load_hpa)
{
    return load_hpa;
}
