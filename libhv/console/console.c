/* SPDX-License-Identifier: Apache-2.0 */
/* The console: its device, its hart, and what is said when VMs stop. */
#include "hyp.h"

#include <hyp/arch/csr.h>
#include <hyp/arch/fence.h>
#include <hyp/arch/sbi_call.h>

#define FAIL_WAIT_US 1000000
#define SPINS 100000 /* Waits for a byte: a device that is gone must not hold the end for long. */
#define SRST_REASON_NONE 0
#define SRST_REASON_FAILURE 1

static void use_firmware(struct hyp *h)
{
    uint64_t link = (uint64_t)(uintptr_t)&h->sbi_console;
    if (sbi_console_init(&h->sbi_console, HPA(link - UINT64_C(0xffffffc000000000) + h->load_hpa)) ==
        HYP_OK) {
        h->console = sbi_console_dev(&h->sbi_console);
    }
}

/* A tree that could be read says whether this machine has it: else a store there is a fault. */
static bool has_fail_device(const struct hyp *h)
{
    const struct machine *m = &h->machine;
    return hyp_platform.fail_hpa != 0 &&
           (m->device_count == 0 ||
            (m->devices_left_out == 0 && machine_has_device(m, hyp_platform.fail_hpa)));
}

void hyp_init_boot_console(struct hyp *h)
{
    if (h->machine.timebase_hz == 0) {
        h->machine.timebase_hz = hyp_platform.timebase_hz; /* The tree has not said. */
    }
    use_firmware(h);
    h->fail.base = has_fail_device(h) ? hyp_map_boot_device(hyp_platform.fail_hpa) : 0;
    log_init(&h->log, h->console.ops != 0 ? &h->console : 0);
}

void hyp_init_console(struct hyp *h)
{
    uintptr_t va;
    if (hyp_console_part == 0 || !hyp_console_part->open(h)) {
        use_firmware(h);
    }
    if (has_fail_device(h) &&
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

void hyp_console_attach(struct hyp *h)
{
    struct vconsole_config log = {
        .tx = (uint8_t *)h->log_ring,
        .tx_size = sizeof(h->log_ring),
    };
    h->log_waits = hyp_config.log_waits && h->started != 0;
    if (h->console.ops != 0 && vconsole_init(&h->log_vc, &log) == HYP_OK &&
        (hyp_console_part == 0 || hyp_console_part->share(h))) {
        log_attach(&h->log, &h->log_vc);
        hyp_console_wake_for_log(h);
    }
}

void hyp_console_wake_for_log(struct hyp *h)
{
    if (h->console_hart != HYP_NO_HART) {
        h->log_vc.kick = (struct vconsole_waker){.send = hyp_kick_console, .ctx = h};
    }
}

/* Writes the log to the device, polled, in images without a shared console. */
static void write_log(struct hyp *h)
{
    uint8_t bytes[LOG_LINE_MAX];
    uint32_t count;
    do {
        count = byte_ring_get_run(&h->log_vc.tx, bytes, sizeof(bytes), 0, UINT8_MAX);
        (void)console_dev_write(&h->console, (const char *)bytes, count, SPINS);
    } while (count != 0);
}

bool hyp_log_has_room(struct hyp *h)
{
    if (h->log.vc == 0) {
        return true;
    }
    if (hyp_console_part == 0 && !__atomic_load_n(&h->log_waits, __ATOMIC_ACQUIRE)) {
        write_log(h);
    }
    return byte_ring_room(&h->log_vc.tx) >= LOG_LINE_MAX;
}

void hyp_console_step(struct hyp *h, struct host_hart *self)
{
    if (hyp_console_part != 0 && h->console.ops != 0) {
        hyp_console_part->step(h, self);
    }
}

static bool has_output(const struct hyp *h, const struct host_vm *hv)
{
    return hyp_console_part != 0 && hyp_console_part->has_output(h, hv);
}

/* Writes what the rings hold: no line comes after it. */
static void drain(struct hyp *h)
{
    if (hyp_console_part != 0) {
        hyp_console_part->drain(h);
    } else {
        (void)hyp_log_has_room(h);
    }
}

_Noreturn void hyp_end_machine(struct hyp *h, bool failed)
{
    if (h->log.vc != 0) {
        drain(h);
    }
    if (failed && h->fail.base != 0) {
        mmio_write32(h->fail, 0, hyp_platform.fail_word);
        /* The machine ends in its own time; a reset meanwhile would tell of a success. */
        uint64_t end = csr_read(CSR_TIME) + hyp_ticks_of_us(h, FAIL_WAIT_US);
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
    while (fresh != 0 && hyp_log_has_room(h)) {
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
    h->console_vm = hyp_config.vm_count; /* No VM of this hart pays for others any more. */
    if (hyp_console_part != 0) {
        hyp_console_part->set_paced(h);
    }
    for (;;) {
        hyp_console_step(h, self);
        hyp_report(h);
        hart_wait();
        csr_clear(CSR_SIP, BIT(IRQ_S_SOFT));
        fence_io(); /* What comes from here on ends the next wait. */
        uint32_t hart = self->hart.index;
        if ((csr_read(CSR_SIP) & BIT(IRQ_S_EXT)) != 0 && h->irqc.ops != 0) {
            uint32_t source = h->irqc.ops->claim(h->irqc.state, hart);
            fence_io(); /* A claim at an IMSIC was the end of an IPI. */
            hyp_console_step(h, self);
            if (source != 0) {
                h->irqc.ops->complete(h->irqc.state, hart, source);
                bool ours = source < SOURCE_MAX && h->source_owner[source] == OWNER_CONSOLE;
                if (!ours) { /* A source of a VM that a panic ended. */
                    h->irqc.ops->set_enable(h->irqc.state, hart, source, false);
                }
            }
        }
    }
}
