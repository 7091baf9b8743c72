/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A machine and a configuration of two VMs for tests; the second one is built: "guest", on the
 * harts 1 and 3, with RAM, read-only memory and a kept page, two devices, an embedded kernel and an
 * initrd that is loaded. Lines of the log and calls to other rooms are recorded in order.
 */
#pragma once

#include <hyp/arch_backend/guest_mem_host.h>

#include <hyp/arch/csr.h>
#include <hyp/arch/fence.h>
#include <hyp/arch/sbi_call.h>
#include <hyp/arch/scrub_code.h>
#include <hyp/base/assert.h>
#include <string.h>

#include "libhv/irqc/irqc.h"
#include "libhv/layout.h"
#include "libhv/vm/vm.h"
#include "libmm/src/test_arena.h"

#define TEST_INDEX 1u
#define TEST_HARTS UINT64_C(0xa)
#define TEST_LOAD UINT64_C(0x80200000)
#define TEST_HZ 10000000u

#define TEST_RAM UINT64_C(0x80000000)
#define TEST_RAM_SIZE (4 * HYP_MIB)
#define TEST_RAM_HPA UINT64_C(0x100000000)
#define TEST_ROM UINT64_C(0x90000000)
#define TEST_ROM_SIZE UINT64_C(0x10000)
#define TEST_ROM_HPA UINT64_C(0x100400000)
#define TEST_KEPT UINT64_C(0xa0000000)
#define TEST_KEPT_HPA UINT64_C(0x100500000)

#define TEST_KERNEL UINT64_C(0x80200000)
#define TEST_KERNEL_SIZE 5000u
#define TEST_KERNEL_MAX HYP_MIB
#define TEST_INITRD UINT64_C(0x80300000)
#define TEST_INITRD_MAX UINT64_C(0x10000)
#define TEST_DTB UINT64_C(0x803f0000)

/* Embedded files after the image: their link address, and their physical one. */
#define TEST_FILES_VA (SPACE_BASE + 4 * HYP_MIB)
#define TEST_FILES_HPA (TEST_LOAD + 4 * HYP_MIB)
#define TEST_FILES_SIZE (2 * HYP_MIB + 8 * HYP_KIB)

#define TEST_UART UINT64_C(0x10000000)
#define TEST_DISK UINT64_C(0x10001000)

struct test_vms {
    struct test_arena arena;
    struct page_pool no_pages;
    struct object_pool objects;
    _Alignas(64) uint8_t room[32768]; /* Memory of `objects`. */
    struct hspace space;
    struct machine machine;
    struct hyp_platform platform;
    struct vm_mem mem[3];
    struct vm_config configs[2];
    struct hyp_config config;
    struct hyp_blob blobs[2];
    struct hyp_dtb dtbs[2];
    struct hv_build build;
    struct config_plan plan;
    struct hv_irqc irqc;
    struct vm_host_ops host;
    struct log log;
    struct hv_vms vms;
    struct guest_mem_range range[3];

    char said[256];  /* Calls to other rooms, and writes to guest memory. */
    char lines[512]; /* Lines of the log. */
    enum hyp_status irqc_status;
    enum hyp_status console_status;
    uint64_t hgatp;     /* Loaded while guest memory was written last. */
    uint64_t file_leaf; /* Size of the leaf that a file was mapped by. */
};

static struct test_vms t;
static uint8_t test_ram[TEST_RAM_SIZE];
static uint8_t test_rom[TEST_ROM_SIZE];
static uint8_t test_kept[HYP_PAGE_SIZE];
static uint8_t test_files[TEST_FILES_SIZE];

static const struct hyp_device test_devices[] = {
    {.name = "other", .hpa = 0x10008000, .size = 0x1000, .irq = {1}},
    {.name = "uart", .hpa = TEST_UART, .size = 0x1000, .irq = {10}},
    {.name = "disk", .hpa = TEST_DISK, .size = 0x2000, .irq = {11, 12, 13, 14}},
};
static const struct vm_device test_vm_devices[] = {{.name = "uart", .gpa = TEST_UART},
                                                   {.name = "disk", .gpa = 0x20000000}};
static const uint8_t test_devices_of_guest[] = {1, 2};
static const uint8_t *const test_device_index[] = {NULL, test_devices_of_guest};

static inline void test_say(const char *what)
{
    HYP_REQUIRE(strlen(t.said) + strlen(what) < sizeof(t.said));
    strcat(t.said, what);
}

/* ---- Calls to other rooms -------------------------------------------------------------------- */

