/* SPDX-License-Identifier: Apache-2.0 */
/* Compares the count of G-stage tables with a mapper that notes each table. */
#include <hyp/base/bits.h>
#include <hyp/vm/config_check.h>
#include <hyp/vm/footprint.h>
#include <prop.h>

#include <string.h>

#define REGIONS 3
#define TABLES_MAX 4096

struct table {
    unsigned shift;
    uint64_t slot;
};

static struct table tables[TABLES_MAX];
static uint32_t table_count;

static void note(unsigned shift, uint64_t gpa)
{
    for (uint32_t i = 0; i < table_count; i++) {
        if (tables[i].shift == shift && tables[i].slot == gpa >> shift) {
            return;
        }
    }
    PROP_ASSERT(table_count < TABLES_MAX);
    tables[table_count++] = (struct table){shift, gpa >> shift};
}

/* Maps as libhv does: at each address the largest leaf that fits. */
static void map(uint64_t gpa, uint64_t hpa, uint64_t size, unsigned top)
{
    while (size != 0) {
        unsigned leaf = 30;
        while ((gpa | hpa) % BIT(leaf) != 0 || size < BIT(leaf)) {
            leaf -= leaf == 30 ? 9 : leaf == 21 ? 9 : 0;
        }
        for (unsigned shift = leaf + 9; shift <= top; shift += 9) {
            note(shift, gpa);
        }
        gpa += BIT(leaf);
        hpa += BIT(leaf);
        size -= BIT(leaf);
    }
}

/* Draws a small region at any address, or whole GiB, near an address where a table ends. */
static struct vm_mem draw_mem(uint64_t base)
{
    static const uint64_t units[] = {HYP_PAGE_SIZE, 2 * HYP_MIB, HYP_GIB};
    uint64_t unit = units[prop_u64(3)];
    uint64_t size = (1 + prop_u64(4)) * unit + (unit == HYP_GIB ? 0 : prop_u64(3) * HYP_PAGE_SIZE);
    uint64_t edge = units[prop_u64(3)];
    uint64_t congruent = unit == HYP_GIB || prop_bool() ? edge : HYP_PAGE_SIZE;
    uint64_t gpa = base + prop_u64(4) * edge;
    uint64_t hpa = (1 + prop_u64(8)) * HYP_GIB + gpa % HYP_GIB;
    hpa += congruent == edge ? 0 : prop_u64(600) * HYP_PAGE_SIZE;
    return (struct vm_mem){.gpa = gpa, .size = size, .hpa = hpa, .hpa_fixed = true};
}

void prop_run(void)
{
    static const uint64_t bases[] = {0, 7 * HYP_GIB, BIT(39) - 4 * HYP_MIB, BIT(41), BIT(50)};
    uint64_t reach = 3 + prop_u64(3);
    struct vm_mem mem[REGIONS];
    struct hyp_device device = {.name = "d", .hpa = 0x10000000, .size = 0x3000};
    struct vm_device own = {.name = "d", .gpa = 5 * HYP_GIB + prop_u64(0x300) * HYP_PAGE_SIZE};
    struct hyp_platform platform = {.name = "p", .devices = &device, .device_count = 1};
    struct vm_config vm = {.vcpu_count = 2,
                           .mem = mem,
                           .mem_count = REGIONS,
                           .devices = &own,
                           .device_count = (uint32_t)prop_u64(2)};
    struct hyp_config config = {.console_hart = 5, .vms = &vm, .vm_count = 1};
    struct config_machine machine = {.hart_count = 8, .gpa_bits = 59};
    struct config_input in = {.config = &config, .platform = &platform, .machine = &machine};
    static struct config_plan plan;
    unsigned top = 30;
    for (uint32_t i = 0; i < REGIONS; i++) {
        mem[i] = draw_mem(bases[prop_u64(reach)]);
        plan.mem_hpa[0][i] = mem[i].hpa;
        uint64_t last = mem[i].gpa + mem[i].size - 1;
        while (last >= BIT(top + 11)) {
            top += 9;
        }
        for (uint32_t j = 0; j < i; j++) {
            PROP_ASSUME(mem[j].gpa + mem[j].size <= mem[i].gpa || last < mem[j].gpa);
        }
    }
    plan.harts[0] = 0x3;
    table_count = 0;
    for (uint32_t i = 0; i < REGIONS; i++) {
        map(mem[i].gpa, mem[i].hpa, mem[i].size, top);
    }
    if (vm.device_count != 0) {
        map(own.gpa, device.hpa, device.size, top);
    }
    uint64_t parts = FOOTPRINT_FIXED + 3 * FOOTPRINT_PER_HART + 2 * FOOTPRINT_PER_VCPU +
                     FOOTPRINT_PER_VM + FOOTPRINT_GSTAGE_ROOT +
                     footprint_irqc(vm.irqc.source_count, vm.irqc.m_contexts ? 4 : 2);
    PROP_ASSERT(config_pool_need(&in, &plan) == parts + table_count * FOOTPRINT_GSTAGE_TABLE);
}
