/* SPDX-License-Identifier: Apache-2.0 */
/* The firmware's guest: asks the device, waits for its interrupt, and reads the answer. */
#include "sbi.h"

#include "device.h"

#define PLIC_GPA 0x0c000000
#define PLIC_PRIORITY (4 * DEVICE_SOURCE)
#define PLIC_ENABLE 0x2000
#define PLIC_CLAIM 0x200004
#define SIP_SEIP UINT64_C(0x200)

void guest_main(void);

static uint32_t load(uintptr_t address)
{
    return *(volatile uint32_t *)address;
}

static void store(uintptr_t address, uint32_t value)
{
    *(volatile uint32_t *)address = value;
}

static uint64_t sip(void)
{
    uint64_t value;
    __asm__ volatile("csrr %0, sip" : "=r"(value));
    return value;
}

void guest_main(void)
{
    store(PLIC_GPA + PLIC_PRIORITY, 1);
    store(PLIC_GPA + PLIC_ENABLE, 1u << DEVICE_SOURCE);
    int good = (sip() & SIP_SEIP) == 0;
    store(DEVICE_GPA + DEVICE_QUESTION, 6);
    good &= (sip() & SIP_SEIP) != 0;
    good &= load(PLIC_GPA + PLIC_CLAIM) == DEVICE_SOURCE;
    good &= load(DEVICE_GPA + DEVICE_ANSWER) == 42;
    store(PLIC_GPA + PLIC_CLAIM, DEVICE_SOURCE);
    good &= (sip() & SIP_SEIP) == 0;
    end("guest", good);
}
