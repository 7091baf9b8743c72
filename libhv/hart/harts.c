/* SPDX-License-Identifier: Apache-2.0 */
/* The harts: their stacks and structs, their start and their end. */
#include "hyp.h"

#include <hyp/arch/csr.h>
#include <hyp/arch/sbi_call.h>

_Static_assert(sizeof(struct host_hart) <= FOOTPRINT_HART_STRUCT, "footprint.h");
_Static_assert((HART_STACK_PAGES + HART_FAULT_STACK_PAGES) * HYP_PAGE_SIZE <= FOOTPRINT_HART_STACKS,
               "footprint.h");

void hyp_vm_ended(struct vm_env *env, struct vm *vm)
{
    struct hyp *h = hyp_of(env);
    /* Pairs with the acquire load in hyp_report(). */
    uint64_t ended = __atomic_or_fetch(&h->news, BIT(vm->index), __ATOMIC_ACQ_REL);
    if ((h->started & ~ended) == 0) {
        __atomic_store_n(&h->log_waits, false, __ATOMIC_RELEASE); /* hyp_log_has_room() */
    }
    if (h->console_hart != HYP_NO_HART && hyp_self()->hart.index != h->console_hart) {
        env->send_ipi(env, h->console_hart);
    }
}

/* A real-time VM's hart sends no IPI of its own: the console hart looks by itself. */
void hyp_vm_event(struct vm_env *env, struct vm *vm)
{
    struct hyp *h = hyp_of(env);
    __atomic_fetch_or(&h->news, NEWS_EVENT << vm->index, __ATOMIC_RELEASE);
    if (h->console_hart != HYP_NO_HART && !vm->config->real_time) {
        hyp_kick_console(h);
    }
}

/*
 * This hart's VM has lost a vCPU for good: it stops, and the console hart says why. The VM's lock
 * may be held here, so nothing waits for it: `running` never comes to 0, and the VM's other
 * vCPUs just leave. Its devices' interrupts stay with harts that are parked or silence them.
 */
static void panicked(struct hart *hart)
{
    struct host_hart *hh = (struct host_hart *)hart;
    struct hyp *h = hh->hyp;
    uint64_t ended = __atomic_load_n(&h->news, __ATOMIC_RELAXED);
    ended |= hh->vcpu != 0 ? BIT(hh->vcpu->vm->index) : 0;
    /* Counted before the console hart is told. Behind the last VM's end the dump is shown. */
    if (__atomic_load_n(&h->log_waits, __ATOMIC_RELAXED) && (h->started & ~ended) != 0) {
        __atomic_fetch_add(&h->dumps_dropped, 1, __ATOMIC_RELAXED);
    }
    if (hh->vcpu != 0) {
        vm_stop(hh->vcpu->vm, VM_STOP_PANIC);
        hyp_vm_ended(&h->env, hh->vcpu->vm);
    }
}

static enum hyp_status init_hart(struct hyp *h, uint32_t index)
{
    struct host_hart *hh = hyp_alloc(h, sizeof(*hh));
    uintptr_t stack;
    uintptr_t fault_stack;
    if (hh == 0) {
        return HYP_E_NOMEM;
    }
    HYP_TRY(hspace_map_stack(&h->space, HART_STACK_PAGES, &stack));
    HYP_TRY(hspace_map_stack(&h->space, HART_FAULT_STACK_PAGES, &fault_stack));
    hh->hart = (struct hart){
        .self = &hh->hart,
        .id = h->machine.hart_id[index],
        .stack_top = stack,
        .fault_stack_top = fault_stack,
        .satp = hspace_satp(&h->space),
        .entry = hyp_hart_main,
        .index = index,
        .owner = hh,
        .panicked = panicked,
        .muted = &h->log_waits,
    };
    hh->hyp = h;
    hh->sstc = (machine_common(&h->machine, BIT(index)).isa & BIT(GUEST_ISA_SSTC)) != 0;
    hh->deadline = UINT64_MAX;
    hh->timer = UINT64_MAX;
    h->harts[index] = hh;
    return HYP_OK;
}

enum hyp_status hyp_init_harts(struct hyp *h)
{
    uint64_t used = h->console_hart != HYP_NO_HART ? BIT(h->console_hart) : 0;
    for (uint32_t i = 0; i < hyp_config.vm_count; i++) {
        if ((h->plan.runnable & BIT(i)) != 0) {
            used |= h->plan.harts[i];
        }
    }
    for (uint32_t i = 0; i < h->machine.hart_count; i++) {
        if ((used & BIT(i)) != 0) {
            HYP_TRY(init_hart(h, i));
        }
    }
    return HYP_OK;
}

/* ---- Start ----------------------------------------------------------------------------------- */

#define START_LIMIT_S 10

static bool settle(struct host_hart *hh, uint32_t presence)
{
    uint32_t coming = HART_COMING;
    /* Release: what the hart has set up is there for who sees it. Pairs with await_harts(). */
    return __atomic_compare_exchange_n(&hh->presence, &coming, presence, false, __ATOMIC_RELEASE,
                                       __ATOMIC_RELAXED);
}

