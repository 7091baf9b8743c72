/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A machine for tests: three harts with a PLIC, an APLIC, or an APLIC and IMSICs, each the very
 * model that VMs get; an SSWI device; and a VM with two vCPUs, on the harts 0 and 2, that has two
 * devices. Registers are reached through the hypervisor's address space, as it was mapped.
 */
#pragma once

#include <hyp/arch/csr.h>
#include <hyp/arch/hart.h>
#include <hyp/arch/sbi_call.h>
#include <hyp/base/assert.h>
#include <hyp/irq/aplic_regs.h>
#include <hyp/irq/plic_regs.h>
#include <hyp/irq/vplic.h>
#include <string.h>

#include "libhv/irqc/aia.h"
#include "libhv/irqc/irqc_plic.h"
#include "libhv/layout.h"
#include "libirq/src/test_imsic.h"
#include "libmm/src/test_arena.h"

enum {
    TEST_SOURCES = 64,
    TEST_VCPUS = 2,
    TEST_PLIC = 0x0c000000,
    TEST_APLIC = 0x0d000000,
    TEST_SSWI = 0x02f00000,
    TEST_UART_IRQ = 5, /* The hypervisor's own. */
    TEST_DISK_IRQ = 10,
    TEST_CLOCK_IRQ = 11, /* And the next one. */
};

/* Address of the VM's controller. */
#define TEST_GPA UINT64_C(0x1c000000)
#define TEST_FILES_GPA UINT64_C(0x38000000)

/* Dense hart indices are not the chips' own numbers. */
static const uint32_t test_index[TEST_HARTS] = {1, 2, 0};

enum test_machine_kind {
    TEST_MACHINE_NONE,
    TEST_MACHINE_PLIC,
    TEST_MACHINE_APLIC,
    TEST_MACHINE_IMSIC
};

struct test_board {
    struct test_arena arena;
    struct page_pool no_pages;
    struct object_pool objects;
    _Alignas(64) uint8_t room[32768]; /* Memory of `objects`. */
    struct hspace space;
    struct gstage gstage;
    struct vdev window;
    struct hart hart[TEST_HARTS];

    struct machine machine;
    struct irqc_plic plic;
    struct irqc_aia aia;
    struct irqc_module modules[3];
    struct ipi_module ipis[2];
    struct hyp_platform platform;
    struct hyp_config config;
    struct hv_build build;
    struct hv_irqc irqc;
    bool no_guest_files; /* GEILEN is 0, whatever the tree says. */

    struct vplic vplic;
    struct vaplic vaplic;
    uint64_t storage[2048];
    struct vdev chip_dev;
    struct vdev sswi_dev;
    uint32_t sswi_offset;
    unsigned sswi_count;

    struct vm_config vm_config;
    struct vm_host_ops host;
    struct vm vm;
    struct vcpu vcpu[TEST_VCPUS];
    struct vcpu *vcpus[TEST_VCPUS];
    unsigned sent[TEST_HARTS]; /* IPIs of the VM's. */
    unsigned console;          /* Interrupts of the console's UART. */
};

static struct test_board b;

static const struct hyp_device test_devices[] = {
    {.name = "uart", .hpa = 0x10000000, .size = 0x1000, .irq = {TEST_UART_IRQ}},
    {.name = "disk", .hpa = 0x10001000, .size = 0x1000, .irq = {TEST_DISK_IRQ}},
    {.name = "clock",
     .hpa = 0x10002000,
     .size = 0x1000,
     .irq = {TEST_CLOCK_IRQ, TEST_CLOCK_IRQ + 1},
     .irq_edge = true},
    {.name = "all", .hpa = 0x10003000, .size = 0x1000, .irq = {20, 21, 22, 23}},
};
static const uint8_t test_vm_devices[] = {1, 2};
static const uint8_t *const test_device_index[] = {test_vm_devices};

/* From now on this thread is that hart. */
static inline void test_be_hart(uint32_t hart)
{
    test_be(test_index[hart]);
    hart_host_set(&b.hart[hart]);
}

static inline struct test_hart *test_hart_of(uint32_t hart)
{
    return &test_hart[test_index[hart]];
}

/* ---- The machine ----------------------------------------------------------------------------- */

