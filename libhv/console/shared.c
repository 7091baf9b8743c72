/* SPDX-License-Identifier: Apache-2.0 */
/* The console that VMs share: their rings and virtual UARTs, the UART's driver, the mux's step. */
#include "libhv/console/console.h"

#include <hyp/arch/csr.h>
#include <hyp/console/format.h>
#include <string.h>

#define NEVER UINT64_MAX
#define LINE_TIMEOUT_US 10000    /* An idle prompt stays so long while other ports wait. */
#define PERIOD_US 1000           /* Between two steps for paced ports. */
#define INPUT_TIMEOUT_US 1000000 /* A VM that reads nothing for so long loses its input. */
#define AGAIN_US 50              /* Until the next step, if the device cannot interrupt for room. */
#define POLL_INPUT_US 5000
#define POLL_ROOM_US 1000                /* The UART's interrupt does not reach the console hart. */
#define POLL_RINGS_US 10000              /* A ring holds more than the device sends in this time. */
#define FIFO_US 20000                    /* The UART sends its FIFO in less. */
#define EXITS_LENGTH (LOG_LINE_MAX - 10) /* `hyp: `, ` ...` and the line end need the rest. */
#define DRAIN_STEPS 2000000 /* A device that is gone must not delay the machine's end for long. */

/* The platform's UART. NULL: it has none, or a VM owns it; the firmware's console is used. */
static const struct hyp_device *find_uart(const struct hv_build *build)
{
    const struct hyp_platform *platform = build->platform;
    const char *name = platform->uart.device;
    const struct hyp_device *uart = NULL;
    for (uint32_t i = 0; name != NULL && uart == NULL && i < platform->device_count; i++) {
        uart = strcmp(platform->devices[i].name, name) == 0 ? &platform->devices[i] : NULL;
    }
    for (uint32_t v = 0; v < build->config->vm_count; v++) {
        for (uint32_t i = 0; i < build->config->vms[v].device_count; i++) {
            if (hv_device(build, v, i) == uart) {
                return NULL;
            }
        }
    }
    return uart;
}

static bool open_uart(struct hv_console *console)
{
    const struct hyp_platform *platform = console->build->platform;
    const struct hyp_device *device = find_uart(console->build);
    uintptr_t va;
    if (device == NULL || !console->ops->has_device(console->ctx, device->hpa) ||
        hspace_map_device(console->space, HPA(device->hpa), device->size, &va) != HYP_OK) {
        return false;
    }
    struct uart16550_config config = {
        .regs = {.base = va},
        .shift = platform->uart.reg_shift,
        .width = platform->uart.access_width,
    };
    if (uart16550_init(&console->uart, &config) == HYP_OK) {
        console->dev = uart16550_console(&console->uart);
        console->uart_irq = device->irq[0];
    }
    return true;
}

/* ---- The console of a VM --------------------------------------------------------------------- */

/* Writes the bytes for which there is room, at once. Returns how many. */
static uint32_t console_write(void *ctx, const uint8_t *bytes, uint32_t count)
{
    struct hv_console_vm *port = ctx;
    uint32_t room = port->vc.discard ? count : byte_ring_room(&port->vc.tx);
    uint32_t fits = count < room ? count : room;
    bool must_wake;
    if (fits == 0 || !vconsole_write(&port->vc, bytes, fits, &must_wake)) {
        return 0;
    }
    if (must_wake) {
        vconsole_wake_mux(&port->vc);
    }
    return fits;
}

static uint32_t console_read(void *ctx, uint8_t *bytes, uint32_t count)
{
    struct hv_console_vm *port = ctx;
    uint32_t done = 0;
    while (done < count && vconsole_get_byte(&port->vc, &bytes[done])) {
        done++;
    }
    return done;
}

static void console_update(void *ctx)
{
    struct hv_console_vm *port = ctx;
    if (port->has_vuart) {
        vuart_update(&port->vuart);
    }
}

static enum hyp_status add_vuart(struct hv_console *console, struct hv_console_vm *port)
{
    const struct vm_console *wanted = &port->vm->config->console;
    struct vuart_config config = {.backend = vconsole_backend(&port->vc)};
    if (console->ops->line(console->ctx, port->vm, wanted->irq, &config.irq) != HYP_OK) {
        return HYP_E_PARAM;
    }
    HYP_TRY(vuart_init(&port->vuart, &config));
    port->has_vuart = true;
    struct vdev dev = {
        .base = wanted->gpa,
        .size = HYP_VUART_SIZE,
        .ops = &vuart_vdev_ops,
        .state = &port->vuart,
    };
    return vm_add_vdev(port->vm, &dev);
}

