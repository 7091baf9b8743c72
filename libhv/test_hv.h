/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A machine for tests of libhv: RAM, a device tree, firmware with a console, a UART and a finisher.
 *
 * The hypervisor's virtual addresses are the host's own (SPACE_BASE): the tree and the pool are
 * mapped there once. Registers are found through the page table that is in use, so a device that
 * is not mapped ends the test.
 */
#pragma once

#include <hyp/arch_backend/mem_host.h>
#include <hyp/arch_backend/panic_host.h>
#include <hyp/arch_backend/sbi_call_host.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include <cmocka.h>
#include <hyp/arch/csr.h>
#include <hyp/arch/fence.h>
#include <hyp/arch/mmio.h>
#include <hyp/console/log.h>
#include <hyp/console/vuart.h>
#include <hyp/mm/hspace.h>
#include <libfdt.h>

#include "libhv/boot/memory.h"

#define TEST_RAM UINT64_C(0x80000000)
#define TEST_RAM_SIZE UINT64_C(0x10000000)
#define TEST_LOAD UINT64_C(0x80200000)
#define TEST_IMAGE_SIZE UINT64_C(0x40000)
#define TEST_POOL (TEST_LOAD + TEST_IMAGE_SIZE)
#define TEST_POOL_SIZE UINT64_C(0x100000)
#define TEST_FDT UINT64_C(0x88000000)
#define TEST_FINISHER UINT64_C(0x100000)
#define TEST_UART UINT64_C(0x10000000)
#define TEST_UART_IRQ 10
#define TEST_HZ 1000000
#define TEST_ID 100 /* Harts have the ids 100, 101, … */
#define TEST_HARTS_MAX 20
#define TEST_ISA "rv64imafdch_sstc_svpbmt"
#define TEST_NO_ID UINT64_MAX

/* Contents of the device tree that tests vary. */
struct test_tree {
    uint32_t harts;
    const char *isa[TEST_HARTS_MAX]; /* NULL: TEST_ISA. */
    uint64_t ram_size;
    struct hyp_mem reserved; /* Size 0: none. */
    struct hyp_mem initrd;
    const char *bootargs;
    bool no_timebase, no_finisher, has_seed;
    uint32_t more_devices; /* Devices beside the UART and the finisher. */
    bool has_stdout;       /* The firmware's console is the UART. */
};

struct test_machine {
    struct test_tree tree;
    uint64_t boot_table[512];
    struct hv_image image;
    const struct phys_map *phys; /* The pool's map, once satp is set. */
    struct hart hart;            /* The hart that runs the test. */
    struct vdev bus;
    struct vuart uart;

    char out[16384]; /* Bytes written to a console; carriage returns left out. */
    size_t out_count;
    const char *in;       /* Console input. */
    uint32_t uart_room;   /* Bytes that the UART still takes. */
    bool no_console;      /* Firmware has neither DBCN nor the legacy calls. */
    bool uart_irq;        /* Level of the UART's interrupt. */
    uint64_t closed;      /* Accesses to this page fault; 0: none. */
    bool closed_to_loads; /* False: only stores fault. */

    bool no_gstage;        /* hgatp reads 0, whatever is written. */
    uint64_t time_step;    /* Added to the time CSR by each read. */
    uint64_t unstartable;  /* Bit i: firmware has no hart i. */
    uint64_t started;      /* Bit i: firmware has started hart i. */
    uint64_t start_opaque; /* Argument of the last start. */
    uint64_t ipis;         /* Bit i: firmware has interrupted hart i. */
    uint64_t timer;        /* Last value that was programmed. */
    uint32_t resets;       /* Calls of SRST. */
    uint64_t reset_reason; /* Reason of the last SRST. */
    uint32_t finisher_word;
};

static struct test_machine test_m;

/* ---- Consoles -------------------------------------------------------------------------------- */

static inline void test_put(char c)
{
    assert_in_range(test_m.out_count, 0, sizeof(test_m.out) - 2);
    if (c != '\r') {
        test_m.out[test_m.out_count++] = c;
        test_m.out[test_m.out_count] = 0;
    }
}

/* Expects this text to be all that was written since the last call. */
static inline void test_expect(const char *text)
{
    assert_string_equal(test_m.out, text);
    test_m.out_count = 0;
    test_m.out[0] = 0;
}

/* Expects this whole line in the output. */
static inline void test_expect_line(const char *line)
{
    size_t length = strlen(line);
    for (const char *at = test_m.out; at != NULL; at = strchr(at, '\n')) {
        at += *at == '\n' ? 1 : 0;
        if (strncmp(at, line, length) == 0 && at[length] == '\n') {
            return;
        }
    }
    fail_msg("no line \"%s\" in:\n%s", line, test_m.out);
}

