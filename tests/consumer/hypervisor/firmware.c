/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Another firmware: it boots libhv by a main of its own, with the PLIC as the only controller. Its
 * guest has a device that this file is, and the firmware speaks before boot and at its guest's end.
 */
#include "libhv/boot/linked.h"
#include "libhv/hv.h"
#include "libhv/irqc/irqc_plic.h"

#include <hyp/arch/sbi_call.h>
#include <hyp/base/assert.h>
#include <string.h>

#include "device.h"

_Noreturn void boot_main(uint64_t hart_id, uint64_t fdt_hpa, uint64_t load_hpa);

const char hyp_build_name[] = "other-firmware-1";

extern const char _start[]; /* sections.ld: the image's first byte. */
static uint64_t image_hpa;

/* The SBI takes physical addresses, so this works before libhv has a console. */
static void say(const char *text)
{
    uint64_t offset = (uint64_t)(text - _start);
    (void)sbi_call(SBI_EXT_DBCN, SBI_DBCN_WRITE, strlen(text), image_hpa + offset, 0);
}

/* ---- Its guest's device ---------------------------------------------------------------------- */

struct device {
    struct irq_line line;
    uint32_t question;
    uint32_t question_count;
    uint32_t answer_count;
};

static struct device device;

static enum vdev_result device_read(void *state, uint64_t offset, unsigned size, uint64_t *value)
{
    struct device *d = state;
    if (offset != DEVICE_ANSWER || size != 4) {
        return VDEV_FAULT;
    }
    *value = (uint32_t)(7 * d->question);
    d->answer_count++;
    irq_line_set(&d->line, false);
    return VDEV_OK;
}

static enum vdev_result device_write(void *state, uint64_t offset, unsigned size, uint64_t value)
{
    struct device *d = state;
    if (offset != DEVICE_QUESTION || size != 4) {
        return VDEV_FAULT;
    }
    d->question = (uint32_t)value;
    d->question_count++;
    irq_line_set(&d->line, true);
    return VDEV_OK;
}

static const struct vdev_ops device_ops = {.read = device_read, .write = device_write};

/* On the bus of a VM that is built and does not run yet. */
static void add_device(struct vm *vm)
{
    const struct vdev dev = {.base = DEVICE_GPA, .size = 8, .ops = &device_ops, .state = &device};
    enum hyp_status status = hv_virq_line(vm, DEVICE_SOURCE, &device.line);
    HYP_REQUIRE(status == HYP_OK);
    status = vm_add_vdev(vm, &dev);
    HYP_REQUIRE(status == HYP_OK);
}

/* ---- Its modules ----------------------------------------------------------------------------- */

/* Takes the audit's place: this firmware does not go on without its guest. */
static bool guest_is_there(struct hv_audit *audit)
{
    bool there = audit->hgatp[0] != 0;
    say(there ? "firmware: its guest is there\n" : "firmware: FAIL: no guest\n");
    return there;
}

static struct irqc_plic plic;
static struct hv_audit audit_state;
static const struct hv_audit_module audit_module = {.run = guest_is_there, .state = &audit_state};

static const struct irqc_module irqcs[] = {
    {&irqc_plic, &plic, HYP_IRQC_PLIC},
};

static const struct hv_modules modules = {
    .irqcs = irqcs,
    .irqc_count = ARRAY_COUNT(irqcs),
};

/* ---- Boot ------------------------------------------------------------------------------------ */

static void (*hv_vm_ended)(struct vm_host_ops *host, struct vm *vm);

/* Replaces libhv's own function, which is called at the end. */
static void vm_ended(struct vm_host_ops *host, struct vm *vm)
{
    bool good = device.question_count == 1 && device.answer_count == 1;
    say(good ? "firmware: 1 question, 1 answer\n" : "firmware: FAIL: other questions\n");
    hv_vm_ended(host, vm);
}

_Noreturn void boot_main(uint64_t hart_id, uint64_t fdt_hpa, uint64_t load_hpa)
{
    static struct hv hv;
    const struct hv_build build = {
        .config = &hyp_config,
        .platform = &hyp_platform,
        .dtbs = hyp_dtbs,
        .blobs = hyp_blobs,
        .blob_count = hyp_blob_count,
        .device_index = hyp_device_index,
        .console = hyp_console_module,
        .virqc = hyp_virqc,
        .image = &hv_image_linked,
        .modules = &modules,
        .audit = &audit_module,
    };
    (void)hart_id;
    image_hpa = load_hpa;
    say("firmware: boots a hypervisor\n");
    hv_init(&hv, &build, load_hpa);
    hv_vm_ended = hv.host.vm_ended;
    hv.host.vm_ended = vm_ended;
    hv_read_machine(&hv, fdt_hpa);
    hv_require_own_ram(&hv);
    hv_erase_fdt(&hv);
    hv_init_memory(&hv);
    hv_init_console(&hv);
    hv_show_machine(&hv);
    hv_fit_config(&hv);
    hv_init_harts(&hv);
    hv_init_irqc(&hv);
    hv_build_vms(&hv);
    hv_run_audit(&hv);
    add_device(&hv.vms.vm[0]->vm);
    hv_attach_console(&hv);
    hv_start_harts(&hv);
}
