/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Calls from one room to another that it does not include (docs/decisions/0026-rooms.md): this file
 * fills tables of function pointers. Like hv.c it includes all rooms.
 */
#include "libhv/ops.h"

#include <hyp/arch/csr.h>
#include <hyp/arch/sbi_call.h>
#include <stddef.h>

static struct hv *hv_of(struct vm_host_ops *host)
{
    return (struct hv *)((char *)host - offsetof(struct hv, host));
}

/* ---- The console hart ------------------------------------------------------------------------ */

static void serve(void *ctx, struct hv_hart *self)
{
    struct hv *hv = ctx;
    hv_console_step(&hv->console, &self->timer);
    hv_events_report(&hv->events);
}

static void notify_console(void *ctx)
{
    struct hv *hv = ctx;
    uint32_t hart = hv->console.hart;
    if (hart != HV_NO_HART && hart_self()->index != hart) {
        hv->host.send_ipi(&hv->host, hart);
    }
}

static void wake_console(void *ctx)
{
    struct hv *hv = ctx;
    if (hart_self()->index == hv->console.hart) {
        csr_set(CSR_SIP, BIT(IRQ_S_SOFT));
    } else {
        notify_console(ctx);
    }
}

static bool has_console(void *ctx, uint32_t hart)
{
    const struct hv *hv = ctx;
    return hv->console.hart == hart;
}

/* If there is no console hart, a hart of the last VM becomes it when that VM has ended. */
static bool takes_console(void *ctx, uint32_t hart)
{
    struct hv *hv = ctx;
    /* The exchange elects one of the last VM's harts. */
    if (hv->console.hart != HV_NO_HART || !hv_events_all_ended(&hv->events) ||
        __atomic_exchange_n(&hv->console_taken, 1, __ATOMIC_RELAXED) != 0) {
        return false;
    }
    hv_console_set_hart(&hv->console, hart);
    return true;
}

static void clear_console_vm(void *ctx)
{
    hv_console_clear_vm(&((struct hv *)ctx)->console);
}

/* ---- Calls of vCPUs while they run ----------------------------------------------------------- */

static void send_ipi_sbi(struct vm_host_ops *host, uint32_t hart_index)
{
    (void)sbi_call(SBI_EXT_IPI, 0, 1, hv_of(host)->harts.id[hart_index], 0);
}

static void send_ipis_sbi(struct vm_host_ops *host, uint64_t harts)
{
    ipi_sbi_send(hv_of(host)->harts.id, harts);
}

static void send_ipi(struct vm_host_ops *host, uint32_t hart_index)
{
    const struct ipi_path *path = &hv_of(host)->irqc.ipi_path;
    path->ops->send(path->state, hart_index);
}

static void send_ipis(struct vm_host_ops *host, uint64_t harts)
{
    ipi_path_send_all(&hv_of(host)->irqc.ipi_path, harts);
}

static void external(struct vm_host_ops *host, struct vcpu *vcpu)
{
    hv_irqc_handle(&hv_of(host)->irqc, vcpu->hart_index);
}

static void ipi_work(struct vm_host_ops *host, struct vcpu *vcpu)
{
    struct hv *hv = hv_of(host);
    if (vcpu->hart_index != hv->console.hart) {
        return;
    }
    if (hv_console_wakeup_pending(&hv->console)) { /* Else the IPI was the guest's. */
        hv_console_step(&hv->console, &hv_hart_self()->timer);
    }
    hv_events_report(&hv->events);
}

/* Also calls a model that handles IPIs. Only installed if a VM has such a model. */
static void ipi_work_with_models(struct vm_host_ops *host, struct vcpu *vcpu)
{
    const struct virqc_ops *virqc = vcpu->vm->virqc;
    ipi_work(host, vcpu);
    if (virqc != NULL && virqc->handle_ipi != NULL) {
        virqc->handle_ipi(vcpu);
    }
}

static void timer_changed(struct vm_host_ops *host, struct vcpu *vcpu)
{
    (void)host;
    (void)vcpu;
    hv_timer_program(&hv_hart_self()->timer);
}

static void timer_expired(struct vm_host_ops *host, struct vcpu *vcpu)
{
    struct hv_hart *self = hv_hart_self();
    uint64_t now = csr_read(CSR_TIME);
    vcpu_timer_expired(vcpu, now);
    if (hv_timer_expire(&self->timer, now)) {
        serve(hv_of(host), self);
    }
    hv_timer_program(&self->timer);
}

