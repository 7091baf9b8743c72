/* SPDX-License-Identifier: Apache-2.0 */
/* The console that VMs share: their rings and virtual UARTs, the UART, and its step. */
#include "libhv/console/console.h"

#include <hyp/arch/csr.h>
#include <hyp/console/format.h>
#include <string.h>

#define KEY_DEFAULT 0x1d     /* Ctrl-] */
#define LOG_KEY_DEFAULT 0x1e /* Ctrl-^ */
#define NEVER UINT64_MAX
#define POLL_INPUT_US 5000
#define NO_IRQ_US 1000
#define PERIOD_US 1000 /* Between two steps for others than the hart's own VM. */
#define LOOK_US 10000  /* A ring holds more than the device sends in this time. */
#define VUART_PAGE 0x100

/* The platform's UART, unless a VM owns it; NULL: the firmware's console is used. */
static const struct hyp_device *find_uart(const struct hv_build *build)
{
    const struct hyp_platform *platform = build->platform;
    const char *name = platform->uart.device;
    const struct hyp_device *uart = 0;
    for (uint32_t i = 0; name != 0 && uart == 0 && i < platform->device_count; i++) {
        uart = strcmp(platform->devices[i].name, name) == 0 ? &platform->devices[i] : 0;
    }
    for (uint32_t v = 0; v < build->config->vm_count; v++) {
        for (uint32_t i = 0; i < build->config->vms[v].device_count; i++) {
            if (hv_device(build, v, i) == uart) {
                return 0;
            }
        }
    }
    return uart;
}

static bool open_uart(struct hv_console *c)
{
    const struct hyp_platform *platform = c->build->platform;
    const struct hyp_device *d = find_uart(c->build);
    uintptr_t va;
    if (d == 0 || !c->ops->has_device(c->ctx, d->hpa) ||
        hspace_map_device(c->space, HPA(d->hpa), d->size, &va) != HYP_OK) {
        return false;
    }
    struct uart16550_config config = {
        .regs = {.base = va},
        .shift = platform->uart.reg_shift,
        .width = platform->uart.access_width,
    };
    if (uart16550_init(&c->uart, &config) == HYP_OK) {
        c->dev = uart16550_console(&c->uart);
        c->uart_irq = d->irq[0];
    }
    return true;
}

/* ---- The console of a VM --------------------------------------------------------------------- */

/* One write, of the bytes that there is room for. */
static uint32_t console_write(void *ctx, const uint8_t *bytes, uint32_t count)
{
    struct hv_console_vm *v = ctx;
    uint32_t room = v->vc.discard ? count : byte_ring_room(&v->vc.tx);
    uint32_t fits = count < room ? count : room;
    bool kick;
    if (fits == 0 || !vconsole_write(&v->vc, bytes, fits, &kick)) {
        return 0;
    }
    if (kick) {
        vconsole_kick(&v->vc);
    }
    return fits;
}

static uint32_t console_read(void *ctx, uint8_t *bytes, uint32_t count)
{
    struct hv_console_vm *v = ctx;
    uint32_t done = 0;
    while (done < count && vconsole_get_byte(&v->vc, &bytes[done])) {
        done++;
    }
    return done;
}

static void console_update(void *ctx)
{
    struct hv_console_vm *v = ctx;
    if (v->has_vuart) {
        vuart_update(&v->vuart);
    }
}

static enum hyp_status add_vuart(struct hv_console *c, struct hv_console_vm *v)
{
    const struct vm_console *console = &v->vm->config->console;
    struct vuart_config config = {.port = vconsole_port(&v->vc)};
    if (c->ops->line(c->ctx, v->vm, console->irq, &config.irq) != HYP_OK) {
        return HYP_E_PARAM;
    }
    HYP_TRY(vuart_init(&v->vuart, &config));
    v->has_vuart = true;
    struct vdev dev = {
        .base = console->gpa,
        .size = VUART_PAGE,
        .ops = &vuart_vdev_ops,
        .state = &v->vuart,
    };
    return vm_add_vdev(v->vm, &dev);
}