static enum hyp_status add_vm(struct hv_console *console, struct vm *vm) NO_THREAD_SAFETY_ANALYSIS
{
    if (vm->config->console.kind == VM_CONSOLE_NONE) {
        return HYP_OK;
    }
    struct hv_console_vm *port = object_pool_alloc(console->objects, sizeof(*port));
    uint8_t *tx = object_pool_alloc(console->objects, HV_CONSOLE_TX_RING);
    uint8_t *rx = object_pool_alloc(console->objects, HV_CONSOLE_RX_RING);
    if (port == NULL || tx == NULL || rx == NULL) {
        return HYP_E_NOMEM;
    }
    struct vconsole_config config = {
        .name = vm->config->name,
        .tx = tx,
        .tx_size = HV_CONSOLE_TX_RING,
        .rx = rx,
        .rx_size = HV_CONSOLE_RX_RING,
        .discard = console->hart == HV_NO_HART,
    };
    if (!vm->config->real_time) {
        /* A real-time VM sends no IPI: docs/decisions/0007-firmware-locks.md */
        config.waker = (struct vconsole_waker){.send = console->ops->wake, .ctx = console->ctx};
    }
    HYP_TRY(vconsole_init(&port->vc, &config));
    port->vm = vm;
    console->vm[vm->index] = port;
    vm->console_write = console_write;
    vm->console_read = console_read;
    vm->console_update = console_update;
    vm->console_ctx = port;
    return vm->config->console.kind == VM_CONSOLE_VUART ? add_vuart(console, port) : HYP_OK;
}

/* ---- The console hart ------------------------------------------------------------------------ */

/* Paces the ports of all other VMs and the log, if the console hart runs a VM. */
static void set_paced(struct hv_console *console)
{
    uint64_t paced = 0;
    for (uint32_t s = 0;
         console->hart_vm < console->build->config->vm_count && s < console->mux.port_count; s++) {
        bool own =
            console->mux.port[s] != &console->log_vc && console->vm_of_port[s] == console->hart_vm;
        paced |= own ? 0 : BIT(s);
    }
    vconsole_mux_set_paced(&console->mux, paced);
}

static bool share(struct hv_console *console)
{
    const struct hyp_config *build = console->build->config;
    struct vconsole_mux_config config = {
        .dev = console->dev,
        .line_timeout = hv_console_ticks_of_us(console, LINE_TIMEOUT_US),
        .period = hv_console_ticks_of_us(console, PERIOD_US),
        .input_timeout = hv_console_ticks_of_us(console, INPUT_TIMEOUT_US),
        .switch_key = hyp_console_key(build),
        .log_key = hyp_log_key(build),
        .terminal_key = hyp_terminal_key(build),
    };
    if (vconsole_mux_init(&console->mux, &config) != HYP_OK ||
        vconsole_mux_add(&console->mux, &console->log_vc) != HYP_OK) {
        return false;
    }
    for (uint32_t i = 0; i < build->vm_count; i++) {
        const struct vm_config *vm = &build->vms[i];
        struct hv_console_vm *port = console->vms[i] != NULL ? console->vm[i] : NULL;
        console->has_polled_port |= vm->real_time && vm->exits_after_boot.grace_s != 0;
        if (port != NULL && vconsole_mux_add(&console->mux, &port->vc) == HYP_OK) {
            console->vm_of_port[port->vc.port] = i;
            console->has_polled_port |= port->vc.waker.send == NULL;
        }
    }
    set_paced(console);
    return true;
}

static void wake_vms(struct hv_console *console, uint64_t ports)
{
    for (uint32_t s = 1; s < console->mux.port_count; s++) {
        const struct hv_console_vm *port = console->vm[console->vm_of_port[s]];
        if ((ports & BIT(s)) != 0 && port->has_vuart) {
            vcpu_notify(port->vm->vcpus[0], VCPU_PENDING_CONSOLE);
        }
    }
}

