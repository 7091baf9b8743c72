/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the hypervisor pool is spent on. config_pool_need() adds it up, at build and
 * at boot; whoever changes an object's size changes it here (and asserts it beside
 * the object), so that a pool that is too small never gets as far as a machine.
 *
 *     FOOTPRINT_FIXED
 *   + harts in use (those of VMs, and the console's)     * FOOTPRINT_PER_HART
 *   + vCPUs                                              * FOOTPRINT_PER_VCPU
 *   + VMs                                                * FOOTPRINT_PER_VM
 *   + VMs with an interrupt controller                   * FOOTPRINT_PER_IRQC
 *   + VMs with a console on the shared UART              * FOOTPRINT_PER_CONSOLE
 *   + VMs                                                * FOOTPRINT_GSTAGE_ROOT
 *   + inner tables, counted exactly for leaves of 1 GiB, 2 MiB and 4 KiB, in the
 *     narrowest G-stage mode that reaches the VM's highest address   * 4 KiB
 *
 * Units   Bytes, multiples of 4 KiB.
 */
#pragma once

#include <hyp/base/types.h>

/* The hypervisor's own page tables, and the gaps that 16 KiB alignment may leave. */
#define FOOTPRINT_FIXED (96 * HYP_KIB)
/* Stacks and struct hart. */
#define FOOTPRINT_PER_HART (20 * HYP_KIB)
/* struct vcpu. */
#define FOOTPRINT_PER_VCPU (4 * HYP_KIB)
/* struct vm, and the page in which its device tree is narrowed. */
#define FOOTPRINT_PER_VM (16 * HYP_KIB)
/* State of one virtual controller. */
#define FOOTPRINT_PER_IRQC (16 * HYP_KIB)
/* The rings of one console. */
#define FOOTPRINT_PER_CONSOLE (8 * HYP_KIB)
/* Root table of Sv39x4, Sv48x4 and Sv57x4, aligned to its size. */
#define FOOTPRINT_GSTAGE_ROOT (16 * HYP_KIB)
#define FOOTPRINT_GSTAGE_TABLE (4 * HYP_KIB)
