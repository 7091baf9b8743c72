/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A VM for tests: three vCPUs, RAM, one device, a console. The test runs on vCPU 0's hart; IPIs to
 * other harts are counted. The guest is a list of steps; the state of the hart at the start of each
 * step is recorded.
 */
#pragma once

#include <hyp/arch_backend/guest_mem_host.h>
#include <hyp/arch_backend/world_host.h>

#include <hyp/arch/csr.h>
#include <hyp/arch/fence.h>
#include <hyp/arch/hart.h>
#include <hyp/arch/sbi_call.h>
#include <hyp/vm/vm.h>

#include <string.h>

#define TEST_RAM UINT64_C(0x80000000)
#define TEST_RAM_SIZE UINT64_C(0x4000)
#define TEST_ROM UINT64_C(0x90000000)  /* Read and execute. */
#define TEST_DATA UINT64_C(0xa0000000) /* Read and write. */
#define TEST_PAGE UINT64_C(0x1000)
#define TEST_DEV UINT64_C(0x10000000)
#define TEST_DEV_SIZE UINT64_C(0x100)
#define TEST_VCPUS 3
#define TEST_STEPS 64

/* State of the hart when the guest resumes. */
struct test_entry {
    struct world world;
    uint64_t vsepc, vscause, vstval, vsstatus, hvip;
};

struct test_vm {
    struct vm_mem mem[3];
    struct vm_config config;
    struct vm_host_ops host;
    struct vm vm;
    struct vcpu vcpu[TEST_VCPUS];
    struct vcpu *vcpus[TEST_VCPUS];
    struct hart hart;
    struct guest_mem_range range[3];
    uint8_t ram[TEST_RAM_SIZE];
    uint8_t rom[TEST_PAGE];
    uint8_t data[TEST_PAGE];

    /* Calls of the embedder's functions. */
    unsigned ipis[TEST_VCPUS];
    unsigned sets_sent; /* Requests that named several harts. */
    unsigned externals, events, timers, timer_changes, ends, updates, irq_stops, vm_events;

    /* The device: a read returns the last write; `dev_refuse` makes it refuse. */
    uint64_t dev_value;
    uint64_t dev_offset;
    unsigned dev_size, dev_reads, dev_writes;
    bool dev_refuse;
    unsigned dev_again; /* Reads that return VDEV_AGAIN. */
    unsigned dev_left;  /* Calls of more() that a write requires. */
    unsigned dev_mores;

    /* The console. */
    uint8_t out[256];
    uint32_t out_count, out_room;
    const char *in;

    struct world_step step[TEST_STEPS];
    struct world_script script;
    struct test_entry seen[TEST_STEPS];
    void (*at_entry)(struct test_vm *t, struct world *w); /* NULL: nothing. */
};

static inline struct test_vm *test_of(struct vm_host_ops *host)
{
    return (struct test_vm *)((char *)host - offsetof(struct test_vm, host));
}

static inline void test_send_ipi(struct vm_host_ops *host, uint32_t hart_index)
{
    test_of(host)->ipis[hart_index]++;
}

static inline void test_send_ipis(struct vm_host_ops *host, uint64_t harts)
{
    struct test_vm *t = test_of(host);
    for (uint32_t i = 0; harts >> i != 0; i++) {
        t->ipis[i] += (harts >> i & 1) != 0;
    }
    t->sets_sent++;
}

static inline void test_external(struct vm_host_ops *host, struct vcpu *vcpu)
{
    (void)vcpu;
    test_of(host)->externals++;
    csr_clear(CSR_SIP, BIT(IRQ_S_EXT));
}

static inline void test_ipi_work(struct vm_host_ops *host, struct vcpu *vcpu)
{
    (void)vcpu;
    test_of(host)->events++;
}

static inline void test_timer_expired(struct vm_host_ops *host, struct vcpu *vcpu)
{
    test_of(host)->timers++;
    csr_clear(CSR_SIP, BIT(IRQ_S_TIMER));
    vcpu_timer_expired(vcpu, csr_read(CSR_TIME));
}