static inline uint64_t test_hpa_of(uint64_t va)
{
    struct ptable_leaf leaf;
    HYP_REQUIRE(hspace_walk(&b.arena.map, hspace_satp(&b.space), va, &leaf) == HYP_OK);
    HYP_REQUIRE(pte_perm(leaf.pte) == (PTE_R | PTE_W));
    return leaf.pa.a + (va - leaf.address);
}

static inline enum vdev_result test_window_read(void *state, uint64_t offset, unsigned size,
                                                uint64_t *value)
{
    (void)state;
    *value = mmio_host_read(test_hpa_of(HV_DEVICE_VA + offset), size);
    return VDEV_OK;
}

static inline enum vdev_result test_window_write(void *state, uint64_t offset, unsigned size,
                                                 uint64_t value)
{
    (void)state;
    mmio_host_write(test_hpa_of(HV_DEVICE_VA + offset), size, value);
    return VDEV_OK;
}

static const struct vdev_ops test_window_ops = {.read = test_window_read,
                                                .write = test_window_write};

static inline enum vdev_result test_sswi_write(void *state, uint64_t offset, unsigned size,
                                               uint64_t value)
{
    struct test_board *board = state;
    HYP_REQUIRE(size == 4 && value == 1);
    board->sswi_offset = (uint32_t)offset;
    board->sswi_count++;
    return VDEV_OK;
}

static const struct vdev_ops test_sswi_ops = {.write = test_sswi_write};

/* A chip's output is its hart's own interrupt. */
static inline void test_chip_external(void *ctx, uint32_t chip_hart, bool level)
{
    (void)ctx;
    uint64_t *sip = &test_hart[chip_hart].csr[CSR_SIP];
    *sip = level ? *sip | BIT(IRQ_S_EXT) : *sip & ~BIT(IRQ_S_EXT);
}

static inline void test_chip_message(void *ctx, uint32_t hart_index, uint32_t guest, uint32_t eiid)
{
    (void)ctx;
    uint64_t page = ((uint64_t)hart_index << TEST_GUEST_BITS) + guest;
    mmio_host_write(TEST_BASE + (page << HYP_PAGE_SHIFT), 4, eiid);
}

static inline bool test_board_csr(void *state, unsigned number, enum csr_host_op op, uint64_t value,
                                  uint64_t *old)
{
    if (number == CSR_HGEIE && b.no_guest_files) {
        *old = 0;
        return true;
    }
    return test_csr(state, number, op, value, old);
}

static inline void test_make_plic(void)
{
    static const uint8_t vcpu[] = {VPLIC_NO_VCPU, 0, VPLIC_NO_VCPU, 1, VPLIC_NO_VCPU, 2};
    static const uint8_t hart[] = {0, 1, 2};
    struct vplic_config config = {.source_count = TEST_SOURCES,
                                  .context_count = ARRAY_COUNT(vcpu),
                                  .priority_max = 7,
                                  .vcpu = vcpu,
                                  .hart = hart,
                                  .set_external = test_chip_external};
    HYP_REQUIRE(vplic_storage_size(TEST_SOURCES, ARRAY_COUNT(vcpu)) <= sizeof(b.storage));
    HYP_REQUIRE(vplic_init(&b.vplic, &config, b.storage) == HYP_OK);
    b.chip_dev = (struct vdev){TEST_PLIC, VPLIC_SIZE, &vplic_vdev_ops, &b.vplic};
    b.machine.source_count = TEST_SOURCES;
    b.machine.plic = (struct hyp_mem){TEST_PLIC, VPLIC_SIZE};
    for (uint32_t h = 0; h < TEST_HARTS; h++) {
        b.machine.irqc_index[h] = 2 * test_index[h] + 1;
    }
}

static inline void test_make_aplic(bool msi)
{
    struct vaplic_config config = {.source_count = TEST_SOURCES,
                                   .idc_count = TEST_HARTS,
                                   .iprio_bits = 3,
                                   .delivery = msi ? VAPLIC_MSI : VAPLIC_DIRECT,
                                   .set_external = test_chip_external,
                                   .send_msi = test_chip_message};
    struct machine_aia *found = &b.aia.found;
    HYP_REQUIRE(vaplic_storage_size(TEST_SOURCES, TEST_HARTS) <= sizeof(b.storage));
    HYP_REQUIRE(vaplic_init(&b.vaplic, &config, b.storage) == HYP_OK);
    b.chip_dev = (struct vdev){TEST_APLIC, VAPLIC_SIZE, &vaplic_vdev_ops, &b.vaplic};
    found->aplic = (struct hyp_mem){TEST_APLIC, VAPLIC_SIZE};
    found->source_count = found->chip_source_count = TEST_SOURCES;
    found->msi = msi;
    if (msi) {
        found->imsic = (struct hyp_mem){TEST_BASE, TEST_HARTS << (12 + TEST_GUEST_BITS)};
        found->id_max = TEST_ID_MAX;
        found->guest_id_max = 127;
        found->guest_bits = TEST_GUEST_BITS;
        b.machine.all.isa = BIT(GUEST_ISA_SSAIA);
    }
}