static inline enum hyp_status test_create_irqc(void *maker, struct vm *vm, struct gstage *gstage)
{
    hpa_t hpa;
    HYP_REQUIRE(maker == &t.irqc && vm->vcpu_count == 2);
    HYP_REQUIRE(gstage_translate(gstage, GPA(TEST_RAM), &hpa) == HYP_OK);
    test_say("irqc ");
    return t.irqc_status;
}

static const struct virqc_ops test_virqc = {.create = test_create_irqc};
static const struct virqc_ops *const test_models[HYP_IRQC_NONE] = {
    [HYP_IRQC_PLIC] = &test_virqc, [HYP_IRQC_IMSIC] = &test_virqc};

static inline enum hyp_status test_add_console(void *ctx, struct vm *vm)
{
    HYP_REQUIRE(ctx == &t && vm->index == TEST_INDEX);
    test_say("console ");
    return t.console_status;
}

static const struct hv_vm_ops test_ops = {.add_console = test_add_console};

static inline bool test_put_byte(void *state, uint8_t byte)
{
    size_t used = strlen(t.lines);
    (void)state;
    HYP_REQUIRE(used + 1 < sizeof(t.lines));
    if (byte != '\r') {
        t.lines[used] = (char)byte;
        t.lines[used + 1] = 0;
    }
    return true;
}

static const struct console_ops test_console_ops = {.try_put = test_put_byte};

/* ---- Guest memory ---------------------------------------------------------------------------- */

static inline const uint8_t *test_file_at(uint64_t va, uint64_t *leaf_size)
{
    struct ptable_leaf leaf;
    HYP_REQUIRE(hspace_walk(&t.arena.map, hspace_satp(&t.space), va, &leaf) == HYP_OK);
    HYP_REQUIRE(pte_perm(leaf.pte) == PTE_R);
    *leaf_size = leaf.size;
    return test_files + (leaf.pa.a + (va - leaf.address) - TEST_FILES_HPA);
}

/* The bytes that are written: embedded files through the hypervisor's own space. */
static inline const void *test_find(const void *from, uint64_t size)
{
    uint64_t va = (uint64_t)(uintptr_t)from;
    uint64_t last;
    t.hgatp = csr_read(CSR_HGATP);
    if (from == (const void *)scrub_code) {
        test_say("code ");
    } else if (va - (uintptr_t)test_memory < sizeof(test_memory)) {
        test_say("tree ");
    } else {
        test_say("file ");
        const uint8_t *bytes = test_file_at(va, &t.file_leaf);
        HYP_REQUIRE(test_file_at(va + size - 1, &last) == bytes + size - 1);
        return bytes;
    }
    return NULL;
}

static inline void test_init_guest_memory(void)
{
    memset(test_ram, 0xaa, sizeof(test_ram));
    memset(test_rom, 0xaa, sizeof(test_rom));
    t.range[0] =
        (struct guest_mem_range){.gpa = TEST_RAM, .size = TEST_RAM_SIZE, .bytes = test_ram};
    t.range[1] =
        (struct guest_mem_range){.gpa = TEST_ROM, .size = TEST_ROM_SIZE, .bytes = test_rom};
    t.range[2] =
        (struct guest_mem_range){.gpa = TEST_KEPT, .size = HYP_PAGE_SIZE, .bytes = test_kept};
    guest_mem_host_reset();
    for (uint32_t i = 0; i < 3; i++) {
        guest_mem_host_attach(&t.range[i]);
    }
    guest_mem_host_on_write(test_find);
    bool filled = test_files[1] != 0;
    for (uint32_t i = 0; !filled && i < sizeof(test_files); i++) {
        test_files[i] = (uint8_t)(i * 7 + (i >> 12));
    }
}

/* ---- The machine and the configuration ------------------------------------------------------- */

static inline void test_init_machine(void)
{
    static const uint8_t seed[] = "a seed of the machine's";
    struct machine *m = &t.machine;
    m->hart_count = 4;
    m->kind_count = 1;
    m->kind[0] = (struct machine_grant){.isa = GUEST_ISA_ALWAYS | BIT(GUEST_ISA_F) |
                                               BIT(GUEST_ISA_D) | BIT(GUEST_ISA_SSTC)};
    m->device_count = 2;
    m->device[0].hpa = TEST_UART;
    m->device[1].hpa = TEST_DISK;
    m->timebase_hz = TEST_HZ;
    m->envcfg = m->stateen = true;
    guest_seed_add(&m->seed, seed, sizeof(seed));
}

