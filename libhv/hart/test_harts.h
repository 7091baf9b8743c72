/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Four harts for tests, with ids 2, 5, 6, 9, a pool, and a VM on two of them. Their calls to other
 * rooms and to firmware are recorded in order, one word each.
 */
#pragma once

#include <hyp/arch_backend/sbi_call_host.h>
#include <hyp/arch_backend/world_host.h>

#include <hyp/arch/csr.h>
#include <hyp/arch/fence.h>
#include <hyp/arch/hart.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "libhv/hart/hart.h"
#include "libhv/layout.h"
#include "libmm/src/test_arena.h"

enum { TEST_HARTS = 4, TEST_VCPUS = 2, TEST_CALLS = 8 };

#define TEST_LOAD UINT64_C(0x80200000)
#define TEST_HZ 1000u

struct test_call {
    uint64_t ext, fid, a0, a1, a2;
};

struct test_harts {
    struct test_arena arena;
    struct object_pool objects;
    struct hspace space;
    struct hv_harts harts;
    struct vm_config config;
    struct vm_host_ops host;
    struct vm vm;
    struct vcpu vcpu[TEST_VCPUS];
    struct vcpu *vcpus[TEST_VCPUS];
    struct hart boot; /* The struct of the hart that boots, before it has its own. */
    bool muted;

    char said[512]; /* Calls to other rooms and to firmware. */
    struct test_call call[TEST_CALLS];
    unsigned call_count;
    uint64_t refused_id; /* Firmware does not start this hart. */

    uint32_t console; /* Index of the console hart. */
    bool takes;       /* A hart whose VM has stopped becomes the console hart. */
    enum hyp_status start_status;
    unsigned waits;
};

static const uint64_t test_ids[TEST_HARTS] = {2, 5, 6, 9};
static struct test_harts t;

