/* SPDX-License-Identifier: Apache-2.0 */
/* The tables of ops.c, the calls between rooms, as hv.c gives them to the rooms. */
#pragma once

#include "libhv/hv.h"

/* The functions that each room calls in others. */
extern const struct vm_host_ops hv_ops_vm_host;
extern const struct hv_hart_ops hv_ops_hart;
extern const struct hv_irqc_ops hv_ops_irqc;
extern const struct hv_vm_ops hv_ops_vm;
extern const struct hv_console_ops hv_ops_console;
extern const struct hv_event_ops hv_ops_events;

/* IPIs go by the machine's own way, if it has one that is shorter than the firmware's. */
void hv_ops_use_ipi_path(struct hv *hv);

/* A VM has this model of an interrupt controller, or NULL. */
void hv_ops_use_model(struct hv *hv, const struct virqc_ops *virqc);
