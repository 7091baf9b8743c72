/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Address types: code that confuses addresses of a guest and of the machine does not compile.
 *
 * Units   Bytes. One-member structs cost nothing: each is passed in a register.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Guest-physical: after the guest's own (VS-stage) translation. */
typedef struct {
    uint64_t a;
} gpa_t;

/* Host-physical: after the G-stage translation; an address of the machine. */
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

/* A function that is not on a counted path, in a file that has such paths: compiled for size. */
#define HYP_COLD __attribute__((cold))

#define HYP_PAGE_SHIFT 12
#define HYP_PAGE_SIZE ((uint64_t)1 << HYP_PAGE_SHIFT)
#define HYP_KIB ((uint64_t)1 << 10)
#define HYP_MIB ((uint64_t)1 << 20)
#define HYP_GIB ((uint64_t)1 << 30)

/* Limits of an image: they bound loops and the width of masks. */
#define HYP_HART_MAX 64
#define HYP_VM_MAX 32