static inline bool test_dev_put(void *state, uint8_t byte)
{
    (void)state;
    test_put((char)byte);
    return true;
}

/* A log that writes directly. */
static inline void test_log_init(struct log *log)
{
    static const struct console_ops ops = {.try_put = test_dev_put};
    log_init(log, &(struct console_dev){.ops = &ops});
}

static inline bool test_wire_ready(void *state)
{
    (void)state;
    return test_m.uart_room >= VUART_BURST;
}

static inline bool test_wire_put(void *state, uint8_t byte)
{
    (void)state;
    if (test_m.uart_room == 0) {
        return false;
    }
    test_m.uart_room--;
    test_put((char)byte);
    return true;
}

static inline bool test_wire_get(void *state, uint8_t *byte)
{
    (void)state;
    if (*test_m.in == 0) {
        return false;
    }
    *byte = (uint8_t)*test_m.in++;
    return true;
}

static const struct vuart_backend_ops test_wire = {
    .tx_ready = test_wire_ready, .tx_put = test_wire_put, .rx_get = test_wire_get};

static inline void test_uart_set_irq(void *controller, uint32_t source, bool level)
{
    (void)controller;
    assert_int_equal(source, TEST_UART_IRQ);
    test_m.uart_irq = level;
}

/* Types into the UART. */
static inline void test_type(const char *text)
{
    test_m.in = text;
    vuart_update(&test_m.uart);
}

/* ---- Memory and registers -------------------------------------------------------------------- */

/* Translates a virtual address by the page table in use. */
static inline uint64_t test_hpa_of(uintptr_t va)
{
    struct ptable_leaf leaf;
    if (csr_read(CSR_SATP) != 0) {
        assert_int_equal(hspace_walk(test_m.phys, csr_read(CSR_SATP), va, &leaf), HYP_OK);
        return leaf.pa.a + (va - leaf.address);
    }
    uint64_t pte = test_m.boot_table[(va - SPACE_BASE) / HV_LEAF];
    assert_int_equal(pte_perm(pte), PTE_R | PTE_W);
    return pte_pa(pte).a + va % HV_LEAF;
}

static inline bool test_is_closed(uintptr_t va, bool written)
{
    return test_m.closed != 0 &&
           align_down(test_hpa_of(va), HYP_PAGE_SIZE) == align_down(test_m.closed, HYP_PAGE_SIZE) &&
           (written || test_m.closed_to_loads);
}

static inline enum vdev_result test_bus_read(void *state, uint64_t offset, unsigned size,
                                             uint64_t *value)
{
    (void)state;
    uint64_t hpa = test_hpa_of((uintptr_t)(HV_DEVICE_VA + offset));
    if (hpa < TEST_UART || hpa >= TEST_UART + HYP_PAGE_SIZE) {
        return VDEV_FAULT;
    }
    return vuart_vdev_ops.read(&test_m.uart, hpa - TEST_UART, size, value);
}

static inline enum vdev_result test_bus_write(void *state, uint64_t offset, unsigned size,
                                              uint64_t value)
{
    (void)state;
    uint64_t hpa = test_hpa_of((uintptr_t)(HV_DEVICE_VA + offset));
    if (hpa == TEST_FINISHER) {
        test_m.finisher_word = (uint32_t)value;
        return VDEV_OK;
    }
    if (hpa < TEST_UART || hpa >= TEST_UART + HYP_PAGE_SIZE) {
        return VDEV_FAULT;
    }
    return vuart_vdev_ops.write(&test_m.uart, hpa - TEST_UART, size, value);
}

static const struct vdev_ops test_bus_ops = {.read = test_bus_read, .write = test_bus_write};

static inline bool test_csr(void *state, unsigned number, enum csr_host_op op, uint64_t value,
                            uint64_t *old)
{
    (void)state;
    (void)op;
    (void)value;
    if (number == CSR_HGATP && test_m.no_gstage) {
        *old = 0;
        return true;
    }
    if (number != CSR_TIME) {
        return false;
    }
    *old = *csr_host(CSR_TIME);
    *csr_host(CSR_TIME) += test_m.time_step;
    return true;
}

/* Maps zeroed memory; fails if the address is in use the first time. */
static inline void test_map(uint64_t va, size_t size, bool again)
{
    int how = again ? MAP_FIXED : MAP_FIXED_NOREPLACE;
    void *got = mmap((void *)(uintptr_t)va, size, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS | how, -1, 0);
    assert_ptr_equal(got, (void *)(uintptr_t)va);
}

