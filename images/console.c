/* SPDX-License-Identifier: Apache-2.0 */
/* The shared console: its device, its hart, and what that hart does at each interrupt. */
#include "hyp.h"

#include <hyp/arch/csr.h>
#include <hyp/arch/fence.h>
#include <hyp/arch/sbi_call.h>
#include <hyp/console/format.h>

#define KEY_DEFAULT 0x1d     /* Ctrl-] */
#define LOG_KEY_DEFAULT 0x1e /* Ctrl-^ */
#define NEVER UINT64_MAX
#define FAIL_WAIT_US 1000000
#define POLL_INPUT_US 5000
#define NO_IRQ_US 1000
#define PERIOD_US 1000 /* Between two steps for others than the hart's own VM. */
_Static_assert(CONFIG_CONSOLE_BYTES == VCONSOLE_MUX_BUDGET, "what the report says");
#define LOOK_US 10000 /* A ring holds more than the device sends in this time. */
#define SRST_REASON_NONE 0
#define SRST_REASON_FAILURE 1

static uint64_t ticks_of_us(const struct hyp *h, uint64_t us)
{
    return us * h->machine.timebase_hz / 1000000;
}

/* The platform's UART where it is not a VM's own; NULL: the firmware's console. */
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

static void use_firmware(struct hyp *h)
{
    uint64_t link = (uint64_t)(uintptr_t)&h->sbi_console;
    if (sbi_console_init(&h->sbi_console, HPA(link - UINT64_C(0xffffffc000000000) + h->load_hpa)) ==
        HYP_OK) {
        h->console = sbi_console_dev(&h->sbi_console);
    }
}

void hyp_init_boot_console(struct hyp *h)
{
    if (h->machine.timebase_hz == 0) {
        h->machine.timebase_hz = hyp_platform.timebase_hz; /* The tree has not said. */
    }
    use_firmware(h);
    h->fail.base = hyp_platform.fail_hpa != 0 ? hyp_map_boot_device(hyp_platform.fail_hpa) : 0;
    log_init(&h->log, h->console.ops != 0 ? &h->console : 0);
}

void hyp_init_console(struct hyp *h)
{
    const struct hyp_device *d = own_uart();
    uintptr_t va;
    if (d != 0 && machine_has_device(&h->machine, d->hpa) &&
        hspace_map_device(&h->space, HPA(d->hpa), d->size, &va) == HYP_OK) {
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
    } else {
        use_firmware(h);
    }
    if (hyp_platform.fail_hpa != 0 &&
        hspace_map_device(&h->space, HPA(hyp_platform.fail_hpa), 4, &va) == HYP_OK) {
        h->fail.base = va;
    }
    log_init(&h->log, h->console.ops != 0 ? &h->console : 0);
}

/* Does the firmware know it as a hart that it can start? "HART get status" */
static bool can_start(const struct hyp *h, uint32_t hart)
{
    uint64_t id = h->machine.hart_id[hart];
    if (id == hart_self()->id) {
        return true;
    }
    struct sbi_ret r = sbi_call(SBI_EXT_HSM, SBI_HSM_STATUS, id, 0, 0);
    return r.error == SBI_SUCCESS && r.value == SBI_HSM_STOPPED;
}

HYP_COLD void hyp_choose_console_hart(struct hyp *h, const struct config_input *in)
{
    uint32_t hart = config_console_hart(in, &h->plan, 0);
    uint64_t lost = 0;
    while (hart != HYP_NO_HART && !can_start(h, hart) && (lost & BIT(hart)) == 0) {
        lost |= BIT(hart);
        hart = config_console_hart(in, &h->plan, lost);
    }
    h->console_hart = hart;
    h->console_vm = hyp_config.vm_count;
    if (hart == HYP_NO_HART) {
        log_line(&h->log,
                 "console_hart=none reason=real-time-vms-own-all-harts vms_output=dropped");
        return;
    }
    if (hart != hyp_config.console_hart) {
        log_line(&h->log, "console_hart=%u configured=%u", hart, hyp_config.console_hart);
    }
    h->console_vm = config_vm_of_hart(in, &h->plan, hart);
    if (h->console_vm < hyp_config.vm_count) {
        log_line(&h->log, "console_hart=%u pays=%s bytes_per_ms=%u", hart,
                 hyp_config.vms[h->console_vm].name, CONFIG_CONSOLE_BYTES);
    } else {
        log_line(&h->log, "console_hart=%u pays=nobody", hart);
    }
}

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

void hyp_console_attach(struct hyp *h)
{
    struct vconsole_mux_config config = {
        .dev = h->console,
        .patience = ticks_of_us(h, 10000),
        .period = ticks_of_us(h, PERIOD_US),
        .switch_key = hyp_config.console_key != 0 ? hyp_config.console_key : KEY_DEFAULT,
        .log_key = hyp_config.log_key != 0 ? hyp_config.log_key : LOG_KEY_DEFAULT,
    };
    struct vconsole_config log = {
        .tx = (uint8_t *)h->log_ring,
        .tx_size = sizeof(h->log_ring),
    };
    h->log_waits = hyp_config.log_waits && h->started != 0;
    if (h->console.ops == 0 || vconsole_mux_init(&h->mux, &config) != HYP_OK) {
        return;
    }
    if (vconsole_init(&h->log_vc, &log) == HYP_OK &&
        vconsole_mux_add(&h->mux, &h->log_vc) == HYP_OK) {
        log_attach(&h->log, &h->log_vc);
        hyp_console_wake_for_log(h);
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
}

void hyp_console_wake_for_log(struct hyp *h)
{
    if (h->console_hart != HYP_NO_HART) {
        h->log_vc.kick = (struct vconsole_waker){.send = hyp_kick_console, .ctx = h};
    }
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
        deadline = silent_uart ? now + ticks_of_us(h, NO_IRQ_US) : NEVER;
        break;
    case VCONSOLE_MUX_UNTIL: deadline = r->deadline; break;
    case VCONSOLE_MUX_AGAIN: deadline = now + ticks_of_us(h, 50); break;
    }
    /* Without a receive interrupt, input is looked for. */
    uint64_t poll = r->polled || silent_uart ? now + ticks_of_us(h, POLL_INPUT_US) : NEVER;
    uint64_t look = h->has_silent_source ? now + ticks_of_us(h, LOOK_US) : NEVER;
    poll = look < poll ? look : poll;
    return poll < deadline ? poll : deadline;
}

