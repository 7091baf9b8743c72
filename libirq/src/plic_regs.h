/* SPDX-License-Identifier: Apache-2.0 */
/* The register map that the driver and the model share: "Memory Map" of the PLIC specification. */
#pragma once

#define PLIC_SIZE 0x600000u
#define PLIC_PENDING 0x1000u
#define PLIC_ENABLE 0x2000u
#define PLIC_ENABLE_STRIDE 0x80u
#define PLIC_CONTEXT 0x200000u
#define PLIC_CONTEXT_STRIDE 0x1000u
#define PLIC_THRESHOLD 0u
#define PLIC_CLAIM 4u