static inline void test_make_chip(enum test_machine_kind chip)
{
    b.machine.hart_count = TEST_HARTS;
    for (uint32_t h = 0; h < TEST_HARTS; h++) {
        b.machine.irqc_index[h] = MACHINE_NO_INDEX;
        b.aia.found.hart_index[h] = b.aia.found.sswi_index[h] = test_index[h];
        b.hart[h] = (struct hart){.index = h, .id = 10 + h};
    }
    b.aia.is_read = true;
    if (chip == TEST_MACHINE_PLIC) {
        test_make_plic();
    } else if (chip != TEST_MACHINE_NONE) {
        test_make_aplic(chip == TEST_MACHINE_IMSIC);
    }
    if (chip != TEST_MACHINE_NONE) {
        mmio_host_attach(&b.chip_dev);
    }
    b.sswi_dev = (struct vdev){TEST_SSWI, ACLINT_SSWI_SIZE, &test_sswi_ops, &b};
    b.window = (struct vdev){HV_DEVICE_VA, HV_WINDOW_SIZE, &test_window_ops, NULL};
    mmio_host_attach(&b.sswi_dev);
    mmio_host_attach(&b.window);
}

static inline void test_make_space(void)
{
    test_arena_init(&b.arena, 0, ARENA_PAGES);
    page_pool_init(&b.no_pages, &b.arena.map);
    b.objects =
        (struct object_pool){.pages = &b.no_pages, .spare = b.room, .spare_size = sizeof(b.room)};
    struct hspace_config space = {
        .pool = &b.arena.pool,
        .device_window = {.start = HV_DEVICE_VA, .size = HV_WINDOW_SIZE},
        .stack_window = {.start = HV_STACK_VA, .size = HV_WINDOW_SIZE},
    };
    struct gstage_config gstage = {.pool = &b.arena.pool, .mode = GSTAGE_SV39X4, .vmid = 1};
    HYP_REQUIRE(hspace_create(&b.space, &space) == HYP_OK);
    HYP_REQUIRE(gstage_create(&b.gstage, &gstage) == HYP_OK);
}

static inline void test_console(void *ctx, uint32_t hart)
{
    (void)ctx, (void)hart;
    b.console++;
}

static const struct virqc_ops *const test_models[HYP_IRQC_NONE] = {
    [HYP_IRQC_PLIC] = &virq_plic, [HYP_IRQC_APLIC] = &virq_aplic, [HYP_IRQC_IMSIC] = &virq_imsic};

static const struct hv_irqc_ops test_irqc_ops = {.console = test_console};

static inline void test_make_irqc(void)
{
    b.platform = (struct hyp_platform){.irqc = {.priority_max = 7},
                                       .devices = test_devices,
                                       .device_count = ARRAY_COUNT(test_devices)};
    b.config = (struct hyp_config){.vms = &b.vm_config, .vm_count = 1};
    b.build = (struct hv_build){.config = &b.config,
                                .platform = &b.platform,
                                .device_index = test_device_index,
                                .virqc = test_models};
    b.modules[0] = (struct irqc_module){&irqc_plic, &b.plic, HYP_IRQC_PLIC};
    b.modules[1] = (struct irqc_module){&irqc_aplic, &b.aia, HYP_IRQC_APLIC};
    b.modules[2] = (struct irqc_module){&irqc_imsic, &b.aia, HYP_IRQC_IMSIC};
    b.ipis[0] = (struct ipi_module){&ipi_sswi, &b.aia};
    b.ipis[1] = (struct ipi_module){&ipi_imsic, &b.aia};
    b.irqc = (struct hv_irqc){.build = &b.build,
                              .machine = &b.machine,
                              .space = &b.space,
                              .objects = &b.objects,
                              .modules = b.modules,
                              .module_count = ARRAY_COUNT(b.modules),
                              .ipis = b.ipis,
                              .ipi_count = ARRAY_COUNT(b.ipis),
                              .ops = &test_irqc_ops};
}