/* Time of the mux's next step. */
static uint64_t deadline_of(const struct hv_console *console,
                            const struct vconsole_mux_result *result, uint64_t now)
{
    uint64_t deadline = NEVER;
    bool silent_uart = console->dev.state == &console->uart && !console->uart_wakes;
    switch (result->state) {
    case VCONSOLE_MUX_SLEEP: break;
    case VCONSOLE_MUX_TX_WAIT:
        deadline = silent_uart ? now + hv_console_ticks_of_us(console, POLL_ROOM_US) : NEVER;
        break;
    case VCONSOLE_MUX_UNTIL: deadline = result->deadline; break;
    case VCONSOLE_MUX_AGAIN: deadline = now + hv_console_ticks_of_us(console, AGAIN_US); break;
    }
    /* The hart polls for input if there is no receive interrupt. */
    uint64_t poll = result->polled || silent_uart
                        ? now + hv_console_ticks_of_us(console, POLL_INPUT_US)
                        : NEVER;
    uint64_t poll_rings =
        console->has_polled_port ? now + hv_console_ticks_of_us(console, POLL_RINGS_US) : NEVER;
    poll = poll_rings < poll ? poll_rings : poll;
    return poll < deadline ? poll : deadline;
}

/*
 * Logs one line: `exits` and, for each cause that occurred from console->exits_cause on, its name
 * and count. If the line has no room for all, it ends with ` ...`, and the next one goes on.
 */
static void show_exits_of(struct hv_console *console, const struct vm *vm)
{
    char text[LOG_LINE_MAX];
    const size_t head = format_buf(text, sizeof(text), "vm=%s exits", vm->config->name);
    size_t used = head;
    uint32_t cause = console->exits_cause;
    for (; cause < WORLD_EXIT_COUNT; cause++) {
        uint64_t count = vm_exits(vm, cause);
        if (count != 0) {
            size_t length =
                format_buf(text + used, sizeof(text) - used, " %s=%lu", vm_exit_name(cause), count);
            if (used + length > EXITS_LENGTH && used != head) {
                text[used] = 0;
                break;
            }
            used += length;
        }
    }
    console->exits_cause = cause % WORLD_EXIT_COUNT;
    log_line(&console->log, "%s%s", text, cause < WORLD_EXIT_COUNT ? " ..." : "");
}

/* Writes lines for each VM, as long as the log has room; the next step writes the rest. */
static void show_exits(struct hv_console *console)
{
    while (console->exits_to_print != 0 && hv_console_log_has_room(console)) {
        const struct vm *vm =
            console->vms[console->build->config->vm_count - console->exits_to_print];
        if (vm != NULL) {
            show_exits_of(console, vm);
        }
        console->exits_to_print -= console->exits_cause == 0;
    }
}

static void step(struct hv_console *console, struct hv_timer *timer)
{
    uint64_t now = csr_read(CSR_TIME);
    struct vconsole_mux_result r = vconsole_mux_step(&console->mux, now, VCONSOLE_MUX_BUDGET);
    if (r.wake != 0) {
        wake_vms(console, r.wake);
    }
    if (r.log_key_pressed) {
        console->exits_to_print = console->build->config->vm_count;
        console->exits_cause = 0;
    }
    show_exits(console);
    timer->deadline = deadline_of(console, &r, now);
    hv_timer_program(timer);
}

static bool has_output(const struct hv_console *console, uint32_t vm)
{
    const struct hv_console_vm *port = console->vm[vm];
    return console->mux.port_count != 0 && port != NULL && byte_ring_used(&port->vc.tx) != 0;
}

/* Writes all that the rings hold, polled, then waits until the UART has sent its FIFO. */
static void drain(struct hv_console *console)
{
    vconsole_mux_set_paced(&console->mux, 0);
    uint64_t idle_since = csr_read(CSR_TIME);
    for (uint32_t i = 0; console->dev.ops != NULL && i < DRAIN_STEPS; i++) {
        uint64_t now = csr_read(CSR_TIME);
        struct vconsole_mux_result r = vconsole_mux_step(&console->mux, now, VCONSOLE_MUX_BUDGET);
        if (r.state != VCONSOLE_MUX_SLEEP) {
            idle_since = now;
        } else if (console->dev.state != &console->uart ||
                   now - idle_since > hv_console_ticks_of_us(console, FIFO_US)) {
            return; /* The firmware's console buffers nothing. */
        }
    }
}

const struct hyp_console_module hyp_shared_console = {
    .open = open_uart,
    .add_vm = add_vm,
    .share = share,
    .set_paced = set_paced,
    .step = step,
    .has_output = has_output,
    .drain = drain,
};
