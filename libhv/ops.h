/* SPDX-License-Identifier: Apache-2.0 */
/* The function tables of ops.c, which hv.c gives to the rooms. */
#pragma once

#include "libhv/hv.h"

/* The functions that each room calls in others. */
extern const struct vm_host_ops hv_ops_vm_host;
extern const struct hv_hart_ops hv_ops_hart;
extern const struct hv_irqc_ops hv_ops_irqc;
extern const struct hv_vm_ops hv_ops_vm;
extern const struct hv_console_ops hv_ops_console;
extern const struct hv_event_ops hv_ops_events;

/* Sends IPIs without the firmware from now on, if the machine has a way to. */
void hv_ops_use_ipi_path(struct hv *hv);

/* Lets the VM's model of an interrupt controller (NULL: none) handle IPIs, if it needs them. */
void hv_ops_use_model(struct hv *hv, const struct virqc_ops *virqc);