static inline void test_timer_changed(struct vm_host_ops *host, struct vcpu *vcpu)
{
    (void)vcpu;
    test_of(host)->timer_changes++;
}

static inline void test_budget_exceeded(struct vm_host_ops *host, struct vm *vm)
{
    (void)vm;
    test_of(host)->vm_events++;
}

static inline void test_vm_ended(struct vm_host_ops *host, struct vm *vm)
{
    (void)vm;
    test_of(host)->ends++;
}

static inline enum vdev_result test_dev_read(void *state, uint64_t offset, unsigned size,
                                             uint64_t *value)
{
    struct test_vm *t = state;
    if (t->dev_refuse) {
        return VDEV_FAULT;
    }
    if (t->dev_again != 0) {
        t->dev_again--;
        *value = 0;
        return VDEV_AGAIN;
    }
    t->dev_offset = offset;
    t->dev_size = size;
    t->dev_reads++;
    *value = size == 8 ? t->dev_value : t->dev_value & (BIT(8 * size) - 1);
    return VDEV_OK;
}

static inline enum vdev_result test_dev_write(void *state, uint64_t offset, unsigned size,
                                              uint64_t value)
{
    struct test_vm *t = state;
    if (t->dev_refuse) {
        return VDEV_FAULT;
    }
    t->dev_offset = offset;
    t->dev_size = size;
    t->dev_writes++;
    t->dev_value = size == 8 ? value : value & (BIT(8 * size) - 1);
    return t->dev_left != 0 ? VDEV_MORE : VDEV_OK;
}

static inline enum vdev_result test_dev_more(void *state)
{
    struct test_vm *t = state;
    t->dev_mores++;
    t->dev_left -= t->dev_left != 0;
    return t->dev_left != 0 ? VDEV_MORE : VDEV_OK;
}

static const struct vdev_ops test_dev_ops = {
    .read = test_dev_read, .write = test_dev_write, .more = test_dev_more};

static inline uint32_t test_console_write(void *ctx, const uint8_t *bytes, uint32_t count)
{
    struct test_vm *t = ctx;
    uint32_t taken = count < t->out_room ? count : t->out_room;
    memcpy(t->out + t->out_count, bytes, taken);
    t->out_count += taken;
    t->out_room -= taken;
    return taken;
}

static inline uint32_t test_console_read(void *ctx, uint8_t *bytes, uint32_t count)
{
    struct test_vm *t = ctx;
    uint32_t got = 0;
    while (got < count && *t->in != 0) {
        bytes[got++] = (uint8_t)*t->in++;
    }
    return got;
}

static inline void test_console_update(void *ctx)
{
    ((struct test_vm *)ctx)->updates++;
}

static inline void test_irq_stop(void *ctx)
{
    ((struct test_vm *)ctx)->irq_stops++;
}

static const struct virqc_ops test_virqc = {.stop = test_irq_stop};

/* Records the state of the hart, then plays the script. */
static inline struct world_trap test_guest(struct world *w, void *ctx)
{
    struct test_vm *t = ctx;
    t->seen[t->script.next] = (struct test_entry){
        .world = *w,
        .vsepc = csr_read(CSR_VSEPC),
        .vscause = csr_read(CSR_VSCAUSE),
        .vstval = csr_read(CSR_VSTVAL),
        .vsstatus = csr_read(CSR_VSSTATUS),
        .hvip = csr_read(CSR_HVIP),
    };
    if (t->at_entry != NULL) {
        t->at_entry(t, w);
    }
    return world_host_script(w, &t->script);
}