static void budget_exceeded(struct vm_host_ops *host, struct vm *vm)
{
    hv_events_budget_exceeded(&hv_of(host)->events, vm);
}

static void vm_ended(struct vm_host_ops *host, struct vm *vm)
{
    hv_console_vm_ended(&hv_of(host)->console, vm);
    hv_events_vm_ended(&hv_of(host)->events, vm);
}

const struct vm_host_ops hv_ops_vm_host = {
    .send_ipi = send_ipi_sbi,
    .send_ipis = send_ipis_sbi,
    .handle_external_irq = external,
    .ipi_work = ipi_work,
    .timer_expired = timer_expired,
    .timer_changed = timer_changed,
    .budget_exceeded = budget_exceeded,
    .vm_ended = vm_ended,
};

/* ---- Calls of libhv/hart --------------------------------------------------------------------- */

static void init_irqc(void *ctx, uint32_t hart)
{
    struct hv *hv = ctx;
    if (hv_irqc_init_hart(&hv->irqc, hart, hv->console.hart == hart)) {
        hv->console.uart_wakes = true;
    }
}

static enum hyp_status start_vcpu(void *ctx, struct vcpu *vcpu)
{
    (void)ctx;
    return hv_virq_start_vcpu(vcpu);
}

static void start_failed(void *ctx, uint64_t hart_id, long error)
{
    struct hv *hv = ctx;
    log_line(&hv->console.log, "hart=%lu start_error=%ld", hart_id, error);
}

static void hart_vm_ended(void *ctx, struct vm *vm)
{
    struct hv *hv = ctx;
    hv_console_vm_ended(&hv->console, vm);
    hv_events_vm_ended(&hv->events, vm);
}

static void panicked(void *ctx, struct vm *vm)
{
    hv_events_panicked(&((struct hv *)ctx)->events, vm);
}

static void hart_external(void *ctx, uint32_t hart)
{
    hv_irqc_handle(&((struct hv *)ctx)->irqc, hart);
}

const struct hv_hart_ops hv_ops_hart = {
    .init_irqc = init_irqc,
    .start_vcpu = start_vcpu,
    .start_failed = start_failed,
    .vm_ended = hart_vm_ended,
    .panicked = panicked,
    .has_console = has_console,
    .takes_console = takes_console,
    .clear_console_vm = clear_console_vm,
    .serve = serve,
    .external = hart_external,
};

/* ---- Calls of the other rooms ---------------------------------------------------------------- */

static void console_irq(void *ctx, uint32_t hart)
{
    (void)hart;
    serve(ctx, hv_hart_self());
}

const struct hv_irqc_ops hv_ops_irqc = {.console = console_irq};

static enum hyp_status add_console(void *ctx, struct vm *vm)
{
    return hv_console_add_vm(&((struct hv *)ctx)->console, vm);
}

const struct hv_vm_ops hv_ops_vm = {.add_console = add_console};

static enum hyp_status line(void *ctx, struct vm *vm, uint32_t source, struct irq_line *line)
{
    (void)ctx;
    return hv_virq_line(vm, source, line);
}

static bool has_device(void *ctx, uint64_t hpa)
{
    return machine_has_device(&((struct hv *)ctx)->boot.machine, hpa);
}

const struct hv_console_ops hv_ops_console = {
    .wake = wake_console, .line = line, .has_device = has_device};

static bool log_has_room(void *ctx)
{
    return hv_console_log_has_room(&((struct hv *)ctx)->console);
}

static bool has_output(void *ctx, uint32_t vm)
{
    return hv_console_has_output(&((struct hv *)ctx)->console, vm);
}

static void drain(void *ctx)
{
    hv_console_drain(&((struct hv *)ctx)->console);
}

const struct hv_event_ops hv_ops_events = {
    .log_has_room = log_has_room,
    .has_output = has_output,
    .drain = drain,
    .notify_console = notify_console,
    .wake_console = wake_console,
};

HYP_COLD void hv_ops_use_ipi_path(struct hv *hv)
{
    if (hv->irqc.ipi_path.ops != NULL) {
        hv->host.send_ipi = send_ipi;
        hv->host.send_ipis = send_ipis;
    }
}

HYP_COLD void hv_ops_use_model(struct hv *hv, const struct virqc_ops *virqc)
{
    if (virqc != NULL && virqc->handle_ipi != NULL) {
        hv->host.ipi_work = ipi_work_with_models;
    }
}
