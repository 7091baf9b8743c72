/* SPDX-License-Identifier: Apache-2.0 */
/* The console's device, and the log's way to it. */
#include "libhv/console/console.h"

#include "libhv/layout.h"

#define SPINS 100000 /* Waits for a byte: a device that is gone must not hold the end for long. */

static void use_firmware(struct hv_console *c)
{
    hpa_t buffer = HPA(hv_image_hpa(&c->sbi_console, c->load_hpa));
    if (sbi_console_init(&c->sbi_console, buffer) == HYP_OK) {
        c->dev = sbi_console_dev(&c->sbi_console);
    }
}

void hv_console_init_early(struct hv_console *c)
{
    use_firmware(c);
    log_init(&c->log, c->dev.ops != 0 ? &c->dev : 0);
}

void hv_console_init(struct hv_console *c)
{
    if (c->shared == 0 || !c->shared->open(c)) {
        use_firmware(c);
    }
    log_init(&c->log, c->dev.ops != 0 ? &c->dev : 0);
}

static void wake_for_log(struct hv_console *c)
{
    if (c->hart != HV_NO_HART) {
        c->log_vc.waker = (struct vconsole_waker){.send = c->ops->wake, .ctx = c->ctx};
    }
}

void hv_console_attach(struct hv_console *c)
{
    struct vconsole_config log = {
        .tx = (uint8_t *)c->log_ring,
        .tx_size = sizeof(c->log_ring),
    };
    if (c->dev.ops != 0 && vconsole_init(&c->log_vc, &log) == HYP_OK &&
        (c->shared == 0 || c->shared->share(c))) {
        log_attach(&c->log, &c->log_vc);
        wake_for_log(c);
    }
}

void hv_console_set_hart(struct hv_console *c, uint32_t hart)
{
    c->hart = hart;
    wake_for_log(c);
}

void hv_console_set_free(struct hv_console *c)
{
    c->hart_vm = c->build->config->vm_count;
    if (c->shared != 0) {
        c->shared->set_paced(c);
    }
}

enum hyp_status hv_console_add_vm(struct hv_console *c, struct vm *vm)
{
    return c->shared != 0 ? c->shared->add_vm(c, vm) : HYP_OK;
}

/* Writes the log to the device, polled, in images without a shared console. */
static void write_log(struct hv_console *c)
{
    uint8_t bytes[LOG_LINE_MAX];
    uint32_t count;
    do {
        count = byte_ring_get_run(&c->log_vc.tx, bytes, sizeof(bytes), 0, UINT8_MAX);
        (void)console_dev_write(&c->dev, (const char *)bytes, count, SPINS);
    } while (count != 0);
}

bool hv_console_log_has_room(struct hv_console *c)
{
    if (c->log.vc == 0) {
        return true;
    }
    if (c->shared == 0 && !__atomic_load_n(c->log_waits, __ATOMIC_ACQUIRE)) {
        write_log(c);
    }
    return byte_ring_room(&c->log_vc.tx) >= LOG_LINE_MAX;
}

void hv_console_step(struct hv_console *c, struct hv_timer *timer)
{
    if (c->shared != 0 && c->dev.ops != 0) {
        c->shared->step(c, timer);
    }
}

bool hv_console_has_output(const struct hv_console *c, uint32_t vm)
{
    return c->shared != 0 && c->shared->has_output(c, vm);
}

void hv_console_drain(struct hv_console *c)
{
    if (c->shared != 0) {
        c->shared->drain(c);
    } else {
        (void)hv_console_log_has_room(c);
    }
}