/* ---- The VM ---------------------------------------------------------------------------------- */

static inline void test_send_ipi(struct vm_host_ops *host, uint32_t hart_index)
{
    (void)host;
    b.sent[hart_index]++;
}

static inline void test_vm_ended(struct vm_host_ops *host, struct vm *vm)
{
    (void)host, (void)vm;
}

static inline void test_make_vm(enum hyp_irqc_model model)
{
    b.vm_config = (struct vm_config){
        .name = "guest",
        .vcpu_count = TEST_VCPUS,
        .device_count = ARRAY_COUNT(test_vm_devices),
        .irqc = {.model = model, .gpa = TEST_GPA, .imsic_gpa = TEST_FILES_GPA, .source_count = 32}};
    b.host = (struct vm_host_ops){.send_ipi = test_send_ipi, .vm_ended = test_vm_ended};
    b.vm = (struct vm){.config = &b.vm_config,
                       .host = &b.host,
                       .vcpu_count = TEST_VCPUS,
                       .vcpus = b.vcpus,
                       .running = 1,
                       .grant = {.sstc = true, .has_stateen = true}};
    for (uint32_t i = 0; i < TEST_VCPUS; i++) {
        b.vcpus[i] = &b.vcpu[i];
        b.vcpu[i] = (struct vcpu){.vm = &b.vm, .id = i, .hart_index = 2 * i};
    }
    b.vcpu[0].hsm_state = SBI_HSM_START_PENDING;
}

/* A store or load of the VM's guest that no page of memory answers. */
static inline const struct vdev *test_vdev(uint64_t gpa)
{
    for (uint32_t i = 0; i < b.vm.vdev_count; i++) {
        if (gpa - b.vm.vdev[i].base < b.vm.vdev[i].size) {
            return &b.vm.vdev[i];
        }
    }
    HYP_PANIC("no device of the VM's");
}

static inline void test_guest_write(uint64_t gpa, uint32_t value)
{
    const struct vdev *d = test_vdev(gpa);
    HYP_REQUIRE(vdev_write(d->ops, d->state, gpa - d->base, 4, value) == VDEV_OK);
}

static inline uint32_t test_guest_read(uint64_t gpa)
{
    const struct vdev *d = test_vdev(gpa);
    uint64_t value;
    HYP_REQUIRE(vdev_read(d->ops, d->state, gpa - d->base, 4, &value) == VDEV_OK);
    return (uint32_t)value;
}

/* ---- All of it ------------------------------------------------------------------------------- */

/* The machine as firmware leaves it; nothing has been looked for. */
static inline void test_board(enum test_machine_kind chip)
{
    memset(&b, 0, sizeof(b));
    mmio_host_reset();
    test_machine();
    csr_host_attach(test_board_csr, NULL);
    hart_host_on_wait(NULL);
    test_make_space();
    test_make_chip(chip);
    test_make_irqc();
    test_make_vm(chip == TEST_MACHINE_IMSIC   ? HYP_IRQC_IMSIC
                 : chip == TEST_MACHINE_APLIC ? HYP_IRQC_APLIC
                                              : HYP_IRQC_PLIC);
    test_be_hart(0);
}

static inline void test_board_has_sswi(void)
{
    b.aia.found.sswi = (struct hyp_mem){TEST_SSWI, ACLINT_SSWI_SIZE};
}

/* Boots up to the VMs: every hart is online. */
static inline void test_start_irqc(void)
{
    hv_irqc_discover(&b.irqc, NULL, 0);
    hv_irqc_init(&b.irqc);
    for (uint32_t h = TEST_HARTS; h-- > 0;) {
        test_be_hart(h);
        (void)hv_irqc_init_hart(&b.irqc, h, false);
    }
}

/* Takes pages until so many are left. */
static inline void test_leave_pages(uint64_t count)
{
    hpa_t pa;
    while (b.arena.pool.free_count > count) {
        HYP_REQUIRE(page_pool_alloc(&b.arena.pool, 0, &pa) == HYP_OK);
    }
}

/* The next objects come from so many bytes. */
static inline void test_leave_objects(uint64_t size)
{
    b.objects.spare_size = size;
}
