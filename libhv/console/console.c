/* SPDX-License-Identifier: Apache-2.0 */
/* The console's device, and the log. */
#include "libhv/console/console.h"

#include "libhv/layout.h"

#define SPINS                                                                                    \
    100000 /* Tries for a byte: a device that is gone must not delay the machine's end for long. \
            */

static void use_firmware(struct hv_console *console)
{
    hpa_t buffer = HPA(hv_image_hpa(&console->sbi_console, console->load_hpa));
    if (sbi_console_init(&console->sbi_console, buffer) == HYP_OK) {
        console->dev = sbi_console_dev(&console->sbi_console);
    }
}

void hv_console_init_early(struct hv_console *console)
{
    use_firmware(console);
    log_init(&console->log, console->dev.ops != NULL ? &console->dev : NULL);
}

void hv_console_init(struct hv_console *console)
{
    if (console->shared == NULL || !console->shared->open(console)) {
        use_firmware(console);
    }
    log_init(&console->log, console->dev.ops != NULL ? &console->dev : NULL);
}

static void wake_for_log(struct hv_console *console)
{
    if (console->hart != HV_NO_HART) {
        console->log_vc.waker =
            (struct vconsole_waker){.send = console->ops->wake, .ctx = console->ctx};
    }
}

void hv_console_attach(struct hv_console *console)
{
    struct vconsole_config log = {
        .tx = (uint8_t *)console->log_ring,
        .tx_size = sizeof(console->log_ring),
    };
    if (console->dev.ops != NULL && vconsole_init(&console->log_vc, &log) == HYP_OK &&
        (console->shared == NULL || console->shared->share(console))) {
        log_attach(&console->log, &console->log_vc);
        wake_for_log(console);
    }
}

void hv_console_set_hart(struct hv_console *console, uint32_t hart)
{
    console->hart = hart;
    wake_for_log(console);
}

void hv_console_clear_vm(struct hv_console *console)
{
    console->hart_vm = console->build->config->vm_count;
    if (console->shared != NULL) {
        console->shared->set_paced(console);
    }
}

enum hyp_status hv_console_add_vm(struct hv_console *console, struct vm *vm)
{
    return console->shared != NULL ? console->shared->add_vm(console, vm) : HYP_OK;
}

void hv_console_vm_ended(struct hv_console *console, const struct vm *vm)
{
    if (console->vm[vm->index] != NULL) {
        vconsole_close(&console->vm[vm->index]->vc);
    }
}

/* Writes the log to the device, polled: images without a shared console have no mux. */
static void write_log(struct hv_console *console)
{
    uint8_t bytes[LOG_LINE_MAX];
    uint32_t count;
    do {
        count = byte_ring_get_run(&console->log_vc.tx, bytes, sizeof(bytes), 0, UINT8_MAX);
        (void)console_dev_write(&console->dev, (const char *)bytes, count, SPINS);
    } while (count != 0);
}

bool hv_console_log_has_room(struct hv_console *console)
{
    if (console->log.vc == NULL) {
        return true;
    }
    if (console->shared == NULL && !__atomic_load_n(console->log_waits, __ATOMIC_ACQUIRE)) {
        write_log(console);
    }
    return byte_ring_room(&console->log_vc.tx) >= LOG_LINE_MAX;
}

void hv_console_step(struct hv_console *console, struct hv_timer *timer)
{
    if (console->shared != NULL && console->dev.ops != NULL) {
        console->shared->step(console, timer);
    }
}

bool hv_console_has_output(const struct hv_console *console, uint32_t vm)
{
    return console->shared != NULL && console->shared->has_output(console, vm);
}

void hv_console_drain(struct hv_console *console)
{
    if (console->shared != NULL) {
        console->shared->drain(console);
    } else {
        (void)hv_console_log_has_room(console);
    }
}
