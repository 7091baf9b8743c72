/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A configuration of two VMs and a board, which breaks no rule, as variables: base.c has them. The
 * file of each test, neg_RULE.c, defines change_base(), which changes what breaks its rule. Then
 * the config tool runs, with these variables in the place of a user's constants.
 */
#pragma once

#include <hyp/vm/config.h>

extern struct hyp_config config;
extern struct hyp_platform platform;
extern struct vm_config *const alpha; /* Two harts, a shared UART, the RTC. */
extern struct vm_config *const beta;  /* One hart, real-time, a disk behind an IOMMU. */

/* The elements of their lists, some with room for more. */
enum { UART0, RTC, NIC, DISK };
extern struct hyp_device board_devices[];
extern struct vm_mem alpha_mem[], beta_mem[];
extern struct vm_device alpha_devices[], beta_devices[];
extern struct vm_irqc alpha_else[], beta_else[];

/* Controllers for VMs. */
extern const struct vm_irqc plic, aplic, imsic;

/* Called before main(). */
void change_base(void);

/* Adds a device to the board, which alpha gets at `gpa` in the place of the RTC. */
void give_alpha(struct hyp_device device, uint64_t gpa);

/* Adds a region to beta. */
void add_beta_mem(struct vm_mem mem);
