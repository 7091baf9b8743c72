/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The machine's console, for the log and for VMs that share it, driven by one hart.
 *
 *   console.c    the device, and the log
 *   shared.c     VMs' rings and virtual UARTs, the UART's driver, the multiplexer's step: linked
 *                unless the log waits (docs/decisions/0010-modules.md)
 *
 * Owner   struct hv; each struct hv_console_vm comes from the pool and is never freed.
 * Locks   None: the console hart's own, except for libconsole's rings and bell.
 */
#pragma once

#include <hyp/console/log.h>
#include <hyp/console/sbi_console.h>
#include <hyp/console/uart16550.h>
#include <hyp/console/vconsole_mux.h>
#include <hyp/console/vuart.h>
#include <hyp/mm/hspace.h>
#include <hyp/mm/object_pool.h>
#include <hyp/vm/vm.h>

#include "libhv/build.h"
#include "libhv/hart/timer.h"

#define HV_NO_HART UINT32_MAX

/* Bytes of a VM's rings. */
#define HV_CONSOLE_TX_RING 1024
#define HV_CONSOLE_RX_RING 4096

/* A VM's end of the console. */
struct hv_console_vm {
    struct vm *vm;
    struct vconsole vc;
    struct vuart vuart;
    bool has_vuart;
};

/* The room's calls to other rooms; ops.c has the functions. */
struct hv_console_ops {
    /* Wakes the console hart, from any hart, the console hart included. */
    void (*wake)(void *ctx);
    /* Line to a source of the VM's interrupt controller; HYP_E_ABSENT: it has no controller. */
    enum hyp_status (*line)(void *ctx, struct vm *vm, uint32_t source, struct irq_line *line);
    /* True if the machine has this device. */
    bool (*has_device)(void *ctx, uint64_t hpa);
};

struct hv_console {
    uint32_t hart; /* Drives the console; HV_NO_HART: VMs' output is dropped. First: see hv.h. */
    const struct hv_build *build;
    const struct hyp_console_module *shared; /* NULL: VMs share no console. */
    struct hspace *space;
    struct object_pool *objects;
    uint64_t load_hpa;
    uint32_t timebase_hz;
    const bool *log_waits; /* Atomic: the log waits until no VM runs. */
    const struct hv_console_ops *ops;
    void *ctx;

    struct console_dev dev; /* ops NULL: there is no device. */
    struct sbi_console sbi_console;
    struct uart16550 uart;
    uint32_t uart_irq; /* The machine's interrupt of the UART in use; 0: none. */
    bool uart_wakes;   /* That interrupt reaches the console hart; else the hart polls. */
    struct log log;
    struct vconsole log_vc;
    uint64_t log_ring[256 / 8];

    uint32_t hart_vm; /* The VM that this hart runs, or vm_count: none. */
    struct vconsole_mux mux;
    struct vm *const *vms;                      /* Indexed by VM; NULL: not built. */
    struct hv_console_vm *vm[HYP_VM_MAX];       /* NULL: it shares no console. */
    uint32_t vm_of_port[VCONSOLE_MUX_PORT_MAX]; /* VM index of each port of the mux. */
    bool has_polled_port;    /* Some VM sends no IPI for bytes or events: the hart polls. */
    uint32_t exits_to_print; /* How many VMs' exits must still be printed: the last ones. */
    uint32_t exits_cause;    /* The next line about the first of these begins with this cause. */
};

/* shared.c's functions; the file that the config tool writes points to them, or has NULL. */
struct hyp_console_module {
    /* Makes the platform's UART console->dev. False: there is none, or a VM owns it. */
    bool (*open)(struct hv_console *console);
    /* Adds the VM's rings and its virtual UART, if it shares the console. */
    enum hyp_status (*add_vm)(struct hv_console *console, struct vm *vm);
    /* Plugs log and VMs into the mux, once all VMs are built. False: only the log has the device.
     */
    bool (*share)(struct hv_console *console);
    /* Paces all ports but hart_vm's, if the console hart has a VM. */
    void (*set_paced)(struct hv_console *console);
    /* Console hart: moves some bytes, and sets the hart's deadline for the next step. */
    void (*step)(struct hv_console *console, struct hv_timer *timer);
    /* True if the VM's output still waits for the device: a step will follow. */
    bool (*has_output)(const struct hv_console *console, uint32_t vm);
    /* Writes all that the rings hold, polled. */
    void (*drain)(struct hv_console *console);
};

/* Opens the firmware's console, for lines before there is a pool. */
void hv_console_init_early(struct hv_console *console);

/* Opens the platform's UART, or the firmware's console, for the log. */
void hv_console_init(struct hv_console *console);

/* Shares the console, once all VMs are built. */
void hv_console_attach(struct hv_console *console);

/* Sets the console hart, which the log wakes from now on. */
void hv_console_set_hart(struct hv_console *console, uint32_t hart);

/* The console hart has no VM any more: no port is paced. */
void hv_console_clear_vm(struct hv_console *console);

/* HYP_OK, also if the VM shares no console. */
HYP_MUST_USE enum hyp_status hv_console_add_vm(struct hv_console *console, struct vm *vm);

/* Any hart: the VM has stopped and reads no more. The caller then interrupts the console hart. */
void hv_console_vm_ended(struct hv_console *console, const struct vm *vm);

/* Console hart: moves some bytes. */
void hv_console_step(struct hv_console *console, struct hv_timer *timer);

/* True if an IPI has woken the console hart for bytes. */
static inline bool hv_console_wakeup_pending(const struct hv_console *console)
{
    return vconsole_mux_wakeup_pending(&console->mux);
}

bool hv_console_log_has_room(struct hv_console *console);
bool hv_console_has_output(const struct hv_console *console, uint32_t vm);
void hv_console_drain(struct hv_console *console);

static inline uint64_t hv_console_ticks_of_us(const struct hv_console *console, uint64_t us)
{
    return us * console->timebase_hz / 1000000;
}
