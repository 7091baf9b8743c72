/* SPDX-License-Identifier: Apache-2.0 */
/* The console that VMs share: their rings and virtual UARTs, the UART, and its step. */
#include "hyp.h"

#include <hyp/arch/csr.h>
#include <hyp/console/format.h>

#define KEY_DEFAULT 0x1d     /* Ctrl-] */
#define LOG_KEY_DEFAULT 0x1e /* Ctrl-^ */
#define NEVER UINT64_MAX
#define POLL_INPUT_US 5000
#define NO_IRQ_US 1000
#define PERIOD_US 1000 /* Between two steps for others than the hart's own VM. */
_Static_assert(CONFIG_CONSOLE_BYTES == VCONSOLE_MUX_BUDGET, "what the report says");
#define LOOK_US 10000 /* A ring holds more than the device sends in this time. */
#define TX_RING 1024
#define RX_RING 64
#define VUART_PAGE 0x100

_Static_assert(TX_RING + RX_RING <= FOOTPRINT_PER_CONSOLE, "footprint.h");

/* The platform's UART, unless a VM owns it; NULL: the firmware's console is used. */
static const struct hyp_device *own_uart(void)
{
    const char *name = hyp_platform.uart.device;
    const struct hyp_device *uart = name != 0 ? config_find_device(&hyp_platform, name) : 0;
    for (uint32_t v = 0; v < hyp_config.vm_count; v++) {
        for (uint32_t i = 0; i < hyp_config.vms[v].device_count; i++) {
            if (hyp_device(v, i) == uart) {
                return 0;
            }
        }
    }
    return uart;
}

static bool open_uart(struct hyp *h)
{
    const struct hyp_device *d = own_uart();
    uintptr_t va;
    if (d == 0 || !machine_has_device(&h->machine, d->hpa) ||
        hspace_map_device(&h->space, HPA(d->hpa), d->size, &va) != HYP_OK) {
        return false;
    }
    struct uart16550_config config = {
        .regs = {.base = va},
        .shift = hyp_platform.uart.reg_shift,
        .width = hyp_platform.uart.access_width,
    };
    if (uart16550_init(&h->uart, &config) == HYP_OK) {
        h->console = uart16550_console(&h->uart);
        if (d->irq[0] != 0) {
            h->source_owner[d->irq[0]] = OWNER_CONSOLE;
        }
    }
    return true;
}

/* ---- The console of a VM --------------------------------------------------------------------- */

/* One write, of the bytes that there is room for. */
static uint32_t console_write(void *ctx, const uint8_t *bytes, uint32_t count)
{
    struct host_vm *hv = ctx;
    uint32_t room = hv->vc.discard ? count : byte_ring_room(&hv->vc.tx);
    uint32_t fits = count < room ? count : room;
    bool kick;
    if (fits == 0 || !vconsole_write(&hv->vc, bytes, fits, &kick)) {
        return 0;
    }
    if (kick) {
        vconsole_kick(&hv->vc);
    }
    return fits;
}

static uint32_t console_read(void *ctx, uint8_t *bytes, uint32_t count)
{
    struct host_vm *hv = ctx;
    uint32_t done = 0;
    while (done < count && vconsole_get_byte(&hv->vc, &bytes[done])) {
        done++;
    }
    return done;
}

static void console_update(void *ctx)
{
    struct host_vm *hv = ctx;
    if (hv->has_vuart) {
        vuart_update(&hv->vuart);
    }
}

static enum hyp_status add_vuart(struct host_vm *hv)
{
    const struct vm_console *c = &hv->vm.config->console;
    struct vuart_config config = {.port = vconsole_port(&hv->vc)};
    if (hv->line == 0) {
        return HYP_E_PARAM;
    }
    config.irq = hv->line(hv->vm.irq_ctx, c->irq);
    HYP_TRY(vuart_init(&hv->vuart, &config));
    hv->has_vuart = true;
    struct vdev dev = {
        .base = c->gpa,
        .size = VUART_PAGE,
        .ops = &vuart_vdev_ops,
        .state = &hv->vuart,
    };
    return vm_add_vdev(&hv->vm, &dev);
}

static enum hyp_status add_console(struct hyp *h, struct host_vm *hv)
{
    struct vm *vm = &hv->vm;
    if (vm->config->console.kind == VM_CONSOLE_NONE) {
        return HYP_OK;
    }
    uint8_t *rings = hyp_alloc(h, TX_RING + RX_RING);
    if (rings == 0) {
        return HYP_E_NOMEM;
    }
    struct vconsole_config config = {
        .name = vm->config->name,
        .tx = rings,
        .tx_size = TX_RING,
        .rx = rings + TX_RING,
        .rx_size = RX_RING,
        .discard = h->console_hart == HYP_NO_HART,
    };
    if (!vm->config->real_time) {
        /* A real-time VM's bytes wait to be looked for: docs/decisions/0007-firmware-locks.md */
        config.kick = (struct vconsole_waker){.send = hyp_kick_console, .ctx = h};
    }
    HYP_TRY(vconsole_init(&hv->vc, &config));
    hv->has_console = true;
    vm->console_write = console_write;
    vm->console_read = console_read;
    vm->console_update = console_update;
    vm->console_ctx = hv;
    return vm->config->console.kind == VM_CONSOLE_VUART ? add_vuart(hv) : HYP_OK;
}

/* ---- The console hart ------------------------------------------------------------------------ */

