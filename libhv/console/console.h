/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The machine's console: the log's, and that of VMs that share it, driven by one hart.
 *
 *   console.c    the device, and the log's way to it
 *   shared.c     VMs' rings and virtual UARTs, the UART's driver, the step for them all: linked
 *                unless the log waits (docs/decisions/0010-modules.md)
 *
 * Owner   struct hv; each struct hv_console_vm comes from the pool and stays.
 * Locks   None: the console hart's own, but for what libconsole shares by itself.
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
#define HV_CONSOLE_RX_RING 64

/* A VM's end of the console. */
struct hv_console_vm {
    struct vm *vm;
    struct vconsole vc;
    struct vuart vuart;
    bool has_vuart;
};

/* The room's calls to other rooms; ops.c has the functions. */
struct hv_console_ops {
    /* Wakes the console hart, from any hart, this one included. */
    void (*wake)(void *ctx);
    /* The wire into a source of the VM's interrupt controller; HYP_E_ABSENT: it has none. */
    enum hyp_status (*line)(void *ctx, struct vm *vm, uint32_t source, struct irq_line *line);
    /* True if the machine has this device. */
    bool (*has_device)(void *ctx, uint64_t hpa);
};

struct hv_console {
    uint32_t hart; /* Drives it; HV_NO_HART: what VMs write is dropped. First: see struct hv. */
    const struct hv_build *build;
    const struct hyp_console_module *shared; /* NULL: VMs share no console. */
    struct hspace *space;
    struct object_pool *objects;
    uint64_t load_hpa;
    uint32_t timebase_hz;
    const bool *log_waits; /* Atomic: the log waits until no VM runs. */
    const struct hv_console_ops *ops;
    void *ctx;

    struct console_dev dev; /* ops NULL: there is none. */
    struct sbi_console sbi_console;
    struct uart16550 uart;
    uint32_t uart_irq; /* The machine's interrupt of the UART in use; 0: none. */
    bool uart_wakes;   /* It reaches the console hart; else the hart looks. */
    struct log log;
    struct vconsole log_vc;
    uint64_t log_ring[256 / 8];

    uint32_t hart_vm; /* The VM that this hart runs, or vm_count: none. */
    struct vconsole_mux mux;
    struct vm *const *vms;                      /* By index; NULL: it was not built. */
    struct hv_console_vm *vm[HYP_VM_MAX];       /* NULL: it shares no console. */
    uint32_t vm_of_port[VCONSOLE_MUX_PORT_MAX]; /* Mux source to VM index. */
    bool has_polled_port;    /* Some VM ipis nobody for bytes or events: the hart polls. */
    uint32_t exits_to_print; /* VMs whose exits are still to be shown, the last ones. */
};

/* shared.c, as the configuration's generated file points at it. */
struct hyp_console_module {
    /* The platform's UART, where no VM owns it, becomes c->dev. False: there is none. */
    bool (*open)(struct hv_console *c);
    /* The VM's rings, and its virtual UART, if it shares the console. */
    enum hyp_status (*add_vm)(struct hv_console *c, struct vm *vm);
    /* All VMs are built: log and VMs get c->dev by turns. False: it stays the log's. */
    bool (*share)(struct hv_console *c);
    /* Others' bytes are paced where c->hart_vm pays for them. */
    void (*set_paced)(struct hv_console *c);
    /* Console hart: moves some bytes, and sets the hart's deadline for the next step. */
    void (*step)(struct hv_console *c, struct hv_timer *timer);
    /* True if some of the VM's output still waits for the device: a step will follow. */
    bool (*has_output)(const struct hv_console *c, uint32_t vm);
    /* Everything goes out, polled. */
    void (*drain)(struct hv_console *c);
};

/* The firmware's console, for what is said before there is a pool. */
void hv_console_init_early(struct hv_console *c);

/* The console of the platform, or the firmware's. Lines go out from here. */
void hv_console_init(struct hv_console *c);

/* All VMs are built: the console becomes shared. */
void hv_console_attach(struct hv_console *c);

/* The console has a hart: the log wakes it, too. */
void hv_console_set_hart(struct hv_console *c, uint32_t hart);

/* The hart that drives it has no VM, which would pay for others. */
void hv_console_clear_vm(struct hv_console *c);

/* HYP_OK, also if the VM shares no console. */
HYP_MUST_USE enum hyp_status hv_console_add_vm(struct hv_console *c, struct vm *vm);

/* Console hart: moves some bytes. */
void hv_console_step(struct hv_console *c, struct hv_timer *timer);

/* True if somebody has woken the console hart. */
static inline bool hv_console_wakeup_pending(const struct hv_console *c)
{
    return vconsole_mux_wakeup_pending(&c->mux);
}

bool hv_console_log_has_room(struct hv_console *c);
bool hv_console_has_output(const struct hv_console *c, uint32_t vm);
void hv_console_drain(struct hv_console *c);

static inline uint64_t hv_console_ticks_of_us(const struct hv_console *c, uint64_t us)
{
    return us * c->timebase_hz / 1000000;
}
