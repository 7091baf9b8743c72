/* SPDX-License-Identifier: Apache-2.0 */
/* A VM as a whole: its configured memory, its end, its count of exits. */
#include <hyp/vm/vm.h>

#include <hyp/arch/csr.h>
#include <hyp/base/bits.h>

/* Bytes of RAM from gpa to the end of its range; 0: no RAM, or not with this access. */
static uint64_t bytes_to_range_end(const struct vm_config *config, uint64_t gpa, unsigned access)
{
    for (uint32_t i = 0; i < config->mem_count; i++) {
        const struct vm_mem *mem = &config->mem[i];
        unsigned has = mem->access == 0 ? HYP_ACCESS_RWX : mem->access;
        if (gpa - mem->gpa < mem->size) {
            return (has & access) == access ? mem->size - (gpa - mem->gpa) : 0;
        }
    }
    return 0;
}

bool vm_has_memory(const struct vm *vm, uint64_t gpa, uint64_t size, unsigned access)
{
    for (;;) {
        uint64_t here = bytes_to_range_end(vm->config, gpa, access);
        if (here == 0 || size <= here) {
            return here != 0;
        }
        size -= here;
        gpa += here;
        if (gpa == 0) {
            return false; /* The rest lies above 2^64. */
        }
    }
}

HYP_COLD void vm_stop_at(struct vm *vm, enum vm_stop_reason reason, enum vm_stop_known known,
                         const struct vm_stop_place *place)
{
    uint32_t running = VM_RUNNING;
    if (!__atomic_compare_exchange_n(&vm->stop_reason, &running, reason, false, __ATOMIC_ACQ_REL,
                                     __ATOMIC_RELAXED)) {
        return;
    }
    if (known != VM_STOP_KNOWS_NOTHING) {
        vm->stop_place = *place;
        /*
         * A hart that panics may report the VM's end meanwhile: the reader sees all or nothing.
         * Pairs with the acquire load in libhv/events/events.c.
         */
        __atomic_store_n(&vm->stop_known, known, __ATOMIC_RELEASE);
    }
    vm_notify(vm, vm_all_vcpus(vm), VCPU_PENDING_STOP);
}

HYP_COLD void vm_stop(struct vm *vm, enum vm_stop_reason reason)
{
    vm_stop_at(vm, reason, VM_STOP_KNOWS_NOTHING, NULL);
}

const char *vm_stop_reason_name(enum vm_stop_reason reason)
{
    switch (reason) {
    case VM_RUNNING: return "running";
    case VM_STOP_SHUTDOWN: return "shutdown";
    case VM_STOP_REBOOT: return "reboot";
    case VM_STOP_FAILURE: return "failure";
    case VM_STOP_IDLE: return "idle";
    case VM_STOP_TRAPS: return "traps";
    case VM_STOP_HART: return "hart";
    case VM_STOP_PANIC: return "panic";
    case VM_STOP_MEMORY: return "memory";
    }
    return "unknown";
}

bool vm_stop_is_fault(enum vm_stop_reason reason)
{
    switch (reason) {
    case VM_RUNNING:
    case VM_STOP_SHUTDOWN:
    case VM_STOP_REBOOT:
    case VM_STOP_IDLE: return false;
    case VM_STOP_FAILURE:
    case VM_STOP_TRAPS:
    case VM_STOP_HART:
    case VM_STOP_PANIC:
    case VM_STOP_MEMORY: return true;
    }
    return true;
}

HYP_COLD const char *vm_exit_name(uint32_t cause)
{
    /* Causes that are delegated to the guest, or reserved, are not here. */
    static const struct {
        uint8_t cause;
        char name[30];
    } names[] = {
        {10, "ecall_vs"},
        {16, "double_trap"},
        {18, "software_check"},
        {19, "hardware_error"},
        {20, "instruction_guest_page_fault"},
        {21, "load_guest_page_fault"},
        {22, "virtual_instruction"},
        {23, "store_guest_page_fault"},
        {WORLD_EXIT_IRQ + IRQ_S_SOFT, "s_software"},
        {WORLD_EXIT_IRQ + IRQ_S_TIMER, "s_timer"},
        {WORLD_EXIT_IRQ + IRQ_S_EXT, "s_external"},
    };
    for (uint32_t i = 0; i < ARRAY_COUNT(names); i++) {
        if (names[i].cause == cause) {
            return names[i].name;
        }
    }
    return "other";
}

uint64_t vm_exits(const struct vm *vm, uint32_t cause)
{
    uint64_t sum = 0;
    for (uint32_t i = 0; i < vm->vcpu_count; i++) {
        sum += __atomic_load_n(&vm->vcpus[i]->world.exits[cause], __ATOMIC_RELAXED);
    }
    return sum;
}