/* ---- Firmware -------------------------------------------------------------------------------- */

static inline struct sbi_ret test_hsm(uint64_t fid, uint64_t id, uint64_t opaque)
{
    uint64_t hart = id - TEST_ID;
    if (hart >= 64 || (test_m.unstartable & BIT(hart)) != 0) {
        return (struct sbi_ret){SBI_ERR_INVALID_PARAM, 0};
    }
    if (fid == SBI_HSM_START) {
        test_m.started |= BIT(hart);
        test_m.start_opaque = opaque;
        return (struct sbi_ret){SBI_SUCCESS, 0};
    }
    uint64_t state = (test_m.started & BIT(hart)) != 0 ? SBI_HSM_STARTED : SBI_HSM_STOPPED;
    return (struct sbi_ret){SBI_SUCCESS, state};
}

static inline struct sbi_ret test_dbcn(uint64_t fid, uint64_t a0, uint64_t hpa)
{
    char *at = (char *)(uintptr_t)(hpa - TEST_LOAD + SPACE_BASE);
    uint64_t done = 0;
    if (fid == SBI_DBCN_WRITE_BYTE) {
        test_put((char)a0);
    }
    while (fid == SBI_DBCN_WRITE && done < a0) {
        test_put(at[done++]);
    }
    if (fid == SBI_DBCN_READ && *test_m.in != 0) {
        *at = *test_m.in++;
        done = 1;
    }
    return (struct sbi_ret){SBI_SUCCESS, done};
}

static inline struct sbi_ret test_firmware(uint64_t ext, uint64_t fid, uint64_t a0, uint64_t a1,
                                           uint64_t a2)
{
    switch (ext) {
    case SBI_EXT_BASE: return (struct sbi_ret){SBI_SUCCESS, test_m.no_console ? 0 : 1};
    case SBI_EXT_DBCN: return test_dbcn(fid, a0, a1);
    case SBI_EXT_HSM: return test_hsm(fid, a0, a2);
    case SBI_EXT_TIME: test_m.timer = a0; break;
    case SBI_EXT_IPI: test_m.ipis |= a0 << (a1 - TEST_ID); break;
    case SBI_EXT_SRST:
        test_m.resets++;
        test_m.reset_reason = a1;
        break;
    default: return (struct sbi_ret){SBI_ERR_NOT_SUPPORTED, 0};
    }
    return (struct sbi_ret){SBI_SUCCESS, 0};
}

/* ---- The device tree ------------------------------------------------------------------------- */

static inline void test_put_text(void *fdt, const char *name, const char *text)
{
    assert_int_equal(fdt_property(fdt, name, text, (int)strlen(text) + 1), 0);
}

static inline void test_put_reg(void *fdt, uint64_t start, uint64_t size)
{
    const fdt64_t reg[] = {cpu_to_fdt64(start), cpu_to_fdt64(size)};
    assert_int_equal(fdt_property(fdt, "reg", reg, sizeof(reg)), 0);
}

static inline void test_put_chosen(void *fdt, const struct test_tree *t)
{
    static const uint8_t seed[32] = {1, 2, 3};
    fdt_begin_node(fdt, "chosen");
    test_put_text(fdt, "bootargs", t->bootargs != NULL ? t->bootargs : "");
    if (t->initrd.size != 0) {
        fdt_property_u64(fdt, "linux,initrd-start", t->initrd.hpa);
        fdt_property_u64(fdt, "linux,initrd-end", t->initrd.hpa + t->initrd.size);
    }
    if (t->has_seed) {
        fdt_property(fdt, "rng-seed", seed, sizeof(seed));
    }
    if (t->has_stdout) {
        test_put_text(fdt, "stdout-path", "/serial");
    }
    fdt_end_node(fdt);
}

static inline void test_put_cpus(void *fdt, const struct test_tree *t)
{
    fdt_begin_node(fdt, "cpus");
    fdt_property_u32(fdt, "#address-cells", 1);
    fdt_property_u32(fdt, "#size-cells", 0);
    if (!t->no_timebase) {
        fdt_property_u32(fdt, "timebase-frequency", TEST_HZ);
    }
    for (uint32_t i = 0; i < t->harts; i++) {
        fdt_begin_node(fdt, "cpu");
        test_put_text(fdt, "device_type", "cpu");
        fdt_property_u32(fdt, "reg", TEST_ID + i);
        test_put_text(fdt, "riscv,isa", t->isa[i] != NULL ? t->isa[i] : TEST_ISA);
        test_put_text(fdt, "mmu-type", "riscv,sv48");
        fdt_end_node(fdt);
    }
    fdt_end_node(fdt);
}

