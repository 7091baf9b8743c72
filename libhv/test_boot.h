/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The whole hypervisor on the machine of test_hv.h: two VMs, a test's interrupt controller and IPI
 * path, and the steps of images/main.c.
 *
 *   hart    0        1        2      3
 *   runs    linux's vCPUs     rt's   the console
 */
#pragma once

#include "libhv/hv.h"
#include "libhv/test_hv.h"

#include <hyp/arch_backend/world_host.h>

#define TEST_LINUX UINT64_C(0x84000000)
#define TEST_RT UINT64_C(0x84800000)
#define TEST_VM_SIZE (4 * HYP_MIB)
#define TEST_VUART UINT64_C(0x20000000)

const char hyp_build_name[] = "test";

/* Calls to the test's controller and to the VMs' models. */
struct test_irqc {
    bool is_absent;
    enum hyp_status init_status;
    uint64_t init_harts; /* Bit i: hart i's part is set up. */
    uint64_t enabled;    /* Bit i: the UART's interrupt reaches hart i. */
    uint32_t pends;      /* Source of the next claim. */
    unsigned completed;
    enum hyp_status create_status, start_status;
    unsigned vm_irqs, vm_ipis;
    bool no_ipi_path;
    uint64_t sent; /* Bit i: the IPI path has interrupted hart i. */
};

static struct test_irqc test_irqc;

static inline bool test_discover(void *state, struct hv_irqc *irqc, const void *fdt, size_t size)
{
    const struct test_irqc *t = state;
    assert_int_equal(fdt_check_header(fdt), 0);
    assert_int_equal(size, HV_BOOT_FDT_SIZE);
    irqc->machine->source_count = t->is_absent ? 0 : 32;
    for (uint32_t i = 0; i < irqc->machine->hart_count; i++) {
        irqc->machine->irqc_index[i] = i;
    }
    return !t->is_absent;
}

static inline void test_chip_init_hart(void *state, uint32_t hart)
{
    ((struct test_irqc *)state)->init_harts |= BIT(hart);
}

static inline struct irqc_claim test_chip_claim(void *state, uint32_t hart)
{
    (void)hart;
    return irqc_claim_of_source(((struct test_irqc *)state)->pends);
}

static inline void test_chip_complete(void *state, uint32_t hart, uint32_t source)
{
    struct test_irqc *t = state;
    (void)hart;
    assert_int_equal(source, t->pends);
    t->completed++;
}

static inline void test_chip_set_enable(void *state, uint32_t hart, uint32_t source, bool enable)
{
    struct test_irqc *t = state;
    if (source == TEST_UART_IRQ) {
        t->enabled = enable ? t->enabled | BIT(hart) : t->enabled & ~BIT(hart);
    }
}

static inline enum hyp_status test_chip_init(void *state, struct hv_irqc *irqc)
{
    static const struct irqc_ops ops = {.init_hart = test_chip_init_hart,
                                        .claim = test_chip_claim,
                                        .complete = test_chip_complete,
                                        .set_enable = test_chip_set_enable};
    irqc->phys = (struct irqc){.ops = &ops, .state = state, .source_count = 32};
    return ((struct test_irqc *)state)->init_status;
}

static inline void test_path_init_hart(void *state, uint32_t hart)
{
    (void)state;
    (void)hart;
}

static inline void test_path_send(void *state, uint32_t hart)
{
    ((struct test_irqc *)state)->sent |= BIT(hart);
}

static inline bool test_path_init(void *state, struct hv_irqc *irqc, struct ipi_path *path)
{
    static const struct ipi_path_ops ops = {.init_hart = test_path_init_hart,
                                            .send = test_path_send};
    (void)irqc;
    if (((struct test_irqc *)state)->no_ipi_path) {
        return false;
    }
    *path = (struct ipi_path){.ops = &ops, .state = state, .irq = IRQ_S_SOFT};
    return true;
}

static inline void test_vm_phys_irq(void *state, uint32_t source, uint32_t hart)
{
    (void)hart;
    assert_int_equal(source, test_irqc.pends);
    ((struct test_irqc *)state)->vm_irqs++;
}

static inline void test_vm_ipi(struct vcpu *vcpu)
{
    ((struct test_irqc *)vcpu->vm->virqc_state)->vm_ipis++;
}