static inline void test_say(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
static inline void test_say(const char *fmt, ...)
{
    size_t used = strlen(t.said);
    va_list args;
    va_start(args, fmt);
    (void)vsnprintf(t.said + used, sizeof(t.said) - used, fmt, args);
    va_end(args);
}

static inline void test_init_irqc(void *ctx, uint32_t hart)
{
    (void)ctx;
    test_say("irqc%u ", hart);
}

static inline enum hyp_status test_start_vcpu(void *ctx, struct vcpu *vcpu)
{
    (void)ctx;
    test_say("vcpu%u ", vcpu->id);
    return t.start_status;
}

static inline void test_start_failed(void *ctx, uint64_t hart_id, long error)
{
    (void)ctx;
    test_say("failed%u:%ld ", (unsigned)hart_id, error);
}

static inline void test_hart_vm_ended(void *ctx, struct vm *vm)
{
    (void)ctx;
    test_say("ended%u ", vm->index);
}

static inline void test_panicked(void *ctx, struct vm *vm)
{
    (void)ctx;
    test_say(vm == NULL ? "panicked " : "panicked:vm ");
}

static inline bool test_has_console(void *ctx, uint32_t hart)
{
    (void)ctx;
    return hart == t.console;
}

static inline bool test_takes_console(void *ctx, uint32_t hart)
{
    (void)ctx;
    test_say("takes%u ", hart);
    return t.takes;
}

static inline void test_console_is_free(void *ctx)
{
    (void)ctx;
    test_say("free ");
}

static inline void test_serve(void *ctx, struct hv_hart *self)
{
    (void)ctx;
    test_say("serve%u ", self->hart.index);
}

static inline void test_external(void *ctx, uint32_t hart)
{
    (void)ctx;
    test_say("external%u ", hart);
}

static const struct hv_hart_ops test_ops = {
    .init_irqc = test_init_irqc,
    .start_vcpu = test_start_vcpu,
    .start_failed = test_start_failed,
    .vm_ended = test_hart_vm_ended,
    .panicked = test_panicked,
    .has_console = test_has_console,
    .takes_console = test_takes_console,
    .clear_console_vm = test_console_is_free,
    .serve = test_serve,
    .external = test_external,
};

static inline void test_send_ipi(struct vm_host_ops *host, uint32_t hart_index)
{
    (void)host;
    test_say("ipi%u ", hart_index);
}

static inline void test_send_ipis(struct vm_host_ops *host, uint64_t harts)
{
    (void)host;
    test_say("ipis:%u ", (unsigned)harts);
}

static inline void test_vm_ended(struct vm_host_ops *host, struct vm *vm)
{
    (void)host;
    test_say("left%u ", vm->index);
}

/* The guest shuts its VM down at its first instruction. */
static inline struct world_trap test_guest(struct world *w, void *ctx)
{
    (void)ctx;
    test_say("guest:%s ", hart_self()->vm_name);
    w->gpr[16] = 0;
    w->gpr[17] = SBI_EXT_SRST;
    w->gpr[10] = w->gpr[11] = 0;
    return (struct world_trap){.scause = CAUSE_ECALL_VS};
}

static inline struct sbi_ret test_firmware(uint64_t ext, uint64_t fid, uint64_t a0, uint64_t a1,
                                           uint64_t a2)
{
    t.call[t.call_count++ % TEST_CALLS] = (struct test_call){ext, fid, a0, a1, a2};
    bool refused = ext == SBI_EXT_HSM && a0 == t.refused_id;
    return (struct sbi_ret){.error = refused ? SBI_ERR_INVALID_PARAM : SBI_SUCCESS};
}

/* The VM's vCPUs are for the harts 1 and 3; it has `running` of them. */
static inline void test_init_vm(void)
{
    t.config = (struct vm_config){.name = "guest", .vcpu_count = TEST_VCPUS};
    t.host = (struct vm_host_ops){
        .send_ipi = test_send_ipi, .send_ipis = test_send_ipis, .vm_ended = test_vm_ended};
    t.vm = (struct vm){.config = &t.config,
                       .host = &t.host,
                       .grant = {.has_envcfg = true, .has_stateen = true},
                       .vcpu_count = TEST_VCPUS,
                       .vcpus = t.vcpus,
                       .running = TEST_VCPUS};
    for (uint32_t i = 0; i < TEST_VCPUS; i++) {
        t.vcpus[i] = &t.vcpu[i];
        t.vcpu[i] = (struct vcpu){.vm = &t.vm,
                                  .id = i,
                                  .hart_index = 2 * i + 1,
                                  .hsm_state = SBI_HSM_STOPPED,
                                  .timer = UINT64_MAX};
    }
    t.vcpu[0].hsm_state = SBI_HSM_START_PENDING;
}

/* A pool of that many pages with an address space. False: it is too small for that. */
static inline bool test_init_pool(uint64_t pages)
{
    test_arena_init(&t.arena, 0, pages);
    object_pool_init(&t.objects, &t.arena.pool);
    struct hspace_config config = {
        .pool = &t.arena.pool,
        .device_window = {.start = HV_DEVICE_VA, .size = HV_WINDOW_SIZE},
        .stack_window = {.start = HV_STACK_VA, .size = HV_WINDOW_SIZE},
    };
    return hspace_create(&t.space, &config) == HYP_OK;
}

/* Nothing runs yet: no hart has its struct. */
static inline void test_init(void)
{
    memset(&t, 0, sizeof(t));
    csr_host_reset();
    csr_host_set_absent(NULL);
    fence_host_reset();
    hart_host_on_wait(NULL);
    hart_host_set(&t.boot);
    world_host_set(test_guest, NULL);
    sbi_host_set(test_firmware);
    boot_lottery = boot_tried = 0;
    t.console = UINT32_MAX;
    t.refused_id = UINT64_MAX;
    t.boot.id = test_ids[0];
    test_init_vm();
    if (!test_init_pool(ARENA_PAGES)) {
        abort();
    }
    t.harts = (struct hv_harts){
        .id = test_ids,
        .count = TEST_HARTS,
        .timebase_hz = TEST_HZ,
        .load_hpa = TEST_LOAD,
        .phys = &t.arena.map,
        .space = &t.space,
        .objects = &t.objects,
        .muted = &t.muted,
        .ops = &test_ops,
        .ctx = &t,
    };
}

static inline struct hv_hart *test_hart(uint32_t index)
{
    return t.harts.hart[index];
}

/* From now on this thread is that hart. */
static inline void test_be(uint32_t index)
{
    hart_host_set(&test_hart(index)->hart);
}