/* A hart that does not come takes its VM with it; should it come later, it parks. */
static void lose_hart(struct hyp *h, struct host_hart *hh)
{
    if (!settle(hh, HART_LOST) || hh->vcpu == 0) {
        return;
    }
    struct vm *vm = hh->vcpu->vm;
    vm_stop(vm, VM_STOP_HART);
    if (__atomic_sub_fetch(&vm->running, 1, __ATOMIC_ACQ_REL) == 0) {
        hyp_vm_ended(&h->env, vm);
    }
}

/* Before a VM's first instruction all its harts are set up: it may route an interrupt to any. */
static void await_harts(struct hyp *h, const struct vm *vm)
{
    uint64_t limit = csr_read(CSR_TIME) + (uint64_t)START_LIMIT_S * h->machine.timebase_hz;
    for (uint32_t i = 0; i < vm->vcpu_count; i++) {
        struct host_hart *hh = h->harts[vm->vcpus[i]->hart_index];
        while (__atomic_load_n(&hh->presence, __ATOMIC_ACQUIRE) == HART_COMING) {
            if (csr_read(CSR_TIME) > limit) {
                lose_hart(h, hh);
            }
            hart_relax();
        }
    }
}

/* If there is no console hart, one that leaves behind the last VM becomes it. */
static bool takes_console(struct hyp *h)
{
    uint32_t all = h->started;
    /* Pairs with the release in hyp_vm_ended(); the exchange elects one of the last VM's harts. */
    if (h->console_hart != HYP_NO_HART ||
        (__atomic_load_n(&h->news, __ATOMIC_ACQUIRE) & all) != all ||
        __atomic_exchange_n(&h->console_taken, 1, __ATOMIC_RELAXED) != 0) {
        return false;
    }
    h->console_hart = hyp_self()->hart.index;
    return true;
}

/* False: the hart lacks what its VM was promised, perhaps H. */
static bool set_up_hart(struct hyp *h, struct host_hart *hh)
{
    if (hh->vcpu != 0 && !vcpu_hart_is_fit(hh->vcpu)) {
        lose_hart(h, hh);
        return false;
    }
    hyp_init_hart_irqs(h, hh->hart.index);
    if (hh->vcpu != 0 && h->irqc_kind != 0 && h->irqc_kind->start_vcpu(h, hh->vcpu) != HYP_OK) {
        vm_stop(hh->vcpu->vm, VM_STOP_HART);
    }
    if (!settle(hh, HART_UP)) {
        hart_park();
    }
    return true;
}

_Noreturn void hyp_hart_main(struct hart *hart)
{
    struct host_hart *hh = (struct host_hart *)hart;
    struct hyp *h = hh->hyp;
    bool console = hart->index == h->console_hart;
    bool fits = set_up_hart(h, hh);
    if (console) {
        hyp_console_step(h, hh); /* The mux begins awake: only a step lets it sleep and be woken. */
        hyp_report(h);           /* A VM may have stopped already. */
    }
    if (hh->vcpu != 0) {
        hart->vm_name = hh->vcpu->vm->config->name;
        if (fits) {
            await_harts(h, hh->vcpu->vm);
            vcpu_run(hh->vcpu);
        }
        hart->vm_name = 0;
        hh->vcpu = 0;
        if (!console && takes_console(h)) {
            console = true;
            hyp_init_hart_irqs(h, hart->index);
            hyp_console_wake_for_log(h);
        }
    }
    if (console) {
        csr_write(CSR_SIE, BIT(IRQ_S_SOFT) | BIT(IRQ_S_EXT) | BIT(IRQ_S_TIMER));
        hyp_console_idle(h, hh);
    }
    hart_park();
}

/*
 * This boot hart cannot run guests: the next hart that can boots from the start, and this one
 * stops. _start waits for that, since the memory that it clears is still in use here.
 */
void hyp_hand_over(struct hyp *h)
{
    const struct machine *m = &h->machine;
    uint32_t me = machine_find_hart(m, hart_self()->id);
    boot_tried |= me != MACHINE_NO_INDEX ? BIT(me) : 0;
    for (uint64_t left = machine_harts(m) & ~boot_tried; left != 0; left &= left - 1) {
        __atomic_store_n(&boot_lottery, ~hart_self()->id, __ATOMIC_SEQ_CST);
        struct sbi_ret r = sbi_call(SBI_EXT_HSM, SBI_HSM_START, m->hart_id[bits_first(left)],
                                    h->load_hpa, h->fdt_pa.start);
        if (r.error == SBI_SUCCESS) {
            hart_park();
        }
    }
}

_Noreturn void hyp_start_harts(struct hyp *h)
{
    uint32_t me = machine_find_hart(&h->machine, hart_self()->id);
    hart_self()->index = me; /* Known from here on: who is this hart, and who another? */
    for (uint32_t i = 0; i < h->machine.hart_count; i++) {
        struct host_hart *hh = h->harts[i];
        if (i != me && hh != 0) {
            hpa_t pa = phys_of_ptr(&h->phys, hh);
            struct sbi_ret r = sbi_call(SBI_EXT_HSM, SBI_HSM_START, hh->hart.id,
                                        hart_start_address(h->load_hpa), pa.a);
            if (r.error != SBI_SUCCESS) {
                log_line(&h->log, "hart=%lu start_error=%ld", hh->hart.id, (long)r.error);
                lose_hart(h, hh);
            }
        }
    }
    if (h->harts[me] == 0) {
        hart_park();
    }
    hart_enter(&h->harts[me]->hart);
}
