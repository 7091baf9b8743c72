/* SPDX-License-Identifier: Apache-2.0 */
/* What hv.c, the steps of boot, needs of env.c, the calls against the arrows. */
#pragma once

#include "libhv/hv.h"

/* IPIs go by the machine's own way, if it has one that is shorter than the firmware's. */
void hv_env_use_ipi_path(struct hv *hv);
