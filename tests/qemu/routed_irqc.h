/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Guests whose device, the RTC, interrupts one hart after another. Its alarm is a level. Each
 * controller has a driver: routed_plic.c, routed_aplic.c, routed_imsic.c.
 */
#pragma once

#include "check.h"

#define EXT_HSM 0x48534d
#define SEIE UINT64_C(0x200)
#define SSTATUS_SIE UINT64_C(2)
#define CAUSE_EXTERNAL (UINT64_C(1) << 63 | 9)

#define RTC UINT64_C(0x101000)
#define RTC_SOURCE 11
#define RTC_TIME_LOW 0x00
#define RTC_TIME_HIGH 0x04
#define RTC_ALARM_LOW 0x08
#define RTC_ALARM_HIGH 0x0c
#define RTC_IRQ_ENABLED 0x10
#define RTC_CLEAR_INTERRUPT 0x1c

static inline uint32_t reg_read(uint64_t address)
{
    return *(volatile uint32_t *)address;
}

static inline void reg_write(uint64_t address, uint32_t value)
{
    *(volatile uint32_t *)address = value;
}

/* Called on each hart, hart 0 first. */
void irqc_open(uint64_t hart);
/* A level-sensitive source interrupts that hart from now on, or no longer. */
void irqc_route(uint32_t source, uint64_t hart);
void irqc_mask(uint32_t source, uint64_t hart);
/* Called on the interrupted hart. 0: nothing is pending, which irqc_is_spurious() may allow. */
uint32_t irqc_claim(uint64_t hart);
bool irqc_is_spurious(uint32_t source);
/* The device has been served. */
void irqc_end(uint64_t hart, uint32_t source);

/* The calling hart's number, which guest_main() puts into tp. */
static inline uint64_t self(void)
{
    uint64_t hart;
    __asm__ volatile("mv %0, tp" : "=r"(hart));
    return hart;
}

/* Opens the controller on the calling hart, and takes its interrupts. */
static inline void take_interrupts(uint64_t hart)
{
    irqc_open(hart);
    guest_csr_write(sie, SEIE);
    guest_csr_set(sstatus, SSTATUS_SIE);
}

/* The alarm interrupts in 100 us. */
static inline void ring_soon(void)
{
    uint64_t now = reg_read(RTC + RTC_TIME_LOW);
    now |= (uint64_t)reg_read(RTC + RTC_TIME_HIGH) << 32;
    now += 100000; /* ns */
    reg_write(RTC + RTC_ALARM_HIGH, (uint32_t)(now >> 32));
    reg_write(RTC + RTC_ALARM_LOW, (uint32_t)now);
}

/* Waits until *p is at least `value`, for a minute; true: *p is `value`. */
static inline bool reaches(volatile uint64_t *p, uint64_t value)
{
    uint64_t limit = guest_time() + 60 * GUEST_TIMEBASE_HZ;
    while (*p < value && guest_time() < limit) {
    }
    return *p == value;
}
