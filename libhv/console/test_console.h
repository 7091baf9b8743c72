/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libhv/console with three VMs: linux has a virtual UART, rt and boot use SBI calls. The test runs
 * on the console hart, which has no VM.
 */
#pragma once

#include "libhv/console/console.h"
#include "libhv/test_hv.h"

#define VUART_GPA UINT64_C(0x10000000)

static struct vm_config vms[3];
static struct hyp_config config;
static struct hyp_device devices[2];
static struct vm_device own_device;
static struct hyp_platform platform;
static const uint8_t index_of_0[1], index_of_1[1] = {1};
static const uint8_t *device_index[3];
static struct hv_build build;
static struct hv_memory memory;
static struct vm_host_ops host;
static struct vm vm[3];
static struct vcpu vcpu[3];
static struct vcpu *vcpus[3][1];
static struct vm *built[3];
static bool log_waits;
static struct hv_console c;
static struct hv_timer timer;

/* Records the room's calls to others, and has their results. */
static unsigned wakes, ipis;
static bool lacks_line, lacks_device, vm_irq;

static inline void wake(void *ctx)
{
    assert_ptr_equal(ctx, &c);
    wakes++;
}

static inline void set_irq(void *controller, uint32_t source, bool level)
{
    (void)controller;
    assert_int_equal(source, 7);
    vm_irq = level;
}

static inline enum hyp_status line(void *ctx, struct vm *v, uint32_t source, struct irq_line *wire)
{
    (void)v;
    assert_ptr_equal(ctx, &c);
    *wire = (struct irq_line){.set = set_irq, .source = source};
    return lacks_line ? HYP_E_ABSENT : HYP_OK;
}

static inline bool has_device(void *ctx, uint64_t hpa)
{
    assert_ptr_equal(ctx, &c);
    assert_int_equal(hpa, TEST_UART);
    return !lacks_device;
}

static const struct hv_console_ops ops = {.wake = wake, .line = line, .has_device = has_device};

static inline void send_ipi(struct vm_host_ops *to, uint32_t hart)
{
    assert_ptr_equal(to, &host);
    ipis += hart == 1;
}

static inline void init_config(void)
{
    static const char *const names[] = {"linux", "rt", "boot"};
    for (uint32_t i = 0; i < 3; i++) {
        vms[i] = (struct vm_config){.name = names[i], .console = {.kind = VM_CONSOLE_SBI}};
        device_index[i] = index_of_0;
        vcpus[i][0] = &vcpu[i];
        vcpu[i] = (struct vcpu){.vm = &vm[i], .hart_index = i + 1};
        vm[i] = (struct vm){
            .config = &vms[i], .host = &host, .index = i, .vcpu_count = 1, .vcpus = vcpus[i]};
        built[i] = &vm[i];
    }
    vms[0].console = (struct vm_console){.kind = VM_CONSOLE_VUART, .gpa = VUART_GPA, .irq = 7};
    host = (struct vm_host_ops){.send_ipi = send_ipi};
    devices[0] = (struct hyp_device){.name = "disk0"};
    devices[1] = (struct hyp_device){
        .name = "uart0", .hpa = TEST_UART, .size = 0x1000, .irq = {TEST_UART_IRQ}};
    own_device = (struct vm_device){.name = "disk0"};
    vms[1].devices = &own_device;
    vms[1].device_count = 1;
    platform = (struct hyp_platform){
        .uart = {.device = "uart0", .access_width = 1}, .devices = devices, .device_count = 2};
    config = (struct hyp_config){.vms = vms, .vm_count = 3, .pool_size = TEST_POOL_SIZE};
    build =
        (struct hv_build){.config = &config, .platform = &platform, .device_index = device_index};
}

static inline int test_setup(void **state)
{
    (void)state;
    test_machine_init();
    init_config();
    memory = (struct hv_memory){
        .image = &test_m.image, .load_hpa = TEST_LOAD, .pool_size = TEST_POOL_SIZE};
    assert_int_equal(hv_memory_init(&memory, &(struct hv_memory_caps){0}), HYP_OK);
    test_m.phys = &memory.phys;
    wakes = ipis = 0;
    lacks_line = lacks_device = vm_irq = log_waits = false;
    timer = (struct hv_timer){.sstc = true, .deadline = UINT64_MAX};
    c = (struct hv_console){.build = &build,
                            .shared = &hyp_shared_console,
                            .space = &memory.space,
                            .objects = &memory.objects,
                            .load_hpa = TEST_LOAD,
                            .timebase_hz = TEST_HZ,
                            .log_waits = &log_waits,
                            .ops = &ops,
                            .ctx = &c,
                            .hart_vm = 3,
                            .vms = built};
    return 0;
}

/* The shared console with all VMs. */
static inline void attach(void)
{
    hv_console_init(&c);
    for (uint32_t i = 0; i < 3; i++) {
        assert_int_equal(hv_console_add_vm(&c, &vm[i]), HYP_OK);
    }
    hv_console_attach(&c);
}

static inline void write_vm(uint32_t i, const char *text)
{
    uint32_t size = (uint32_t)strlen(text);
    assert_int_equal(vm[i].console_write(vm[i].console_ctx, (const uint8_t *)text, size), size);
}

/* Steps until nothing is left. */
static inline void serve(void)
{
    for (unsigned i = 0; i < 1000; i++) {
        *csr_host(CSR_TIME) += 1000;
        hv_console_step(&c, &timer);
    }
}
