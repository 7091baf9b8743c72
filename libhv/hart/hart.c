/* SPDX-License-Identifier: Apache-2.0 */
/* A hart: its struct and stacks, its main function, and its panic. */
#include "libhv/hart/hart.h"

#include "libhv/layout.h"

/*
 * This hart's vCPU never runs again: its VM stops, and the console hart logs the reason. This hart
 * may hold the VM's lock, so it reports the VM's end at once. It does not decrement vm->running,
 * which therefore never reaches 0: no other vCPU takes the lock to end the VM a second time. The
 * VM's sources stay enabled on its harts: these are parked, or disable a source when they claim it
 * (dispatch.c).
 */
static void panicked(struct hart *self, const struct hart_fault_frame *fault)
{
    struct hv_hart *hart = (struct hv_hart *)self;
    struct hv_harts *harts = hart->harts;
    struct vm *vm = hart->vcpu != NULL ? hart->vcpu->vm : NULL;
    harts->ops->panicked(harts->ctx, vm);
    if (vm != NULL) {
        struct vm_stop_place place = {.hart_index = self->index};
        if (fault != NULL) {
            place.pc = fault->sepc;
            place.cause = fault->scause;
            place.value = fault->stval;
        }
        vm_stop_at(vm, VM_STOP_PANIC, fault != NULL ? VM_STOP_KNOWS_TRAP : VM_STOP_KNOWS_HART,
                   &place);
        harts->ops->vm_ended(harts->ctx, vm);
    }
}

static enum hyp_status init_hart(struct hv_harts *harts, uint32_t index, bool sstc)
{
    struct hv_hart *hart = object_pool_alloc(harts->objects, sizeof(*hart));
    uintptr_t stack;
    uintptr_t fault_stack;
    if (hart == NULL) {
        return HYP_E_NOMEM;
    }
    HYP_TRY(hspace_map_stack(harts->space, HV_STACK_PAGES, &stack));
    HYP_TRY(hspace_map_stack(harts->space, HV_FAULT_STACK_PAGES, &fault_stack));
    hart->hart = (struct hart){
        .self = &hart->hart,
        .id = harts->id[index],
        .stack_top = stack,
        .fault_stack_top = fault_stack,
        .satp = hspace_satp(harts->space),
        .entry = hv_hart_main,
        .index = index,
        .owner = hart,
        .panicked = panicked,
        .muted = harts->muted,
    };
    hart->harts = harts;
    hart->timer = (struct hv_timer){.deadline = UINT64_MAX, .programmed = UINT64_MAX, .sstc = sstc};
    harts->hart[index] = hart;
    return HYP_OK;
}

enum hyp_status hv_harts_init(struct hv_harts *harts, uint64_t used, uint64_t sstc)
{
    for (uint32_t i = 0; i < harts->count; i++) {
        if ((used & BIT(i)) != 0) {
            HYP_TRY(init_hart(harts, i, (sstc & BIT(i)) != 0));
        }
    }
    return HYP_OK;
}

void hv_hart_assign(struct hv_harts *harts, struct vcpu *vcpu)
{
    struct hv_hart *hart = harts->hart[vcpu->hart_index];
    hart->vcpu = vcpu;
    hart->timer.vcpu = vcpu;
    hart->timer.sstc = vcpu->vm->grant.sstc;
}

/*
 * Returns false if the hart lacks an extension that its VM needs, perhaps H. It is FAILED then, and
 * its vCPU does not count in vm->running any more, so vcpu_run() must not be called. Does not
 * return if the hart has started too late.
 */
static bool set_up(struct hv_hart *hart)
{
    struct hv_harts *harts = hart->harts;
    struct vcpu *vcpu = hart->vcpu;
    if (vcpu != NULL && !vcpu_hart_is_fit(vcpu)) {
        hv_hart_set_failed(hart);
        return false;
    }
    harts->ops->init_irqc(harts->ctx, hart->hart.index);
    if (vcpu != NULL && harts->ops->start_vcpu(harts->ctx, vcpu) != HYP_OK) {
        hv_hart_stop_vm(hart); /* vcpu_run() then returns at once, and decrements vm->running. */
    }
    if (!hv_hart_set_boot_state(hart, HV_HART_ONLINE)) {
        hart_park();
    }
    return true;
}

_Noreturn void hv_hart_main(struct hart *self)
{
    struct hv_hart *hart = (struct hv_hart *)self;
    struct hv_harts *harts = hart->harts;
    bool console = harts->ops->has_console(harts->ctx, self->index);
    bool fits = set_up(hart);
    if (console) {
        /* Only after its first step the mux can be woken; and a VM may have stopped already. */
        harts->ops->serve(harts->ctx, hart);
    }
    if (hart->vcpu != NULL) {
        self->vm_name = hart->vcpu->vm->config->name;
        if (fits) {
            hv_hart_wait_online(harts, hart->vcpu->vm);
            vcpu_run(hart->vcpu);
        }
        self->vm_name = NULL;
        hart->vcpu = NULL;
        hart->timer.vcpu = NULL;
        if (!console && harts->ops->takes_console(harts->ctx, self->index)) {
            console = true;
            harts->ops->init_irqc(harts->ctx, self->index); /* Enables the UART's source as well. */
        }
    }
    if (console) {
        hv_hart_serve(hart);
    }
    hart_park();
}