static enum hyp_status add_vm(struct hv_console *c, struct vm *vm) NO_THREAD_SAFETY_ANALYSIS
{
    if (vm->config->console.kind == VM_CONSOLE_NONE) {
        return HYP_OK;
    }
    struct hv_console_vm *v = object_pool_alloc(c->objects, sizeof(*v));
    uint8_t *rings = object_pool_alloc(c->objects, HV_CONSOLE_TX_RING + HV_CONSOLE_RX_RING);
    if (v == 0 || rings == 0) {
        return HYP_E_NOMEM;
    }
    struct vconsole_config config = {
        .name = vm->config->name,
        .tx = rings,
        .tx_size = HV_CONSOLE_TX_RING,
        .rx = rings + HV_CONSOLE_TX_RING,
        .rx_size = HV_CONSOLE_RX_RING,
        .discard = c->hart == HV_NO_HART,
    };
    if (!vm->config->real_time) {
        /* A real-time VM's bytes wait to be looked for: docs/decisions/0007-firmware-locks.md */
        config.kick = (struct vconsole_waker){.send = c->ops->kick, .ctx = c->ctx};
    }
    HYP_TRY(vconsole_init(&v->vc, &config));
    v->vm = vm;
    c->vm[vm->index] = v;
    vm->console_write = console_write;
    vm->console_read = console_read;
    vm->console_update = console_update;
    vm->console_ctx = v;
    return vm->config->console.kind == VM_CONSOLE_VUART ? add_vuart(c, v) : HYP_OK;
}

/* ---- The console hart ------------------------------------------------------------------------ */

/* Others' bytes are paced where the console hart runs a VM. */
static void set_paced(struct hv_console *c)
{
    uint64_t paced = 0;
    for (uint32_t s = 0; c->payer < c->build->config->vm_count && s < c->mux.source_count; s++) {
        bool own = c->mux.source[s] != &c->log_vc && c->vm_of_source[s] == c->payer;
        paced |= own ? 0 : BIT(s);
    }
    vconsole_mux_set_paced(&c->mux, paced);
}

static bool share(struct hv_console *c)
{
    const struct hyp_config *build = c->build->config;
    struct vconsole_mux_config config = {
        .dev = c->dev,
        .patience = hv_console_ticks_of_us(c, 10000),
        .period = hv_console_ticks_of_us(c, PERIOD_US),
        .switch_key = build->console_key != 0 ? build->console_key : KEY_DEFAULT,
        .log_key = build->log_key != 0 ? build->log_key : LOG_KEY_DEFAULT,
    };
    if (vconsole_mux_init(&c->mux, &config) != HYP_OK ||
        vconsole_mux_add(&c->mux, &c->log_vc) != HYP_OK) {
        return false;
    }
    for (uint32_t i = 0; i < build->vm_count; i++) {
        const struct vm_config *vm = &build->vms[i];
        struct hv_console_vm *v = c->built[i] != 0 ? c->vm[i] : 0;
        c->has_silent_source |= vm->real_time && vm->exits_after_boot.grace_s != 0;
        if (v != 0 && vconsole_mux_add(&c->mux, &v->vc) == HYP_OK) {
            c->vm_of_source[v->vc.source] = i;
            c->has_silent_source |= v->vc.kick.send == 0;
        }
    }
    set_paced(c);
    return true;
}

static void wake_vms(struct hv_console *c, uint64_t sources)
{
    for (uint32_t s = 1; s < c->mux.source_count; s++) {
        const struct hv_console_vm *v = c->vm[c->vm_of_source[s]];
        if ((sources & BIT(s)) != 0 && v->has_vuart) {
            vcpu_notify(v->vm->vcpus[0], VCPU_PENDING_CONSOLE);
        }
    }
}

