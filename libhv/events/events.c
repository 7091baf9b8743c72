/* SPDX-License-Identifier: Apache-2.0 */
/* Events of VMs: any hart sets bits, the console hart logs lines. */
#include "libhv/events/events.h"

#include <hyp/base/bits.h>
#include <hyp/console/format.h>

#define EXCEEDS BIT(32)
_Static_assert(HYP_VM_MAX <= 32, "pending_status");

void hv_events_add_vm(struct hv_events *events, struct vm *vm)
{
    events->vm[vm->index] = vm;
    events->started |= 1u << vm->index;
}

void hv_events_begin(struct hv_events *events)
{
    events->log_waits = events->config->log_waits && events->started != 0;
}

void hv_events_vm_ended(struct hv_events *events, const struct vm *vm)
{
    /* Pairs with the acquire load in hv_events_report(). */
    uint64_t ended = __atomic_or_fetch(&events->pending_status, BIT(vm->index), __ATOMIC_ACQ_REL);
    if ((events->started & ~ended) == 0) {
        __atomic_store_n(&events->log_waits, false,
                         __ATOMIC_RELEASE); /* Pairs with log_has_room(). */
    }
    events->ops->notify_console(events->ctx);
}

/* A real-time VM's hart sends no IPI: the console hart polls. */
void hv_events_budget_exceeded(struct hv_events *events, const struct vm *vm)
{
    __atomic_fetch_or(&events->pending_status, EXCEEDS << vm->index, __ATOMIC_RELEASE);
    if (!vm->config->real_time) {
        events->ops->wake_console(events->ctx);
    }
}

void hv_events_panicked(struct hv_events *events, const struct vm *vm)
{
    uint64_t ended = __atomic_load_n(&events->pending_status, __ATOMIC_RELAXED);
    ended |= vm != NULL ? BIT(vm->index) : 0;
    /* Counted before the VM's end is reported. After the end of the last VM the dump is written. */
    if (__atomic_load_n(&events->log_waits, __ATOMIC_RELAXED) && (events->started & ~ended) != 0) {
        __atomic_fetch_add(&events->dumps_dropped, 1, __ATOMIC_RELAXED);
    }
}

bool hv_events_all_ended(const struct hv_events *events)
{
    /* Pairs with the release in hv_events_vm_ended(). */
    return (events->started & ~__atomic_load_n(&events->pending_status, __ATOMIC_ACQUIRE)) == 0;
}

static bool has_failed(const struct hv_events *events)
{
    for (uint32_t i = 0; i < events->config->vm_count; i++) {
        const struct vm *vm = events->vm[i];
        if (vm == NULL || vm_stop_is_fault((enum vm_stop_reason)vm->stop_reason)) {
            return true;
        }
    }
    return false;
}

/* Logs the VM's reason and, as far as they are known, the hart, pc, cause, value and address. */
static void log_stop(struct hv_events *events, const struct vm *vm)
{
    /* Pairs with the release in vm_stop_at(). */
    uint32_t known = __atomic_load_n(&vm->stop_known, __ATOMIC_ACQUIRE);
    const struct vm_stop_place *place = &vm->stop_place;
    char text[LOG_LINE_MAX];
    (void)format_buf(text, sizeof(text), " hart=%lu pc=0x%lx cause=0x%lx value=0x%lx gpa=0x%lx",
                     events->hart_id[place->hart_index], place->pc, place->cause, place->value,
                     place->gpa);
    char *end = text;
    while (*end != 0 && (*end != ' ' || known-- != 0)) {
        end++;
    }
    *end = 0;
    log_plain(events->log, "vm %s stopped: %s%s", vm->config->name,
              vm_stop_reason_name((enum vm_stop_reason)vm->stop_reason), text);
}

void hv_events_report(struct hv_events *events)
{
    if (events->dumps_dropped != 0) {
        events->log->dropped += __atomic_exchange_n(&events->dumps_dropped, 0, __ATOMIC_RELAXED);
    }
    /* Pairs with the release in hv_events_vm_ended() and hv_events_budget_exceeded(). */
    uint64_t fresh = __atomic_load_n(&events->pending_status, __ATOMIC_ACQUIRE) & ~events->reported;
    while (fresh != 0 && events->ops->log_has_room(events->ctx)) {
        uint32_t i = bits_first(fresh | fresh >> 32);
        const struct vm *vm = events->vm[i];
        const struct vm_config *config = vm->config;
        uint64_t bit = EXCEEDS << i;
        if ((fresh & bit) != 0) {
            events->reported |= bit;
            log_line(events->log, "vm=%s event=exits_after_boot max_exits=%lu", config->name,
                     config->exits_after_boot.max_exits);
        } else {
            bit = BIT(i);
            if (!events->ops->has_output(events->ctx, i)) {
                events->reported |= bit;
                log_stop(events, vm);
            }
        }
        fresh &= ~bit;
    }
    if ((uint32_t)events->reported == events->started) {
        hv_events_finish(events, has_failed(events));
    }
}
