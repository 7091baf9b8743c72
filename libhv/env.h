/* SPDX-License-Identifier: Apache-2.0 */
/* The tables of env.c, the calls between rooms, as hv.c gives them to the rooms. */
#pragma once

#include "libhv/hv.h"

/* The functions that each room calls in others. */
extern const struct vm_env hv_env_calls;
extern const struct hv_hart_ops hv_env_hart_ops;
extern const struct hv_irqc_ops hv_env_irqc_ops;
extern const struct hv_vm_ops hv_env_vm_ops;
extern const struct hv_console_ops hv_env_console_ops;
extern const struct hv_event_ops hv_env_event_ops;

/* IPIs go by the machine's own way, if it has one that is shorter than the firmware's. */
void hv_env_use_ipi_path(struct hv *hv);

/* A VM has this model of an interrupt controller, or NULL. */
void hv_env_use_model(struct hv *hv, const struct virqc_ops *virqc);
