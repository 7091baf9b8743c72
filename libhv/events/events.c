/* SPDX-License-Identifier: Apache-2.0 */
/* Events of VMs: bits of any hart, lines of the console hart. */
#include "libhv/events/events.h"

#include <hyp/base/bits.h>

#define EXCEEDS BIT(32)
_Static_assert(HYP_VM_MAX <= 32, "pending_status");

void hv_events_add_vm(struct hv_events *e, struct vm *vm)
{
    e->vm[vm->index] = vm;
    e->started |= 1u << vm->index;
}

void hv_events_begin(struct hv_events *e)
{
    e->log_waits = e->config->log_waits && e->started != 0;
}

void hv_events_vm_ended(struct hv_events *e, const struct vm *vm)
{
    /* Pairs with the acquire load in hv_events_report(). */
    uint64_t ended = __atomic_or_fetch(&e->pending_status, BIT(vm->index), __ATOMIC_ACQ_REL);
    if ((e->started & ~ended) == 0) {
        __atomic_store_n(&e->log_waits, false, __ATOMIC_RELEASE); /* log_has_room() */
    }
    e->ops->notify_console(e->ctx);
}

/* A real-time VM's hart sends no IPI of its own: the console hart looks by itself. */
void hv_events_vm_exceeds(struct hv_events *e, const struct vm *vm)
{
    __atomic_fetch_or(&e->pending_status, EXCEEDS << vm->index, __ATOMIC_RELEASE);
    if (!vm->config->real_time) {
        e->ops->kick_console(e->ctx);
    }
}

void hv_events_panicked(struct hv_events *e, const struct vm *vm)
{
    uint64_t ended = __atomic_load_n(&e->pending_status, __ATOMIC_RELAXED);
    ended |= vm != 0 ? BIT(vm->index) : 0;
    /* Counted before the console hart is told. Behind the last VM's end the dump is shown. */
    if (__atomic_load_n(&e->log_waits, __ATOMIC_RELAXED) && (e->started & ~ended) != 0) {
        __atomic_fetch_add(&e->dumps_dropped, 1, __ATOMIC_RELAXED);
    }
}

bool hv_events_all_ended(const struct hv_events *e)
{
    /* Pairs with the release in hv_events_vm_ended(). */
    return (e->started & ~__atomic_load_n(&e->pending_status, __ATOMIC_ACQUIRE)) == 0;
}

static bool has_failed(const struct hv_events *e)
{
    for (uint32_t i = 0; i < e->config->vm_count; i++) {
        const struct vm *vm = e->vm[i];
        if (vm == 0 || vm_stop_is_fault((enum vm_stop_reason)vm->stop_reason)) {
            return true;
        }
    }
    return false;
}

void hv_events_report(struct hv_events *e)
{
    if (e->dumps_dropped != 0) {
        e->log->dropped += __atomic_exchange_n(&e->dumps_dropped, 0, __ATOMIC_RELAXED);
    }
    /* Pairs with the release in hv_events_vm_ended() and hv_events_vm_exceeds(). */
    uint64_t fresh = __atomic_load_n(&e->pending_status, __ATOMIC_ACQUIRE) & ~e->reported;
    while (fresh != 0 && e->ops->log_has_room(e->ctx)) {
        uint32_t i = bits_first(fresh | fresh >> 32);
        const struct vm *vm = e->vm[i];
        const struct vm_config *c = vm->config;
        uint64_t bit = EXCEEDS << i;
        if ((fresh & bit) != 0) {
            e->reported |= bit;
            log_line(e->log, "vm=%s event=exits_after_boot max_exits=%lu", c->name,
                     c->exits_after_boot.max_exits);
        } else {
            bit = BIT(i);
            if (!e->ops->has_output(e->ctx, i)) {
                e->reported |= bit;
                log_plain(e->log, "vm %s stopped: %s", c->name,
                          vm_stop_reason_name((enum vm_stop_reason)vm->stop_reason));
            }
        }
        fresh &= ~bit;
    }
    if ((uint32_t)e->reported == e->started) {
        hv_events_finish(e, has_failed(e));
    }
}