static inline void test_put_memory(void *fdt, const struct test_tree *t)
{
    fdt_begin_node(fdt, "memory");
    test_put_text(fdt, "device_type", "memory");
    test_put_reg(fdt, TEST_RAM, t->ram_size);
    fdt_end_node(fdt);
    fdt_begin_node(fdt, "reserved-memory");
    fdt_property_u32(fdt, "#address-cells", 2);
    fdt_property_u32(fdt, "#size-cells", 2);
    fdt_property(fdt, "ranges", "", 0);
    if (t->reserved.size != 0) {
        fdt_begin_node(fdt, "firmware");
        test_put_reg(fdt, t->reserved.hpa, t->reserved.size);
        fdt_end_node(fdt);
    }
    fdt_end_node(fdt);
}

static inline void test_put_device(void *fdt, const char *name, uint64_t hpa)
{
    fdt_begin_node(fdt, name);
    test_put_reg(fdt, hpa, HYP_PAGE_SIZE);
    fdt_end_node(fdt);
}

/* Writes the tree to its physical address, which boot.S's table maps. */
static inline void test_write_tree(void)
{
    const struct test_tree *t = &test_m.tree;
    void *fdt = (void *)(uintptr_t)HV_BOOT_VA;
    fdt_create(fdt, 65536);
    fdt_finish_reservemap(fdt);
    fdt_begin_node(fdt, "");
    fdt_property_u32(fdt, "#address-cells", 2);
    fdt_property_u32(fdt, "#size-cells", 2);
    test_put_chosen(fdt, t);
    test_put_memory(fdt, t);
    test_put_cpus(fdt, t);
    test_put_device(fdt, "serial", TEST_UART);
    if (!t->no_finisher) {
        test_put_device(fdt, "test", TEST_FINISHER);
    }
    for (uint32_t i = 0; i < t->more_devices; i++) {
        test_put_device(fdt, "device", TEST_UART + (i + 1) * HYP_PAGE_SIZE);
    }
    fdt_end_node(fdt);
    assert_int_equal(fdt_finish(fdt), 0);
    memset((char *)fdt + fdt_totalsize(fdt), 0xee, HV_BOOT_FDT_SIZE - fdt_totalsize(fdt));
}

/* ---- The machine ----------------------------------------------------------------------------- */

static inline const char *test_link(uint64_t offset)
{
    return (const char *)(uintptr_t)(SPACE_BASE + offset);
}

/* A machine of four harts; the test runs on the first. */
static inline void test_machine_init(void)
{
    static bool mapped;
    memset(&test_m, 0, sizeof(test_m));
    test_m.tree = (struct test_tree){.harts = 4, .ram_size = TEST_RAM_SIZE};
    test_m.in = "";
    test_m.uart_room = UINT32_MAX;
    test_m.time_step = 1;
    test_m.image = (struct hv_image){
        .text_start = test_link(0),
        .text_end = test_link(0x10000),
        .rodata_start = test_link(0x10000),
        .rodata_end = test_link(0x18000),
        .data_start = test_link(0x18000),
        .hyp_end = test_link(0x20000),
        .guest_end = test_link(TEST_IMAGE_SIZE - 8), /* The pool begins at the next page. */
        .boot_table = test_m.boot_table,
        .build_id = (const uint8_t *)"\x01\x23\x45\x67\x89\xab\xcd\xef\x00\xff          ",
    };
    test_map(HV_BOOT_VA, 2 * HV_BOOT_FDT_SIZE, mapped);
    test_map(HV_POOL_VA, 2 * HV_LEAF, mapped);
    mapped = true;
    csr_host_reset();
    csr_host_attach(test_csr, NULL);
    csr_host_set_absent(NULL);
    fence_host_reset();
    sbi_host_set(test_firmware);
    *mem_host() = (struct mem_host){.is_inaccessible = test_is_closed};
    test_m.hart.id = TEST_ID;
    hart_host_set(&test_m.hart);
    hart_host_on_wait(NULL);
    panic_host_set(NULL);
    const struct vuart_config uart = {
        .backend = {.ops = &test_wire},
        .irq = {.set = test_uart_set_irq, .source = TEST_UART_IRQ},
    };
    assert_int_equal(vuart_init(&test_m.uart, &uart), HYP_OK);
    test_m.bus = (struct vdev){
        .base = HV_DEVICE_VA, .size = 4 * HV_LEAF, .ops = &test_bus_ops, .state = &test_m};
    mmio_host_reset();
    mmio_host_attach(&test_m.bus);
    test_write_tree();
}
