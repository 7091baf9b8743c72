/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Events of VMs: a VM has stopped, or exceeded its budget of exits. Any hart sets a bit; the
 * console hart logs the lines, and ends the machine once the last VM has ended.
 *
 *   events.c    the bits, and the lines about them
 *   finish.c    ends the machine: by SBI SRST, or by the finisher if a VM has failed
 *
 * Owner   struct hv.
 * Locks   None: members marked "atomic" are shared, the console hart's are its own.
 */
#pragma once

#include <hyp/arch/mmio.h>
#include <hyp/console/log.h>
#include <hyp/vm/vm.h>

/* The room's calls to other rooms; ops.c has the functions. */
struct hv_event_ops {
    /* True if the log has room for one more line. */
    bool (*log_has_room)(void *ctx);
    /* True if the VM's output still waits for the device: the console is served again. */
    bool (*has_output)(void *ctx, uint32_t vm);
    /* Writes all that the rings hold, polled: no line comes after it. */
    void (*drain)(void *ctx);
    /* Interrupts the console hart, if there is one and this hart is not it. */
    void (*notify_console)(void *ctx);
    /* Wakes the console hart, also if this hart is it. */
    void (*wake_console)(void *ctx);
};

struct hv_events {
    const struct hyp_config *config;
    struct log *log;
    const struct hv_event_ops *ops;
    void *ctx;
    const uint64_t *hart_id; /* The machine's hart ids, by index. Borrowed. */
    uint32_t timebase_hz;
    mmio_t finisher; /* Device that ends the machine, as QEMU's test device; base 0: none. */
    uint32_t finisher_word;
    struct vm *vm[HYP_VM_MAX]; /* NULL: not built. */
    uint32_t started;          /* Bit i: VM i was started. */

    bool log_waits;         /* Atomic: the configuration has log_waits, and a VM runs. */
    uint32_t dumps_dropped; /* Atomic: dumps that were not written while log_waits was true. */
    uint64_t
        pending_status; /* Atomic: bit i: VM i has stopped; bit 32 + i: it exceeded its budget. */
    uint64_t reported;  /* Console hart: the bits that are logged. */
};

/* Adds a VM that is built and will run. */
void hv_events_add_vm(struct hv_events *e, struct vm *vm);

/* Called once all VMs are built: the log waits from now on, if it has to. */
void hv_events_begin(struct hv_events *e);

/* Any hart: the last vCPU of the VM has stopped. */
void hv_events_vm_ended(struct hv_events *e, const struct vm *vm);

/* A hart of the VM: it has exceeded its budget of exits. */
void hv_events_budget_exceeded(struct hv_events *e, const struct vm *vm);

/* A hart that has panicked; it ran `vm`, or NULL. Never waits. */
void hv_events_panicked(struct hv_events *e, const struct vm *vm);

/* True if every VM that was started has ended. */
bool hv_events_all_ended(const struct hv_events *e);

/*
 * Console hart: logs a line for each new bit; the line about a VM that has stopped comes after its
 * last output. If the log has no room, the console is served once more, and this is called again.
 * After the last VM's line it ends the machine.
 */
void hv_events_report(struct hv_events *e);

/* finish.c: writes the console's remaining output, then ends the machine, as failed or not. */
_Noreturn void hv_events_finish(struct hv_events *e, bool failed);