static bool has_log_room(const struct hyp *h)
{
    return h->mux.source_count == 0 || byte_ring_room(&h->log_vc.tx) >= LOG_LINE_MAX;
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

/* A line a VM, as the log has room; a step follows what it holds. */
static void show_exits(struct hyp *h)
{
    for (; h->to_show != 0 && has_log_room(h); h->to_show--) {
        const struct host_vm *hv = h->vms[hyp_config.vm_count - h->to_show];
        if (hv != 0) {
            show_exits_of(h, &hv->vm);
        }
    }
}

void hyp_console_step(struct hyp *h, struct host_hart *self)
{
    if (h->console.ops == 0) {
        return;
    }
    if (__atomic_load_n(&h->log_waits, __ATOMIC_ACQUIRE)) {
        self->deadline = NEVER;
        hyp_program_timer(self);
        return;
    }
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

/* Does what it wrote still wait for the device? Then a step will follow. */
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
        } else if (h->console.state != &h->uart || now - idle_since > ticks_of_us(h, 20000)) {
            return; /* The firmware's console holds nothing of ours. */
        }
    }
}

_Noreturn void hyp_end_machine(struct hyp *h, bool failed)
{
    if (h->mux.source_count != 0) {
        drain(h);
    }
    if (failed && h->fail.base != 0) {
        mmio_write32(h->fail, 0, hyp_platform.fail_word);
        /* The machine ends in its own time; a reset meanwhile would tell of a success. */
        uint64_t end = csr_read(CSR_TIME) + ticks_of_us(h, FAIL_WAIT_US);
        while (csr_read(CSR_TIME) < end) {
            hart_relax();
        }
    }
    (void)sbi_call(SBI_EXT_SRST, 0, 0, failed ? SRST_REASON_FAILURE : SRST_REASON_NONE, 0);
    hart_park();
}

static bool has_failed(const struct hyp *h)
{
    for (uint32_t i = 0; i < hyp_config.vm_count; i++) {
        if (h->vms[i] == 0 || vm_stop_is_fault((enum vm_stop_reason)h->vms[i]->vm.stop_reason)) {
            return true;
        }
    }
    return false;
}

/*
 * Tells of events; of VMs that have stopped, behind their last lines and events; ends the machine
 * behind the last of them. Where the log has no room, a step follows, and then this again.
 */
void hyp_report(struct hyp *h)
{
    if (h->dumps_dropped != 0) {
        h->log.dropped += __atomic_exchange_n(&h->dumps_dropped, 0, __ATOMIC_RELAXED);
    }
    /* Pairs with the release in hyp_vm_ended() and hyp_vm_event(). */
    uint64_t fresh = __atomic_load_n(&h->news, __ATOMIC_ACQUIRE) & ~h->reported;
    while (fresh != 0 && has_log_room(h)) {
        uint32_t i = bits_first(fresh | fresh >> 32);
        const struct host_vm *hv = h->vms[i];
        const struct vm_config *c = hv->vm.config;
        uint64_t bit = NEWS_EVENT << i;
        if ((fresh & bit) != 0) {
            h->reported |= bit;
            log_line(&h->log, "vm=%s event=exits_after_boot most=%lu", c->name,
                     c->exits_after_boot.most);
        } else {
            bit = BIT(i);
            if (!has_output(h, hv)) {
                h->reported |= bit;
                log_plain(&h->log, "vm %s stopped: %s", c->name,
                          vm_stop_reason_name((enum vm_stop_reason)hv->vm.stop_reason));
            }
        }
        fresh &= ~bit;
    }
    if ((uint32_t)h->reported == h->started) {
        hyp_end_machine(h, has_failed(h));
    }
}

/* The console hart without a guest: the same work, between waits. */
_Noreturn void hyp_console_idle(struct hyp *h, struct host_hart *self)
{
    vconsole_mux_set_paced(&h->mux, 0);
    for (;;) {
        hyp_console_step(h, self);
        hyp_report(h);
        hart_wait();
        csr_clear(CSR_SIP, BIT(IRQ_S_SOFT));
        fence_io(); /* What comes from here on ends the next wait. */
        uint32_t hart = self->hart.index;
        if ((csr_read(CSR_SIP) & BIT(IRQ_S_EXT)) != 0 && h->irqc.ops != 0) {
            uint32_t source = h->irqc.ops->claim(h->irqc.state, hart);
            fence_io(); /* Of an IMSIC, that was the end of an IPI. */
            hyp_console_step(h, self);
            if (source != 0) {
                h->irqc.ops->complete(h->irqc.state, hart, source);
                bool ours = source < SOURCE_MAX && h->source_owner[source] == OWNER_CONSOLE;
                if (!ours) { /* Of a VM that a panic ended. */
                    h->irqc.ops->set_enable(h->irqc.state, hart, source, false);
                }
            }
        }
    }
}