/* When the mux wants to run again, as a deadline of this hart's timer. */
static uint64_t deadline_of(const struct hv_console *c, const struct vconsole_mux_result *r,
                            uint64_t now)
{
    uint64_t deadline = NEVER;
    bool silent_uart = c->dev.state == &c->uart && !c->uart_wakes;
    switch (r->state) {
    case VCONSOLE_MUX_SLEEP: break;
    case VCONSOLE_MUX_TX_WAIT:
        deadline = silent_uart ? now + hv_console_ticks_of_us(c, NO_IRQ_US) : NEVER;
        break;
    case VCONSOLE_MUX_UNTIL: deadline = r->deadline; break;
    case VCONSOLE_MUX_AGAIN: deadline = now + hv_console_ticks_of_us(c, 50); break;
    }
    /* Input is polled if there is no receive interrupt. */
    uint64_t poll =
        r->polled || silent_uart ? now + hv_console_ticks_of_us(c, POLL_INPUT_US) : NEVER;
    uint64_t look = c->has_silent_source ? now + hv_console_ticks_of_us(c, LOOK_US) : NEVER;
    poll = look < poll ? look : poll;
    return poll < deadline ? poll : deadline;
}

/* `exits` and, for each cause that there was, its number (an interrupt's with an i) and count. */
static void show_exits_of(struct hv_console *c, const struct vm *vm)
{
    char text[LOG_LINE_MAX];
    size_t used = 0;
    text[0] = 0;
    for (uint32_t cause = 0; cause < WORLD_EXIT_COUNT; cause++) {
        uint64_t count = vm_exits(vm, cause);
        if (count != 0) {
            used += format_buf(text + used, sizeof(text) - used, " %s%u=%lu",
                               cause < WORLD_EXIT_IRQ ? "" : "i", cause % WORLD_EXIT_IRQ, count);
        }
    }
    log_line(&c->log, "vm=%s exits%s", vm->config->name, text);
}

/* Writes a line for each VM, as long as the log has room; the next step writes the rest. */
static void show_exits(struct hv_console *c)
{
    for (; c->to_show != 0 && hv_console_log_has_room(c); c->to_show--) {
        const struct vm *vm = c->built[c->build->config->vm_count - c->to_show];
        if (vm != 0) {
            show_exits_of(c, vm);
        }
    }
}

static void step(struct hv_console *c, struct hv_timer *timer)
{
    uint64_t now = csr_read(CSR_TIME);
    struct vconsole_mux_result r = vconsole_mux_step(&c->mux, now, VCONSOLE_MUX_BUDGET);
    if (r.wake != 0) {
        wake_vms(c, r.wake);
    }
    if (r.log_asked) {
        c->to_show = c->build->config->vm_count;
    }
    show_exits(c);
    timer->deadline = deadline_of(c, &r, now);
    hv_timer_program(timer);
}

static bool has_output(const struct hv_console *c, uint32_t vm)
{
    const struct hv_console_vm *v = c->vm[vm];
    return c->mux.source_count != 0 && v != 0 && byte_ring_used(&v->vc.tx) != 0;
}

/* Everything still in the rings goes out, polled, and then what the device itself holds. */
static void drain(struct hv_console *c)
{
    vconsole_mux_set_paced(&c->mux, 0);
    uint64_t idle_since = csr_read(CSR_TIME);
    for (uint32_t i = 0; c->dev.ops != 0 && i < 2000000; i++) {
        uint64_t now = csr_read(CSR_TIME);
        struct vconsole_mux_result r = vconsole_mux_step(&c->mux, now, 16);
        if (r.state != VCONSOLE_MUX_SLEEP) {
            idle_since = now;
        } else if (c->dev.state != &c->uart ||
                   now - idle_since > hv_console_ticks_of_us(c, 20000)) {
            return; /* The firmware's console holds nothing of ours. */
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
