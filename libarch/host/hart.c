/* SPDX-License-Identifier: Apache-2.0 */
/* The hart of this thread. */
#include <hyp/arch/hart.h>

#include <hyp/base/assert.h>
#include <setjmp.h>
#include <stddef.h>

uint64_t boot_lottery;
uint64_t boot_tried;

static _Thread_local struct hart *the_hart;
static _Thread_local hart_host_wait_fn on_wait;
static _Thread_local jmp_buf *on_park;

struct hart *hart_self(void)
{
    return the_hart;
}

void hart_host_set(struct hart *hart)
{
    the_hart = hart;
}

void hart_host_on_wait(hart_host_wait_fn fn)
{
    on_wait = fn;
}

void hart_host_waits(enum hart_host_wait why)
{
    if (on_wait != NULL) {
        on_wait(why);
    }
}

enum hart_host_end hart_host_run(void (*fn)(void *ctx), void *ctx)
{
    jmp_buf parked;
    HYP_REQUIRE(on_park == NULL);
    on_park = &parked;
    if (setjmp(parked) != 0) {
        on_park = NULL;
        return HART_HOST_PARKED;
    }
    fn(ctx);
    on_park = NULL;
    return HART_HOST_RETURNED;
}

_Noreturn void hart_park(void)
{
    HYP_REQUIRE(on_park != NULL);
    longjmp(*on_park, 1);
}

_Noreturn void hart_enter(struct hart *h)
{
    hart_host_set(h);
    h->entry(h);
    HYP_PANIC("a hart's entry has returned");
}

uint64_t hart_start_address(uint64_t load_hpa)
{
    return load_hpa + HART_HOST_START;
}