/* Others' bytes are paced where the console hart runs a VM. */
static void set_paced(struct hyp *h)
{
    uint64_t paced = 0;
    for (uint32_t s = 0; h->console_vm < hyp_config.vm_count && s < h->mux.source_count; s++) {
        bool own = h->mux.source[s] != &h->log_vc && h->vm_of_source[s] == h->console_vm;
        paced |= own ? 0 : BIT(s);
    }
    vconsole_mux_set_paced(&h->mux, paced);
}

static bool share(struct hyp *h)
{
    struct vconsole_mux_config config = {
        .dev = h->console,
        .patience = hyp_ticks_of_us(h, 10000),
        .period = hyp_ticks_of_us(h, PERIOD_US),
        .switch_key = hyp_config.console_key != 0 ? hyp_config.console_key : KEY_DEFAULT,
        .log_key = hyp_config.log_key != 0 ? hyp_config.log_key : LOG_KEY_DEFAULT,
    };
    if (vconsole_mux_init(&h->mux, &config) != HYP_OK ||
        vconsole_mux_add(&h->mux, &h->log_vc) != HYP_OK) {
        return false;
    }
    for (uint32_t i = 0; i < hyp_config.vm_count; i++) {
        const struct vm_config *c = &hyp_config.vms[i];
        struct host_vm *hv = h->vms[i];
        h->has_silent_source |= c->real_time && c->exits_after_boot.boot_s != 0;
        if (hv != 0 && hv->has_console && vconsole_mux_add(&h->mux, &hv->vc) == HYP_OK) {
            h->vm_of_source[hv->vc.source] = i;
            h->has_silent_source |= hv->vc.kick.send == 0;
        }
    }
    set_paced(h);
    return true;
}

static void wake_vms(struct hyp *h, uint64_t sources)
{
    for (uint32_t s = 1; s < h->mux.source_count; s++) {
        struct host_vm *hv = h->vms[h->vm_of_source[s]];
        if ((sources & BIT(s)) != 0 && hv->has_vuart) {
            vcpu_notify(hv->vm.vcpus[0], VCPU_PENDING_CONSOLE);
        }
    }
}

/* When the mux wants to run again, as a deadline of this hart's timer. */
static uint64_t deadline_of(const struct hyp *h, const struct vconsole_mux_result *r, uint64_t now)
{
    uint64_t deadline = NEVER;
    bool silent_uart = h->console.state == &h->uart && !h->console_irq;
    switch (r->state) {
    case VCONSOLE_MUX_SLEEP: break;
    case VCONSOLE_MUX_TX_WAIT:
        deadline = silent_uart ? now + hyp_ticks_of_us(h, NO_IRQ_US) : NEVER;
        break;
    case VCONSOLE_MUX_UNTIL: deadline = r->deadline; break;
    case VCONSOLE_MUX_AGAIN: deadline = now + hyp_ticks_of_us(h, 50); break;
    }
    /* Input is polled if there is no receive interrupt. */
    uint64_t poll = r->polled || silent_uart ? now + hyp_ticks_of_us(h, POLL_INPUT_US) : NEVER;
    uint64_t look = h->has_silent_source ? now + hyp_ticks_of_us(h, LOOK_US) : NEVER;
    poll = look < poll ? look : poll;
    return poll < deadline ? poll : deadline;
}

/* `exits` and, for each cause that there was, its number (an interrupt's with an i) and count. */
static void show_exits_of(struct hyp *h, const struct vm *vm)
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
    log_line(&h->log, "vm=%s exits%s", vm->config->name, text);
}

/* Writes a line for each VM, as long as the log has room; the next step writes the rest. */
static void show_exits(struct hyp *h)
{
    for (; h->to_show != 0 && hyp_log_has_room(h); h->to_show--) {
        const struct host_vm *hv = h->vms[hyp_config.vm_count - h->to_show];
        if (hv != 0) {
            show_exits_of(h, &hv->vm);
        }
    }
}

static void step(struct hyp *h, struct host_hart *self)
{
    uint64_t now = csr_read(CSR_TIME);
    struct vconsole_mux_result r = vconsole_mux_step(&h->mux, now, VCONSOLE_MUX_BUDGET);
    if (r.wake != 0) {
        wake_vms(h, r.wake);
    }
    if (r.log_asked) {
        h->to_show = hyp_config.vm_count;
    }
    show_exits(h);
    self->deadline = deadline_of(h, &r, now);
    hyp_program_timer(self);
}

static bool has_output(const struct hyp *h, const struct host_vm *hv)
{
    return h->mux.source_count != 0 && hv->has_console && byte_ring_used(&hv->vc.tx) != 0;
}

/* Everything still in the rings goes out, polled, and then what the device itself holds. */
static void drain(struct hyp *h)
{
    vconsole_mux_set_paced(&h->mux, 0);
    uint64_t idle_since = csr_read(CSR_TIME);
    for (uint32_t i = 0; h->console.ops != 0 && i < 2000000; i++) {
        uint64_t now = csr_read(CSR_TIME);
        struct vconsole_mux_result r = vconsole_mux_step(&h->mux, now, 16);
        if (r.state != VCONSOLE_MUX_SLEEP) {
            idle_since = now;
        } else if (h->console.state != &h->uart || now - idle_since > hyp_ticks_of_us(h, 20000)) {
            return; /* The firmware's console holds nothing of ours. */
        }
    }
}

const struct hyp_console_part hyp_shared_console = {
    .open = open_uart,
    .add_vm = add_console,
    .share = share,
    .set_paced = set_paced,
    .step = step,
    .has_output = has_output,
    .drain = drain,
};
