/* SPDX-License-Identifier: Apache-2.0 */
/* Byte offsets into struct hart and struct world, for assembly. offsets.c proves them. */
#pragma once

#define HART_T0 0
#define HART_T1 8
#define HART_T2 16
#define HART_WORLD 24
#define HART_SELF 32
#define HART_ID 40
#define HART_STACK_TOP 48
#define HART_FAULT_STACK_TOP 56
#define HART_SATP 64
#define HART_ENTRY 72
#define HART_FAULT_DEPTH 80

#define WORLD_GPR(n) (8 * (n))
#define WORLD_SEPC 256
#define WORLD_SSTATUS 264
#define WORLD_HSTATUS 272
#define WORLD_SCAUSE 280
#define WORLD_STVAL 288
#define WORLD_HTVAL 296
#define WORLD_HTINST 304
#define WORLD_HOST_SP 312
#define WORLD_FAST_ECALL 320
#define WORLD_FAST_IRQ 328
#define WORLD_FAST_FAULT 336
#define WORLD_EXITS(n) (344 + 8 * (n))

/* struct hart_fault_frame: x0..x31, then the CSRs. */
#define FAULT_SEPC 256
#define FAULT_SCAUSE 264
#define FAULT_STVAL 272
#define FAULT_HSTATUS 280
#define FAULT_SIZE 288
