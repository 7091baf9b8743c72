/* SPDX-License-Identifier: Apache-2.0 */
/* Two VMs on a platform, and the violations that are reported for them. */
#include "test_two_vms.h"

#include <hyp/vm/guest_isa.h>

#include <stdio.h>

struct hyp_mem ram[2];
struct hyp_device devices[3];
struct hyp_platform platform;
struct vm_mem mem_a[CONFIG_MEM_MAX];
struct vm_mem mem_b[CONFIG_MEM_MAX];
struct vm_device devices_a[2];
struct vm_config vms[HYP_VM_MAX];
struct hyp_config config;
struct hyp_mem reserved[1];
struct config_machine machine;
struct config_input in;
struct config_plan plan;
struct reported reported[64];
uint32_t reported_count;

static void write_text(char text[256], const char *format, va_list args)
{
    int length = vsnprintf(text, 256, format, args);
    assert_true(length > 0 && length < 256);
}

static void sink(void *arg, const struct config_violation *violation, const char *format,
                 va_list args)
{
    assert_ptr_equal(arg, reported);
    assert_true(reported_count < ARRAY_COUNT(reported));
    struct reported *r = &reported[reported_count++];
    r->violation = *violation;
    write_text(r->text, format, args);
}

static void set_platform(void)
{
    ram[0] = (struct hyp_mem){0x80000000, HYP_GIB};
    devices[0] =
        (struct hyp_device){"uart0", "ns16550a", 0x10000000, 0x1000, 0x100, {10}, .dma = false};
    devices[1] =
        (struct hyp_device){"nic", "x,nic", 0x10001000, 0x1000, 0x1000, {11, 12}, .dma = true};
    devices[2] =
        (struct hyp_device){"rtc", "x,rtc", 0x10002000, 0x1000, 0x1000, {13}, .dma = false};
    platform =
        (struct hyp_platform){.name = "board",
                              .mem = ram,
                              .mem_count = 1,
                              .firmware = {0x80000000, 0x200000},
                              .load_hpa = 0x80200000,
                              .hart_count = 4,
                              .timebase_hz = 1000000,
                              .irqc = {.hpa = 0xc000000, .size = 0x600000, .source_count = 64},
                              .uart = {.device = "uart0"},
                              .devices = devices,
                              .device_count = 3};
}

int set_up(void **state)
{
    (void)state;
    memset(vms, 0, sizeof(vms));
    set_platform();
    mem_a[0] = (struct vm_mem){
        .gpa = 0x80000000, .size = 64 * HYP_MIB, .hpa = 0xa0000000, .hpa_fixed = true};
    mem_b[0] = (struct vm_mem){.gpa = 0x80000000, .size = 2 * HYP_MIB};
    devices_a[0] = (struct vm_device){"rtc", 0x10002000, false};
    vms[0] = (struct vm_config){.name = "a",
                                .vcpu_count = 2,
                                .hart_mask = 0x3,
                                .mem = mem_a,
                                .mem_count = 1,
                                .entry = 0x80000000,
                                .devices = devices_a,
                                .device_count = 1,
                                .irqc = {.gpa = 0xc000000, .source_count = 64}};
    vms[1] = (struct vm_config){.name = "b",
                                .vcpu_count = 1,
                                .mem = mem_b,
                                .mem_count = 1,
                                .entry = 0x80000000,
                                .console = {.kind = VM_CONSOLE_SBI},
                                .irqc = {.model = HYP_IRQC_NONE},
                                .real_time = true};
    config = (struct hyp_config){
        .name = "two", .pool_size = HYP_MIB, .console_hart = 0, .vms = vms, .vm_count = 2};
    reserved[0] = (struct hyp_mem){0x80000000, 0x80000};
    machine = (struct config_machine){.hart_count = 4,
                                      .mem = ram,
                                      .mem_count = 1,
                                      .reserved = reserved,
                                      .reserved_count = 1,
                                      .hypervisor = {0x80200000, 0x300000},
                                      .source_count = 64,
                                      .irqc_models = BIT(HYP_IRQC_PLIC),
                                      .gpa_bits = 41,
                                      .isa = GUEST_ISA_ALL};
    in = (struct config_input){.config = &config, .platform = &platform};
    return 0;
}

/* config_fit() reports what config_check() reports first, with the same words. */
static void same_sink(void *arg, const struct config_violation *violation, const char *format,
                      va_list args)
{
    uint32_t *n = arg;
    const struct reported *expected = &reported[*n];
    char text[256];
    assert_true(*n < reported_count);
    write_text(text, format, args);
    assert_string_equal(text, expected->text);
    assert_int_equal(violation->rule, expected->violation.rule);
    assert_string_equal(violation->id, expected->violation.id);
    assert_int_equal(violation->blocked, expected->violation.blocked);
    ++*n;
}

static bool is_of_fit(enum config_rule rule)
{
    return rule <= CONFIG_POOL_SIZE;
}

void check(void)
{
    struct config_plan fit;
    uint32_t n = 0;
    reported_count = 0;
    config_check(&in, &plan, sink, reported);
    assert_int_equal(plan.violation_count, reported_count);
    config_fit(&in, &fit, same_sink, &n);
    assert_int_equal(fit.violation_count, n);
    for (uint32_t i = n; i < reported_count; i++) {
        assert_false(is_of_fit(reported[i].violation.rule));
    }
    assert_memory_equal(fit.harts, plan.harts, sizeof(fit.harts));
    assert_memory_equal(fit.mem_hpa, plan.mem_hpa, sizeof(fit.mem_hpa));
    assert_true(fit.pool_need == plan.pool_need);
    assert_int_equal(plan.runnable & ~fit.runnable, 0);
    assert_true(n != reported_count || plan.runnable == fit.runnable);
}

void expect_one(enum config_rule rule, uint32_t blocked)
{
    check();
    assert_int_equal(reported_count, 1);
    assert_int_equal(reported[0].violation.rule, rule);
    assert_string_equal(reported[0].violation.id, config_rules_get(rule)->id);
    assert_int_equal(reported[0].violation.blocked, blocked);
    assert_int_equal(plan.runnable, 3u & ~blocked);
}

void expect_text(uint32_t blocked, const char *text)
{
    char line[256];
    check();
    assert_int_equal(reported_count, 1);
    (void)snprintf(line, sizeof(line), "%s: %.200s", reported[0].violation.id, reported[0].text);
    assert_string_equal(line, text);
    expect_one(reported[0].violation.rule, blocked);
}

void expect_none(void)
{
    check();
    assert_int_equal(reported_count, 0);
    assert_int_equal(plan.runnable, BIT(config.vm_count) - 1);
}

bool was_reported(enum config_rule rule)
{
    for (uint32_t i = 0; i < reported_count; i++) {
        if (reported[i].violation.rule == rule) {
            return true;
        }
    }
    return false;
}
