/* SPDX-License-Identifier: Apache-2.0 */
/* Each region of the device tree keeps written values; an access right behind it faults. */
#include "check.h"

#include <libfdt.h>
#include <string.h>

#define LOAD_ACCESS_FAULT 5

static volatile uint64_t faults;
static volatile uint64_t fault_cause;

uint64_t guest_trap(uint64_t cause, uint64_t epc, uint64_t tval)
{
    (void)tval;
    faults++;
    fault_cause = cause;
    return epc + 4; /* The loads below are 4 bytes long. */
}

static uint64_t load(uint64_t address)
{
    uint64_t value = 0;
    __asm__ volatile(".option push\n.option norvc\nld %0, 0(%1)\n.option pop"
                     : "+r"(value)
                     : "r"(address)
                     : "memory");
    return value;
}

static void store(uint64_t address, uint64_t value)
{
    *(volatile uint64_t *)address = value;
}

static void try_region(uint64_t start, uint64_t size)
{
    uint64_t last = start + size - 8;
    store(last, start ^ size);
    check_is(load(last), start ^ size, "a region's last word");
    check_is(faults, 0, "no fault in a region");
    (void)load(start + size);
    check_is(faults, 1, "a fault behind a region");
    check_is(fault_cause, LOAD_ACCESS_FAULT, "and it is an access fault");
    faults = 0;
}

void guest_main(uint64_t hart, const void *fdt)
{
    (void)hart;
    int node = -1;
    while ((node = fdt_node_offset_by_prop_value(fdt, node, "device_type", "memory", 7)) >= 0) {
        int length;
        const fdt32_t *reg = fdt_getprop(fdt, node, "reg", &length);
        for (; reg != 0 && length >= 16; reg += 4, length -= 16) {
            try_region((uint64_t)fdt32_to_cpu(reg[0]) << 32 | fdt32_to_cpu(reg[1]),
                       (uint64_t)fdt32_to_cpu(reg[2]) << 32 | fdt32_to_cpu(reg[3]));
        }
    }
    check_end();
}