static inline enum hyp_status test_vm_start(struct vcpu *vcpu)
{
    return ((const struct test_irqc *)vcpu->vm->virqc_state)->start_status;
}

static inline void test_vm_stop(void *state)
{
    (void)state;
}

static inline void test_vm_set_line(void *state, uint32_t source, bool level)
{
    (void)state;
    (void)source;
    (void)level;
}

static inline struct irq_line test_vm_line(void *state, uint32_t source)
{
    return (struct irq_line){.set = test_vm_set_line, .controller = state, .source = source};
}

static inline enum hyp_status test_vm_create(void *maker, struct vm *vm, struct gstage *gstage);

static const struct virqc_ops test_model = {.create = test_vm_create,
                                            .start_vcpu = test_vm_start,
                                            .handle_phys_irq = test_vm_phys_irq,
                                            .handle_ipi = test_vm_ipi,
                                            .stop = test_vm_stop,
                                            .line = test_vm_line};

static inline enum hyp_status test_vm_create(void *maker, struct vm *vm, struct gstage *gstage)
{
    (void)maker;
    (void)gstage;
    vm->virqc = &test_model;
    vm->virqc_state = &test_irqc;
    return test_irqc.create_status;
}

static const struct irqc_driver test_driver = {.name = "test",
                                               .discover = test_discover,
                                               .init = test_chip_init,
                                               .init_hart = hv_irqc_init_phys_hart};
static const struct ipi_driver test_ipi = {.name = "path", .init = test_path_init};

/* The second driver never runs: the first is found, or none is. */
static const struct irqc_module test_irqcs[] = {
    {&test_driver, &test_irqc, HYP_IRQC_APLIC},
    {&test_driver, &test_irqc, HYP_IRQC_PLIC},
};
static const struct virqc_ops *const test_models[HYP_IRQC_NONE] = {
    [HYP_IRQC_PLIC] = &test_model, [HYP_IRQC_APLIC] = &test_model};
static const struct ipi_module test_ipis[] = {{&test_ipi, &test_irqc}};

/* ---- The build ------------------------------------------------------------------------------- */

static struct vm_mem test_mem[2];
static struct vm_irqc test_else;
static struct vm_config test_vms[2];
static struct hyp_config test_config;
static struct hyp_device test_device;
static struct hyp_platform test_platform;
static const struct hyp_dtb test_dtbs[4];
static const uint8_t test_index[1];
static const uint8_t *const test_device_index[2] = {test_index, test_index};
static struct irqc_selection test_selection;
static struct hv_audit test_audit;
static struct hv_audit_module test_audit_module;
static struct hv_modules test_modules;
static struct hv_build test_build;
static struct hv hv;

static inline void test_init_vms(void)
{
    for (uint32_t i = 0; i < 2; i++) {
        test_mem[i] = (struct vm_mem){.gpa = TEST_RAM,
                                      .size = TEST_VM_SIZE,
                                      .hpa = i == 0 ? TEST_LINUX : TEST_RT,
                                      .hpa_fixed = true,
                                      .keep = true,
                                      .name = "ram"};
        test_vms[i] = (struct vm_config){.name = i == 0 ? "linux" : "rt",
                                         .vcpu_count = 2 - i,
                                         .hart_mask = i == 0 ? 3 : 4,
                                         .mem = &test_mem[i],
                                         .mem_count = 1,
                                         .entry = TEST_RAM,
                                         .console = {.kind = VM_CONSOLE_SBI},
                                         .irqc = {.model = HYP_IRQC_PLIC, .source_count = 32},
                                         .real_time = i == 1};
    }
    test_vms[0].console = (struct vm_console){VM_CONSOLE_VUART, TEST_VUART, 7};
    test_else = (struct vm_irqc){.model = HYP_IRQC_APLIC, .source_count = 32};
    test_vms[0].irqc.model = HYP_IRQC_IMSIC; /* The machine has no IMSICs. */
    test_vms[0].irqc_else = &test_else;
    test_vms[0].irqc_else_count = 1;
}