static inline void test_vm_init_memory(struct test_vm *t)
{
    t->mem[0] = (struct vm_mem){.gpa = TEST_RAM, .size = TEST_RAM_SIZE};
    t->mem[1] =
        (struct vm_mem){.gpa = TEST_ROM, .size = TEST_PAGE, .access = HYP_ACCESS_R | HYP_ACCESS_X};
    t->mem[2] =
        (struct vm_mem){.gpa = TEST_DATA, .size = TEST_PAGE, .access = HYP_ACCESS_R | HYP_ACCESS_W};
    t->range[0] = (struct guest_mem_range){TEST_RAM, TEST_RAM_SIZE, t->ram, false, false, false};
    t->range[1] = (struct guest_mem_range){TEST_ROM, TEST_PAGE, t->rom, false, true, false};
    t->range[2] = (struct guest_mem_range){TEST_DATA, TEST_PAGE, t->data, false, false, true};
    guest_mem_host_reset();
    for (unsigned i = 0; i < 3; i++) {
        guest_mem_host_attach(&t->range[i]);
    }
}

/* vCPU 0 starts at TEST_RAM, the others are stopped. Harts have the ids 100, 101, … */
static inline void test_vm_init(struct test_vm *t)
{
    *t = (struct test_vm){
        .config = {.name = "test", .vcpu_count = TEST_VCPUS, .mem_count = 3},
        .host = {.send_ipi = test_send_ipi,
                 .send_ipis = test_send_ipis,
                 .handle_external_irq = test_external,
                 .ipi_work = test_ipi_work,
                 .timer_expired = test_timer_expired,
                 .timer_changed = test_timer_changed,
                 .budget_exceeded = test_budget_exceeded,
                 .vm_ended = test_vm_ended},
        .vm =
            {.grant = {.sstc = true, .has_envcfg = true, .fp = WORLD_F | WORLD_D, .hcounteren = 7},
             .vcpu_count = TEST_VCPUS,
             .running = TEST_VCPUS,
             .hgatp = UINT64_C(0x8000100000080000),
             .vdev_count = 1,
             .console_write = test_console_write,
             .console_read = test_console_read,
             .console_update = test_console_update,
             .virqc = &test_virqc},
        .out_room = sizeof(t->out),
        .in = "",
    };
    csr_host_reset();
    fence_host_reset();
    t->hart.world = &t->vcpu[0].world;
    hart_host_set(&t->hart);
    hart_host_on_wait(0);
    world_host_set(test_guest, t);
    test_vm_init_memory(t);
    t->config.mem = t->mem;
    t->vm.config = &t->config;
    t->vm.host = &t->host;
    t->vm.vcpus = t->vcpus;
    t->vm.console_ctx = t->vm.virqc_state = t;
    t->vm.vdev[0] = (struct vdev){TEST_DEV, TEST_DEV_SIZE, &test_dev_ops, t};
    for (uint32_t i = 0; i < TEST_VCPUS; i++) {
        t->vcpus[i] = &t->vcpu[i];
        t->vcpu[i] = (struct vcpu){.vm = &t->vm,
                                   .id = i,
                                   .hart_index = i,
                                   .hsm_state = SBI_HSM_STOPPED,
                                   .timer = UINT64_MAX};
    }
    t->vcpu[0].hsm_state = SBI_HSM_START_PENDING;
    t->vcpu[0].start_pc = TEST_RAM;
    t->script.step = t->step;
}

static inline struct world_step *test_trap(struct test_vm *t, struct world_trap trap)
{
    struct world_step *s = &t->step[t->script.count++];
    *s = (struct world_step){.trap = trap};
    return s;
}

/* `a` holds a0 … a7: six arguments, function, extension. */
static inline void test_ecall(struct test_vm *t, const uint64_t a[8])
{
    test_trap(t, (struct world_trap){.scause = CAUSE_ECALL_VS})->a = a;
}

static const uint64_t test_shutdown[8] = {[7] = SBI_EXT_SRST};

/* The guest plays its steps and shuts its VM down; the other harts have left already. */
static inline void test_run(struct test_vm *t)
{
    test_ecall(t, test_shutdown);
    t->vm.running = 1;
    vcpu_run(&t->vcpu[0]);
}
