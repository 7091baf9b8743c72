/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Addresses as types: mixing up a guest's and the machine's does not compile.
 *
 * Units   Bytes. One-member structs cost nothing: they travel in a register.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Guest-physical: what a guest believes to be the machine's address. */
typedef struct {
    uint64_t a;
} gpa_t;

/* Host-physical: what the machine's memory system sees. */
typedef struct {
    uint64_t a;
} hpa_t;

/* Guest-virtual: before the guest's own (VS-stage) translation. */
typedef struct {
    uint64_t a;
} gva_t;

#define GPA(x) ((gpa_t){(uint64_t)(x)})
#define HPA(x) ((hpa_t){(uint64_t)(x)})
#define GVA(x) ((gva_t){(uint64_t)(x)})

/* Off the paths that are counted, in a file that has some: small goes before fast. */
#define HYP_COLD __attribute__((cold))

#define HYP_PAGE_SHIFT 12
#define HYP_PAGE_SIZE ((uint64_t)1 << HYP_PAGE_SHIFT)
#define HYP_KIB ((uint64_t)1 << 10)
#define HYP_MIB ((uint64_t)1 << 20)
#define HYP_GIB ((uint64_t)1 << 30)

/* The most harts, VMs and so on that one image can name; loops and masks are bounded by it. */
#define HYP_HART_MAX 64
#define HYP_VM_MAX 32
