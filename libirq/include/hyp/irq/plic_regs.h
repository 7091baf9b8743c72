/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Register map of a platform-level interrupt controller: the driver's, and the model's.
 *
 * Units   Offsets and strides are bytes. Every register is 4 bytes wide.
 * Implements "Memory Map" of the RISC-V PLIC specification.
 */
#pragma once

#include <stdint.h>

#define PLIC_PRIORITY ((uintptr_t)0x0)   /* + 4 * source */
#define PLIC_PENDING ((uintptr_t)0x1000) /* + 4 * (source / 32) */
#define PLIC_ENABLE ((uintptr_t)0x2000)  /* + PLIC_ENABLE_STRIDE * context + 4 * (source / 32) */
#define PLIC_ENABLE_STRIDE ((uintptr_t)0x80)
#define PLIC_CONTEXT ((uintptr_t)0x200000) /* + PLIC_CONTEXT_STRIDE * context */
#define PLIC_CONTEXT_STRIDE ((uintptr_t)0x1000)
#define PLIC_THRESHOLD ((uintptr_t)0x0) /* Within a context's page. */
#define PLIC_CLAIM ((uintptr_t)0x4)     /* Read: claim. Write: complete. */

#define PLIC_SIZE ((uintptr_t)0x600000) /* The window of QEMU virt and of our model. */
#define PLIC_SOURCE_MAX 1024u           /* Sources are 1 … 1023. */
#define PLIC_CONTEXT_MAX 15872u
