/* SPDX-License-Identifier: Apache-2.0 */
/*
 * VMs report while they run that they have stopped or exceeded a budget. Any hart sets
 * a bit; the console hart prints the lines, and ends the machine once the last VM has ended.
 *
 *   events.c    the bits, and the lines about them
 *   finish.c    the machine's end: by SBI SRST, or as failed
 *
 * Owner   struct hv.
 * Locks   None: members that say "atomic" are shared, those of the console hart are its own.
 */
#pragma once

#include <hyp/arch/mmio.h>
#include <hyp/console/log.h>
#include <hyp/vm/vm.h>

/* The room's calls to other rooms; ops.c has the functions. */
struct hv_event_ops {
    /* True if the log has room for one more line. */
    bool (*log_has_room)(void *ctx);
    /* True if some of the VM's output still waits for the device: the console is served again. */
    bool (*has_output)(void *ctx, uint32_t vm);
    /* Writes what the rings hold, polled: no line comes after it. */
    void (*drain)(void *ctx);
    /* Interrupts the console hart, if there is one and it is another. */
    void (*notify_console)(void *ctx);
    /* Wakes the console hart, this one included. */
    void (*wake_console)(void *ctx);
};

struct hv_events {
    const struct hyp_config *config;
    struct log *log;
    const struct hv_event_ops *ops;
    void *ctx;
    uint32_t timebase_hz;
    mmio_t finisher; /* QEMU's test device and the like; base 0: there is none. */
    uint32_t finisher_word;
    struct vm *vm[HYP_VM_MAX]; /* NULL: not built. */
    uint32_t started;          /* Bit i: VM i was started. */

    bool log_waits;          /* Atomic: the configuration says so, and a VM runs. */
    uint32_t dumps_dropped;  /* Atomic: dumps that were not written while log_waits was true. */
    uint64_t pending_status; /* Atomic: bit i: VM i has stopped; bit 32 + i: over its budget. */
    uint64_t reported;       /* Console hart: those that it has printed. */
};

/* VM i is built and will run. */
void hv_events_add_vm(struct hv_events *e, struct vm *vm);

/* All VMs are built. */
void hv_events_begin(struct hv_events *e);

/* The last vCPU of the VM has left it. Any hart. */
void hv_events_vm_ended(struct hv_events *e, const struct vm *vm);

/* The VM has exceeded its budget of exits. One of its harts. */
void hv_events_budget_exceeded(struct hv_events *e, const struct vm *vm);

/* A hart has panicked; `vm` is the one that it ran, or NULL. Never waits. */
void hv_events_panicked(struct hv_events *e, const struct vm *vm);

/* True if every VM that was started has ended. */
bool hv_events_all_ended(const struct hv_events *e);

/*
 * Console hart: a line for each new bit; that a VM has stopped is printed after the VM's last
 * output. If the log has no room, the console is served once more, and this is called again. After
 * the last VM's line: SRST.
 */
void hv_events_report(struct hv_events *e);

/* finish.c: sends what the console still has, then ends the machine, as failed or not. */
_Noreturn void hv_events_finish(struct hv_events *e, bool failed);