static inline void test_init_config(void)
{
    t.mem[0] = (struct vm_mem){.gpa = TEST_RAM, .size = TEST_RAM_SIZE, .name = "ram"};
    t.mem[1] = (struct vm_mem){.gpa = TEST_ROM,
                               .size = TEST_ROM_SIZE,
                               .access = HYP_ACCESS_R | HYP_ACCESS_X,
                               .name = "rom"};
    t.mem[2] = (struct vm_mem){.gpa = TEST_KEPT,
                               .size = HYP_PAGE_SIZE,
                               .access = HYP_ACCESS_R | HYP_ACCESS_W,
                               .keep = true,
                               .name = "log"};
    t.configs[0].name = "before";
    t.configs[TEST_INDEX] = (struct vm_config){
        .name = "guest",
        .vcpu_count = 2,
        .mem = t.mem,
        .mem_count = 3,
        .entry = TEST_KERNEL,
        .kernel = {.name = "kernel", .gpa = TEST_KERNEL, .max_size = TEST_KERNEL_MAX},
        .initrd = {.name = "initrd",
                   .gpa = TEST_INITRD,
                   .max_size = TEST_INITRD_MAX,
                   .preloaded = true},
        .dtb_gpa = TEST_DTB,
        .devices = test_vm_devices,
        .device_count = 2,
        .irqc = {.model = HYP_IRQC_PLIC},
    };
    t.config = (struct hyp_config){.vms = t.configs, .vm_count = 2};
    t.platform = (struct hyp_platform){.devices = test_devices, .device_count = 3};
    t.blobs[0] = (struct hyp_blob){"other", (const uint8_t *)(uintptr_t)SPACE_BASE, 1};
    t.blobs[1] =
        (struct hyp_blob){"kernel", (const uint8_t *)(uintptr_t)TEST_FILES_VA, TEST_KERNEL_SIZE};
    t.build = (struct hv_build){.config = &t.config,
                                .platform = &t.platform,
                                .dtbs = t.dtbs,
                                .blobs = t.blobs,
                                .blob_count = 2,
                                .device_index = test_device_index,
                                .virqc = test_models};
    t.plan.harts[TEST_INDEX] = TEST_HARTS;
    t.plan.gpa_bits[TEST_INDEX] = 41;
    t.plan.mem_hpa[TEST_INDEX][0] = TEST_RAM_HPA;
    t.plan.mem_hpa[TEST_INDEX][1] = TEST_ROM_HPA;
    t.plan.mem_hpa[TEST_INDEX][2] = TEST_KEPT_HPA;
}

static inline void test_init_pool(void)
{
    struct hspace_config space = {
        .pool = &t.arena.pool,
        .device_window = {.start = HV_DEVICE_VA, .size = HV_WINDOW_SIZE},
        .stack_window = {.start = HV_STACK_VA, .size = HV_WINDOW_SIZE},
    };
    test_arena_init(&t.arena, 0, ARENA_PAGES);
    page_pool_init(&t.no_pages, &t.arena.map);
    t.objects =
        (struct object_pool){.pages = &t.no_pages, .spare = t.room, .spare_size = sizeof(t.room)};
    HYP_REQUIRE(hspace_create(&t.space, &space) == HYP_OK);
}

static inline void test_init_vms(void)
{
    struct console_dev dev = {.ops = &test_console_ops};
    log_init(&t.log, &dev);
    t.irqc =
        (struct hv_irqc){.build = &t.build, .models = BIT(HYP_IRQC_PLIC) | BIT(HYP_IRQC_IMSIC)};
    t.vms = (struct hv_vms){.build = &t.build,
                            .machine = &t.machine,
                            .seed = &t.machine.seed,
                            .plan = &t.plan,
                            .pool = &t.arena.pool,
                            .objects = &t.objects,
                            .space = &t.space,
                            .load_hpa = TEST_LOAD,
                            .irqc = &t.irqc,
                            .log = &t.log,
                            .host = &t.host,
                            .ops = &test_ops,
                            .ctx = &t};
}

static inline void test_init(void)
{
    memset(&t, 0, sizeof(t));
    csr_host_reset();
    fence_host_reset();
    test_init_pool();
    test_init_machine();
    test_init_config();
    test_init_vms();
    test_init_guest_memory();
}

static inline struct vm_config *test_config(void)
{
    return &t.configs[TEST_INDEX];
}

/* A VM that is not built yet, for a test of one step. */
static inline struct hv_vm test_vm(void)
{
    return (struct hv_vm){.vms = &t.vms,
                          .vm = {.config = test_config(), .index = TEST_INDEX, .vcpu_count = 2}};
}

static inline void test_set_bootargs(const char *text)
{
    HYP_REQUIRE(strlen(text) < sizeof(t.machine.bootargs));
    strcpy(t.machine.bootargs, text);
}

/* Allocates pages until so many are left. */
static inline void test_leave_pages(uint64_t count)
{
    hpa_t pa;
    while (t.arena.pool.free_count > count) {
        HYP_REQUIRE(page_pool_alloc(&t.arena.pool, 0, &pa) == HYP_OK);
    }
}