/* The input of hv_init(), which a test may change first. */
static inline int test_boot_setup(void **state)
{
    (void)state;
    test_machine_init();
    test_init_vms();
    test_m.phys = &hv.boot.memory.phys;
    memset(&hv, 0, sizeof(hv));
    test_irqc = (struct test_irqc){0};
    boot_lottery = boot_tried = 0;
    test_device = (struct hyp_device){
        .name = "uart0", .hpa = TEST_UART, .size = 0x1000, .irq = {TEST_UART_IRQ}};
    test_platform = (struct hyp_platform){.name = "board",
                                          .uart = {.device = "uart0", .access_width = 1},
                                          .devices = &test_device,
                                          .device_count = 1,
                                          .timebase_hz = 2 * TEST_HZ,
                                          .finisher_hpa = TEST_FINISHER,
                                          .finisher_word = 0x3333};
    test_config = (struct hyp_config){.name = "two",
                                      .pool_size = TEST_POOL_SIZE,
                                      .console_hart = 3,
                                      .vms = test_vms,
                                      .vm_count = 2};
    test_modules = (struct hv_modules){.irqcs = test_irqcs,
                                       .irqc_count = ARRAY_COUNT(test_irqcs),
                                       .ipis = test_ipis,
                                       .ipi_count = ARRAY_COUNT(test_ipis),
                                       .selection = &test_selection};
    test_audit_module = (struct hv_audit_module){.run = hv_audit, .state = &test_audit};
    test_build = (struct hv_build){.config = &test_config,
                                   .platform = &test_platform,
                                   .dtbs = test_dtbs,
                                   .device_index = test_device_index,
                                   .console = &hyp_shared_console,
                                   .virqc = test_models,
                                   .image = &test_m.image,
                                   .modules = &test_modules,
                                   .audit = &test_audit_module};
    return 0;
}

/* ---- The steps of boot ----------------------------------------------------------------------- */

/* Boots up to the VMs: a test may change the machine before. */
static inline void test_boot_machine(void *arg)
{
    (void)arg;
    hv_init(&hv, &test_build, TEST_LOAD);
    hv_read_machine(&hv, TEST_FDT);
    hv_require_own_ram(&hv);
    hv_erase_fdt(&hv);
    hv_init_memory(&hv);
    hv_init_console(&hv);
    hv_show_machine(&hv);
    hv_fit_config(&hv);
    hv_init_harts(&hv);
    hv_init_irqc(&hv);
}

static inline void test_boot_all(void *arg)
{
    test_boot_machine(arg);
    hv_build_vms(&hv);
    hv_show_pool(&hv);
    hv_run_audit(&hv);
    hv_attach_console(&hv);
}

static inline void test_stay(struct hart *self)
{
    (void)self;
    hart_park();
}

/* Boots up to the first instruction of hv_hart_main() on the first hart. */
static inline void test_boot(void)
{
    assert_int_equal(hart_host_run(test_boot_all, NULL), HART_HOST_RETURNED);
}

static inline void test_start_harts(void *arg)
{
    (void)arg;
    hv_start_harts(&hv);
}

/* ---- Harts, one at a time -------------------------------------------------------------------- */

static unsigned test_waits;

static inline void test_count_wait(enum hart_host_wait why)
{
    (void)why;
    assert_in_range(test_waits, 0, 10000); /* Fails if the hart waits for ever. */
    test_waits++;
}

static inline void test_main_of(void *arg)
{
    struct hart *h = arg;
    h->entry(h);
}

/* Starts hart i, as if the others were online already; returns how it ends. */
static inline enum hart_host_end test_run_hart(uint32_t i)
{
    for (uint32_t k = 0; k < 4; k++) {
        if (hv.harts.hart[k] != NULL) {
            hv.harts.hart[k]->boot_state = k == i ? HV_HART_STARTING : HV_HART_ONLINE;
        }
    }
    test_waits = 0;
    hart_host_on_wait(test_count_wait);
    hart_host_set(&hv.harts.hart[i]->hart);
    hv.harts.hart[i]->hart.entry = hv_hart_main;
    return hart_host_run(test_main_of, hart_self());
}

/* A guest that writes to its SBI console and shuts down. */
static inline struct world_trap test_guest(struct world *w, void *ctx)
{
    const char **text = ctx;
    bool says = **text != 0;
    w->gpr[17] = says ? SBI_EXT_DBCN : SBI_EXT_SRST;
    w->gpr[16] = says ? SBI_DBCN_WRITE_BYTE : 0;
    w->gpr[10] = says ? (uint8_t) * (*text)++ : 0;
    w->gpr[11] = 0;
    return (struct world_trap){.scause = CAUSE_ECALL_VS};
}
